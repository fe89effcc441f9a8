//! A letter as it travels (RFC 5322): two parts that say the same, and headers that keep robots from answering.

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use crate::error::{Error, Result};
use crate::types::{EmailAddress, Envelope, JobId};

/// The message. It goes to one recipient, byte for byte the address in the envelope.
pub(super) fn message(letter: &Envelope, id: JobId, host: &str) -> Result<Message> {
    let broken = |error: Box<dyn std::error::Error + Send + Sync>| Error::broken("a letter cannot be written", error);
    let (from, to) = (mailbox(&letter.from)?, address(&letter.to)?);
    let envelope = lettre::address::Envelope::new(Some(from.email.clone()), vec![to.clone()]).map_err(|error| broken(error.into()))?;
    let mut builder = Message::builder();
    if let Some(reply_to) = &letter.reply_to {
        builder = builder.reply_to(mailbox(reply_to)?);
    }
    let mut message = builder
        .envelope(envelope)
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(letter.subject.clone())
        .message_id(Some(format!("<{}@{host}>", id.0.simple())))
        .date(letter.at.system_time())
        .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
        .map_err(|error| broken(error.into()))?;
    for (name, value) in [
        // RFC 3834 §5; the second is Exchange's own.
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
        // Keeps mail programs from folding two letters into one conversation.
        ("X-Entity-Ref-ID", id.0.simple().to_string()),
    ] {
        let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|error| broken(error.into()))?;
        message.headers_mut().insert_raw(HeaderValue::new(name, value));
    }
    Ok(message)
}

/// The same text, taken apart the same way: nothing is normalised on the way to the relay.
fn address(to: &EmailAddress) -> Result<Address> {
    Address::new(to.local(), to.domain()).map_err(|error| Error::broken("an address cannot be mailed to", error))
}

fn mailbox(text: &str) -> Result<Mailbox> {
    text.parse().map_err(|error: lettre::address::AddressError| Error::broken("email.from or email.reply_to is not a sender", error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::UnixMillis;

    fn letter(to: &str, subject: &str) -> Envelope {
        Envelope {
            to: EmailAddress::parse(to).unwrap(),
            from: "Fieldnotes <hello@fieldnotes.example>".into(),
            reply_to: None,
            subject: subject.into(),
            text: "Ä plain text\n.\n".into(),
            html: "<p>Ä</p>".into(),
            code: None,
            link: None,
            at: UnixMillis(1_772_548_200_000),
            until: UnixMillis(1_772_548_200_000),
        }
    }

    fn id() -> JobId {
        JobId(uuid::Uuid::from_u128(7))
    }

    #[test]
    fn a_letter_goes_to_one_recipient_byte_for_byte() {
        for address in [
            "Maya@okafor.example",
            "a.b+c@example.com",
            "o'neil@example.com",
            "a@xn--bcher-kva.example",
            "a!#$%&'*+-/=?^_`{|}~@example.com",
        ] {
            let message = message(&letter(address, "Hello"), id(), "auth.example").unwrap();
            let to: Vec<_> = message.envelope().to().iter().map(ToString::to_string).collect();
            assert_eq!(to, [address]);
        }
    }

    #[test]
    fn the_same_job_is_the_same_letter_and_robots_do_not_answer() {
        let text =
            |id| String::from_utf8(message(&letter("a@example.com", "HX-47: hello"), id, "auth.example").unwrap().formatted()).unwrap();
        let first = text(id());
        assert!(first.contains("Message-ID: <00000000000000000000000000000007@auth.example>"), "{first}");
        for header in ["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All", "X-Entity-Ref-ID: ", "multipart/alternative"] {
            assert!(first.contains(header), "{header}: {first}");
        }
        assert!(!first.contains("List-Unsubscribe"));
        assert!(text(JobId(uuid::Uuid::from_u128(8))).contains("00000000000000000000000000000008@"));
    }

    #[test]
    fn answers_go_to_whom_the_operator_names() {
        let text = |letter: &Envelope| String::from_utf8(message(letter, id(), "auth.example").unwrap().formatted()).unwrap();
        let mut letter = letter("a@example.com", "Hello");
        assert!(!text(&letter).contains("Reply-To"));
        letter.reply_to = Some("Fieldnotes support <help@fieldnotes.example>".into());
        let text = text(&letter);
        assert!(text.contains("Reply-To: \"Fieldnotes support\" <help@fieldnotes.example>\r\n"), "{text}");
        assert!(text.contains("<hello@fieldnotes.example>\r\n"), "{text}");
    }

    #[test]
    fn nothing_in_a_subject_becomes_a_header() {
        let text = message(&letter("a@example.com", "x\r\nBcc: evil@example.org"), id(), "auth.example").map(|message| message.formatted());
        let text = String::from_utf8(text.unwrap()).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
    }
}
