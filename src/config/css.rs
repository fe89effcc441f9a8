//! What an operator's style sheet must not bring along: anything fetched from elsewhere, which would tell
//! another server who signs in, or what is typed (a selector for each letter, a picture for each selector).

/// Functions whose argument is fetched.
const FETCHING: [&str; 4] = ["image-set(", "src(", "image(", "cross-fade("];

/// Why this is not a style sheet we serve, or nothing.
pub(super) fn harm(text: &str) -> Option<&'static str> {
    let text = plain(text);
    if text.contains("</style") {
        return Some("the end of a style element");
    }
    if text.contains("@import") {
        return Some("@import");
    }
    let is_own = |rest: &str| {
        let target = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}', '"', '\'']);
        target.starts_with('#') || target.starts_with("data:image/") || target.starts_with("data:font/")
    };
    if text.split("url(").skip(1).any(|rest| !is_own(rest)) {
        return Some("url() of something that must be fetched");
    }
    if FETCHING.iter().any(|function| text.contains(function)) {
        return Some("a function that fetches pictures");
    }
    ["javascript:", "expression(", "-moz-binding"].iter().any(|mark| text.contains(mark)).then_some("something that runs")
}

/// The text in small letters with escapes resolved: `u\72l(` is `url(`. Comments stay, and count: where
/// they begin depends on strings and escapes, and what a wrong guess hides would be fetched.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let digits = after.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        rest = &after[digits..];
        if let Some(c) = u32::from_str_radix(&after[..digits], 16).ok().and_then(char::from_u32) {
            plain.push(c);
            rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix([' ', '\t', '\n', '\r', '\u{c}'])).unwrap_or(rest);
        } else if let Some(after) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r', '\u{c}', '\\'])) {
            rest = after;
        }
    }
    plain.push_str(rest);
    plain.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::harm;

    #[test]
    fn a_style_sheet_changes_looks() {
        for text in [
            ":root { --t-radius: 4px } .sm\\:flex > a::after { content: \"\\201C\"; background: url(data:image/png;base64,AAAA) }",
            "a { mask: url( '#m' ) } /* https://a.example is only named */",
        ] {
            assert_eq!(harm(text), None, "{text}");
        }
    }

    #[test]
    fn it_fetches_nothing_however_it_is_spelt() {
        for text in [
            "@import 'a.css'",
            "@IMPORT url(a)",
            "@\\69mport 'a'",
            "a{b:url(https://a.example)}",
            "a{b:URL( \"//a.example\")}",
            "a{b:u\\72l(//a)}",
            "a{b:\\000075rl(//a)}",
            "a{b:u\\\nrl(//a)}",
            "a{b:url(/assets/x)}",
            "a{b:image-set('https://a.example' 1x)}",
            "a{b:-webkit-image-set('https://a.example' 1x)}",
            "a{b:src('//a')}",
            "a{b:url(data:text/html,x)}",
            "</style><script>",
            "a{b:url(/**/https://a)}",
            "a{b:expression(x)}",
            "a\\/*{b:url(//a)}*/",
            "a{content:'/*';b:url(//a);c:'*/'}",
        ] {
            assert!(harm(text).is_some(), "{text}");
        }
    }
}
