//! Where a text differs from the one it was meant to be.

/// A text in three parts, of which the middle one differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The same at the beginning.
    pub before: String,
    /// What differs.
    pub different: String,
    /// The same at the end.
    pub after: String,
}

impl Marked {
    /// Marks in a text what is not in the other.
    pub fn difference(text: &str, other: &str) -> Self {
        difference(text, other).0
    }

    /// A text without a difference.
    pub fn plain(text: &str) -> Self {
        Self { before: text.to_owned(), different: String::new(), after: String::new() }
    }
}

/// Marks in both texts what is not in the other. Whole words and numbers, so that `5173` and `5174`
/// stand out and not a single digit.
fn difference(left: &str, right: &str) -> (Marked, Marked) {
    if left == right {
        return (Marked::plain(left), Marked::plain(right));
    }
    let (left, right) = (pieces(left), pieces(right));
    let shorter = left.len().min(right.len());
    let before = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let after = left.iter().rev().zip(right.iter().rev()).take(shorter - before).take_while(|(a, b)| a == b).count();
    (marked(&left, before, after), marked(&right, before, after))
}

fn marked(pieces: &[&str], before: usize, after: usize) -> Marked {
    let end = pieces.len() - after;
    Marked { before: pieces[..before].concat(), different: pieces[before..end].concat(), after: pieces[end..].concat() }
}

/// Runs of letters and digits, and everything else one by one.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match rest.find(|c: char| !c.is_alphanumeric()) {
            Some(0) => first.len_utf8(),
            Some(end) => end,
            None => rest.len(),
        };
        let (piece, later) = rest.split_at(end);
        pieces.push(piece);
        rest = later;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_stands_out() {
        for (left, right, in_left, in_right) in [
            ("http://localhost:5173/callback", "http://localhost:3000/callback", "5173", "3000"),
            ("https://a.example/cb", "https://a.example/cb/", "", "/"),
            ("http://a.example", "https://a.example", "http", "https"),
            ("same", "same", "", ""),
            ("", "ümläut", "", "ümläut"),
            ("aaa/aaa", "aaa", "/aaa", ""),
            ("fieldnotes-wbe", "fieldnotes-web", "wbe", "web"),
        ] {
            let (l, r) = difference(left, right);
            assert_eq!((l.different.as_str(), r.different.as_str()), (in_left, in_right), "{left} {right}");
            for (marked, text) in [(l, left), (r, right)] {
                assert_eq!([marked.before, marked.different, marked.after].concat(), text);
            }
        }
    }
}
