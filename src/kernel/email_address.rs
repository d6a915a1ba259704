//! E-mail addresses (3-rules "E-mail identity"): the local part is ASCII, the domain becomes an A-label, both are
//! lower-cased for the key; nothing else folds: no dots, no `+tags`.

use super::text::hidden_text;

/// A mail address as its owner wrote it, and the key that decides whether two of them are the same.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    written: String,
    key: String,
}

hidden_text!(EmailAddress.written, EmailError);

/// Why a text is no e-mail address that we can write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum EmailError {
    #[error("Enter an e-mail address, like name@example.org.")]
    Missing,
    #[error("This has no @ sign. Write the address like name@example.org.")]
    NoAtSign,
    #[error("This e-mail address is too long. Use one of at most 254 characters, with at most 64 before the @ sign.")]
    TooLong,
    #[error(
        "The part before the @ sign may hold only the letters a to z, digits and the usual signs, with no space and no dot at an end or next to another. Check the spelling."
    )]
    LocalPart,
    #[error("The part after the @ sign is not the name of a mail domain, like example.org. Check the spelling.")]
    Domain,
}

impl EmailAddress {
    /// Reads an address; space around it is dropped. Quoted local parts and bare IP domains are refused: no mailbox
    /// of a person has them.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let written = text.trim();
        if written.is_empty() {
            return Err(EmailError::Missing);
        }
        let (local, domain) = written.rsplit_once('@').ok_or(EmailError::NoAtSign)?;
        if local.len() > 64 || domain.len() > 1_000 {
            return Err(EmailError::TooLong);
        }
        let atoms = local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte));
        if !atoms {
            return Err(EmailError::LocalPart);
        }
        let domain = domain_key(domain).ok_or(EmailError::Domain)?;
        if local.len() + 1 + domain.len() > 254 {
            return Err(EmailError::TooLong);
        }
        Ok(Self { written: written.to_owned(), key: format!("{}@{domain}", local.to_ascii_lowercase()) })
    }

    /// What is unique among principals and what buckets and digests are made from.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The address for the mail relay: the local part as written, the domain as an A-label.
    #[must_use]
    pub fn for_sending(&self) -> String {
        let local = self.written.rsplit_once('@').map_or("", |(local, _)| local);
        let domain = self.key.rsplit_once('@').map_or("", |(_, domain)| domain);
        format!("{local}@{domain}")
    }

    /// `a…@example.org`: enough for the owner to recognise, not enough to write to.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.key.rsplit_once('@').unwrap_or_default();
        format!("{}…@{domain}", local.chars().next().unwrap_or('…'))
    }
}

