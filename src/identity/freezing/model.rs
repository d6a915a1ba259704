//! Who freezes and who lifts a freeze.

use std::str::FromStr;

/// How an account came to be frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Its holder, signed in.
    Holder,
    /// The link of a security notice.
    Link,
    /// The link that undoes a change of the address.
    EmailUndo,
    /// Staff, for this reason.
    Staff(String),
}

impl Cause {
    /// The word stored.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Link => "link",
            Self::EmailUndo => "email_undo",
            Self::Staff(_) => "staff",
        }
    }

    /// Staff's reason.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        if let Self::Staff(reason) = self { Some(reason) } else { None }
    }
}

/// How a freeze ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifted {
    /// Its holder, by mailed link and password.
    Holder,
    /// With the undoing of a change of the address.
    EmailUndo,
    /// Staff, for this reason.
    Staff(String),
}

impl Lifted {
    /// The word stored.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::EmailUndo => "email_undo",
            Self::Staff(_) => "staff",
        }
    }

    /// Staff's reason.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        if let Self::Staff(reason) = self { Some(reason) } else { None }
    }
}

/// Why staff freeze or lift: a sentence that the holder reads too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// The text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

impl FromStr for Reason {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        // In one line: it stands in mails, and must not look like more of one.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.chars().count() {
            0..10 => Err("Say in a sentence why. The holder of the account reads it."),
            10..=500 => Ok(Self(text)),
            _ => Err("Use at most 500 characters."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_sentence() {
        assert!("".parse::<Reason>().is_err() && "  because  ".parse::<Reason>().is_err());
        assert_eq!(" The holder called. ".parse(), Ok(Reason("The holder called.".into())));
        assert_eq!("Two\r\n\r\nlines of it.".parse(), Ok(Reason("Two lines of it.".into())));
        assert!("x".repeat(501).parse::<Reason>().is_err());
    }
}
