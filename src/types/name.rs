//! What people call themselves and their things.

/// Whether a character shows nothing, or turns the direction of what stands around it.
pub fn is_invisible(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// A name as somebody typed it: one space between its words and none elsewhere, and nothing that cannot be seen.
pub fn typed_name(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.chars().filter(|c| !is_invisible(*c)).collect::<String>());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_can_be_seen_of_it() {
        for (typed, name) in [
            ("  Maya \t  Okafor\n", "Maya Okafor"),
            ("Maya \u{202e} Okafor", "Maya Okafor"),
            ("Ma\0ya\u{200f}", "Maya"),
            (" \u{feff} ", ""),
            ("マヤ", "マヤ"),
        ] {
            assert_eq!(typed_name(typed), name, "{typed:?}");
        }
    }
}