/// RFC 5322 `atext`.
fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// The lower-case A-label form, or `None` if this names no mail domain: at least two labels, the last not a number.
fn domain_key(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_strict(domain).ok()?.to_ascii_lowercase();
    let (_, top) = ascii.rsplit_once('.')?;
    let named = top.len() >= 2 && !top.bytes().all(|byte| byte.is_ascii_digit());
    named.then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> String {
        EmailAddress::parse(text).expect("an address").key().to_owned()
    }

    #[test]
    fn only_case_and_domain_form_fold() {
        assert_eq!(key(" Ada.Lovelace+Bills@Example.ORG "), "ada.lovelace+bills@example.org");
        assert_ne!(key("adalovelace@example.org"), key("ada.lovelace@example.org"));
        assert_eq!(key("a@BÜCHER.example"), "a@xn--bcher-kva.example");
        assert_eq!(key("a@bücher.example"), key("a@xn--bcher-kva.example"));
    }

    /// Addresses that look or sound alike: what is the same mailbox is one key, what is not never becomes one.
    #[test]
    fn lookalikes_neither_merge_nor_split() {
        for (a, b) in [
            ("ADA@EXAMPLE.ORG", "ada@example.org"),
            ("I@example.org", "i@example.org"),
            ("ada@STRASSE.example", "ada@strasse.example"),
            ("ada@xn--bcher-kva.example", "ada@BÜCHER.example"),
            // A combining mark and the composed letter are one domain (IDNA maps to NFC).
            ("ada@bu\u{308}cher.example", "ada@b\u{fc}cher.example"),
            // Full-width letters and the ideographic full stop in a domain are the ASCII ones (UTS 46).
            ("ada@ｅｘａｍｐｌｅ.org", "ada@example.org"),
            ("ada@example。org", "ada@example.org"),
        ] {
            assert_eq!(key(a), key(b), "{a} {b}");
        }
        for (a, b) in [
            // Dotless and dotted i are letters of their own.
            ("ada@ıstanbul.example", "ada@istanbul.example"),
            // Cyrillic а is not Latin a.
            ("ada@аda.example", "ada@ada.example"),
            ("ada@straße.example", "ada@strasse.example"),
            ("ada@bücher.example", "ada@bucher.example"),
            ("a.da@example.org", "ada@example.org"),
            ("ada+x@example.org", "ada@example.org"),
            ("ada@googlemail.com", "ada@gmail.com"),
        ] {
            assert_ne!(key(a), key(b), "{a} {b}");
        }
        // Before the @ nothing is mapped: what is not ASCII is refused, so it cannot become somebody else's.
        for text in [
            "ı@example.org",
            "İ@example.org",
            "ａda@example.org",
            "a\u{301}da@example.org",
            "á@example.org",
            "\u{212a}ate@example.org",
            "ﬁn@example.org",
            "а@example.org",
            "ada\u{200b}@example.org",
            "ada\u{ad}@example.org",
        ] {
            assert_eq!(EmailAddress::parse(text).expect_err(text), EmailError::LocalPart, "{text}");
        }
    }

    #[test]
    fn the_written_form_stays_and_sending_is_ascii() {
        let address = EmailAddress::parse("Ada@Bücher.example").expect("an address");
        assert_eq!(address.as_str(), "Ada@Bücher.example");
        assert_eq!(address.for_sending(), "Ada@xn--bcher-kva.example");
        assert_eq!(address.masked(), "a…@xn--bcher-kva.example");
        assert_eq!(format!("{address:?}"), "EmailAddress(hidden)");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        use EmailError::*;
        let long = format!("{}@example.org", "a".repeat(65));
        let long_domain = format!("adalovelace@{}.org", ["b".repeat(60).as_str(); 4].join("."));
        for (text, wrong) in [
            ("", Missing),
            ("ada", NoAtSign),
            ("@example.org", LocalPart),
            (".ada@example.org", LocalPart),
            ("a..b@example.org", LocalPart),
            ("a b@example.org", LocalPart),
            ("\"a b\"@example.org", LocalPart),
            ("a@b@example.org", LocalPart),
            ("ädä@example.org", LocalPart),
            ("\u{212a}@example.org", LocalPart),
            ("a\r\nBcc:x@example.org", LocalPart),
            ("ada@localhost", Domain),
            ("ada@127.0.0.1", Domain),
            ("ada@[127.0.0.1]", Domain),
            ("ada@exa mple.org", Domain),
            ("ada@-example.org", Domain),
            ("ada@example..org", Domain),
            ("ada@example.org.", Domain),
            ("ada@example.org\u{202e}", Domain),
            (long.as_str(), TooLong),
            (long_domain.as_str(), TooLong),
        ] {
            assert_eq!(EmailAddress::parse(text).expect_err(text), wrong, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,80}") {
            let _ = EmailAddress::parse(&text);
        }

        #[test]
        fn the_key_is_its_own_key(local in "[A-Za-z0-9+_-]{1,20}", domain in "[A-Za-z]{1,10}\\.[A-Za-z]{2,5}") {
            let once = key(&format!("{local}@{domain}"));
            prop_assert!(once.is_ascii());
            prop_assert_eq!(key(&once), once);
        }
    }
}
