//! How far apart two texts are.

/// How many letters must change to make one of the other (Levenshtein), over at most 200 characters.
pub fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().take(200).collect(), b.chars().take(200).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let changed = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::edit_distance;

    #[test]
    fn distances() {
        for (a, b, expected) in [("", "", 0), ("kitten", "sitting", 3), ("fieldnotes-wbe", "fieldnotes-web", 2), ("", "abc", 3)] {
            assert_eq!(edit_distance(a, b), expected, "{a} {b}");
        }
    }
}
