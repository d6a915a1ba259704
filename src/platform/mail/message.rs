//! A message about to leave, and its form on the wire.

use std::time::{Duration, SystemTime};

use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message as Wire};

use super::transport::TransportError;
use crate::kernel::ids::{Id, Mail};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;

/// A message about to leave. Made anew for every try, byte for byte the same but for the date.
#[derive(Debug)]
pub struct Message {
    /// The mail's id: the Message-ID is made from it, so a double is recognised by its reader.
    pub id: Id<Mail>,
    /// Who writes: `Name <address>`.
    pub from: String,
    /// Whom to.
    pub to: Personal<String>,
    /// Subject line.
    pub subject: Personal<String>,
    /// Plain text.
    pub text: Personal<String>,
    /// The same as HTML.
    pub html: Personal<String>,
    /// When it is sent.
    pub date: Timestamp,
}

impl Message {
    /// The message as RFC 5322 knows it: plain text and HTML as alternatives.
    ///
    /// # Errors
    /// [`TransportError::Refused`] when the recipient's address cannot stand in a header; a sender that cannot is a
    /// mistake of the configuration and therefore [`TransportError::Later`].
    pub(super) fn wire(&self) -> Result<Wire, TransportError> {
        let from: Mailbox = self.from.parse().map_err(|_| later("`mail.from` is no mailbox"))?;
        let to: Address = self.to.reveal().parse().map_err(|_| refused("the address cannot be written to"))?;
        let domain = from.email.domain().to_owned();
        let micros = u64::try_from(self.date.micros()).unwrap_or(0);
        let parts = MultiPart::alternative()
            .boundary(format!("=_{}", self.id))
            .singlepart(SinglePart::plain(self.text.reveal().clone()))
            .singlepart(SinglePart::html(self.html.reveal().clone()));
        Wire::builder()
            .message_id(Some(format!("<{}@{domain}>", self.id)))
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
            .from(from)
            .to(Mailbox::new(None, to))
            .subject(self.subject.reveal().clone())
            .raw_header(lettre::message::header::HeaderValue::new(
                lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(parts)
            .map_err(|_| refused("the message cannot be built"))
    }
}

fn later(why: &str) -> TransportError {
    TransportError::Later(why.to_owned())
}

fn refused(why: &str) -> TransportError {
    TransportError::Refused(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            id: Id::new(Timestamp::from_seconds(1).expect("epoch"), [7; 10]),
            from: "Harbour Chat <accounts@harbour-chat.example>".to_owned(),
            to: Personal::new("ada@example.org".to_owned()),
            subject: Personal::new("Grüße".to_owned()),
            text: Personal::new("Hello\nBcc: eve@example.org\n.\nend".to_owned()),
            html: Personal::new("<p>Hello</p>".to_owned()),
            date: "2026-03-01T09:00:00Z".parse().expect("a time"),
        }
    }

    #[test]
    fn two_tries_give_the_same_bytes() {
        let bytes = |message: Message| message.wire().expect("a message").formatted();
        assert_eq!(bytes(message()), bytes(message()));
        let text = String::from_utf8(bytes(message())).expect("text");
        assert!(text.contains(&format!("Message-ID: <{}@harbour-chat.example>\r\n", message().id)), "{text}");
        assert!(text.contains("Date: Sun, 01 Mar 2026 09:00:00 +0000\r\n"), "{text}");
        assert!(text.contains("multipart/alternative"), "{text}");
    }

    #[test]
    fn no_text_adds_a_header() {
        let mut sly = message();
        sly.subject = Personal::new("Hi\r\nBcc: eve@example.org".to_owned());
        let wire = sly.wire().expect("a message").formatted();
        let text = String::from_utf8(wire).expect("text");
        let (headers, _) = text.split_once("\r\n\r\n").expect("headers");
        assert!(!headers.lines().any(|line| line.starts_with("Bcc:")), "{headers}");
        sly.to = Personal::new("ada@example.org\r\nBcc: eve@example.org".to_owned());
        assert!(matches!(sly.wire(), Err(TransportError::Refused(_))));
    }
}
