//! Where people read their letters on the web: a link that searches for ours and shows nothing else.

use crate::types::EmailAddress;

/// The mailbox of an address, if it is one of a few that many people have: its name and a link. `from`
/// is the sender's address.
pub fn webmail(address: &EmailAddress, from: &str) -> Option<(String, String)> {
    let from = from.rsplit_once('<').map_or(from, |(_, address)| address.trim_end_matches('>'));
    let from: String = url::form_urlencoded::byte_serialize(from.as_bytes()).collect();
    let (name, href) = match address.domain().to_ascii_lowercase().as_str() {
        "gmail.com" | "googlemail.com" => {
            ("Gmail", format!("https://mail.google.com/mail/u/0/#search/from%3A({from})+in%3Aanywhere+newer_than%3A1h"))
        }
        "outlook.com" | "hotmail.com" | "live.com" => ("Outlook", "https://outlook.live.com/mail/0/".to_owned()),
        "yahoo.com" | "ymail.com" => ("Yahoo Mail", "https://mail.yahoo.com/".to_owned()),
        "icloud.com" | "me.com" => ("iCloud Mail", "https://www.icloud.com/mail/".to_owned()),
        "proton.me" | "protonmail.com" | "pm.me" => ("Proton Mail", "https://mail.proton.me/".to_owned()),
        _ => return None,
    };
    Some((name.to_owned(), href))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_searches_for_our_letter() {
        let of = |address: &str| webmail(&EmailAddress::parse(address).unwrap(), "Fieldnotes <hello@fieldnotes.example>");
        let (name, href) = of("Maya@Gmail.com").unwrap();
        assert_eq!(name, "Gmail");
        assert!(href.contains("hello%40fieldnotes.example") && !href.contains('<'), "{href}");
        assert_eq!(of("maya@okafor.example"), None);
    }
}
