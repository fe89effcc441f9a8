//! What the rules refuse and what they let pass, by example.

use super::*;

fn judge_at(min_length: usize, text: &str) -> Result<(), Weakness> {
    let address = EmailAddress::parse("Maya.Okafor@orchard-books.example").unwrap();
    let words = ["Winterfell".to_owned()];
    let context = Context { min_length, address: &address, app_names: &["Night Garden", "Acme"], words: &words, leaked: true };
    check(&Password::parse(text.to_owned()).unwrap(), &context)
}

fn judge(text: &str) -> Result<(), Weakness> {
    judge_at(15, text)
}

#[test]
fn length_counts_code_points_and_says_how_many_are_missing() {
    for (text, missing) in [("", 15), ("elevenchars", 4), ("quiet lantern.", 1), ("🦊🦊🦊", 12), ("e\u{301}e\u{301}", 13)] {
        assert_eq!(judge(text), Err(Weakness::TooShort { missing }), "{text}");
    }
    assert_eq!(judge_at(8, "vK3#qzTw"), Ok(()));
}

#[test]
fn nothing_is_asked_of_its_composition() {
    for text in [
        "quiet lantern above the mill",
        "correcthorsebatterystaple-of-mine",
        "onlylowercasewordsdrifting",
        "ЖелтаяЛампаНадМостом",
        "黄色い灯りが橋の上に静かに揺れていた",
        "🦊🌧️🎻🪨🧭🫖🦉🍋🚲🕯️🐌🧊🪴🎲🛶",
        " leading and trailing ",
        "vK3#qzTw9!mRb2&x",
        "39104857261940385",
        "the housekey I lost in Lisbon",
        "acme makes good anvils",
        "my garden at night smells of rain",
    ] {
        assert_eq!(judge(text), Ok(()), "{text}");
    }
}

#[test]
fn little_more_than_a_word_of_this_place_is_refused() {
    for (text, word) in [
        ("housekeyhousekey", "housekey"),
        ("House-Key-House-Key", "housekey"),
        ("HOUSEKEY 2026!!", "housekey"),
        ("passwordpassword", "password"),
        ("P@ssw0rd1234567", "password"),
        ("Password1234567", "password"),
        ("nightgarden2026", "night garden"),
        ("Night Garden 99!", "night garden"),
        ("acmeacmeacmeacme", "acme"),
        ("maya.okafor1990", "maya.okafor"),
        ("Maya Okafor Maya", "maya.okafor"),
        ("0kaf0r-0kaf0r-1!", "okafor"),
        ("orchardbooks!!!1", "orchard-books"),
        ("winterfell12345", "winterfell"),
        ("maya.okafor@orchard-books.example", "maya.okafor@orchard-books.example"),
        ("housekeypassword", "housekey"),
    ] {
        assert_eq!(judge(text), Err(Weakness::Context(word.to_owned())), "{text}");
    }
}

#[test]
fn rows_and_repetitions_are_refused() {
    for text in [
        "aaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "1212121212121212",
        "qwertyqwertyqwe",
        "zx9zx9zx9zx9zx9zx",
        "tricky1tricky1tricky1",
        "123456789012345",
        "987654321098765",
        "abcdefghijklmnop",
        "qwertyuiopasdfg",
        "qwertzuiopasdfghjkl",
        "1qaz2wsx3edc4rfv",
        "1q2w3e4r5t6y7u8i",
        "aaaabbbbccccdddd",
        "111222333444555",
        "абвгдежзийклмноп",
        "!@#$%^&*()!@#$%",
        "🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊",
    ] {
        assert_eq!(judge(text), Err(Weakness::Guessable), "{text}");
    }
}

#[test]
fn the_list_is_asked_only_where_it_is_wanted() {
    assert_eq!(judge_at(8, "sunshine99"), Err(Weakness::Leaked));
    let address = EmailAddress::parse("a@b.example").unwrap();
    let context = Context { min_length: 8, address: &address, app_names: &[], words: &[], leaked: false };
    assert_eq!(check(&Password::parse("sunshine99".to_owned()).unwrap(), &context), Ok(()));
}

#[test]
fn each_weakness_has_its_words() {
    assert_eq!(Words::from(Weakness::TooShort { missing: 4 }), Words::new("password-too-short").with("missing", 4));
    assert_eq!(Words::from(Weakness::Context("acme".to_owned())), Words::new("password-context").with("word", "acme"));
    assert_eq!(Words::from(Weakness::Leaked).key, "password-leaked");
}
