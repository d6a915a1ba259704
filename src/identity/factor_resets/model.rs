//! By which case an order is made, and how one ends.

use std::str::FromStr;

/// The longest name of a case, in characters.
const LONGEST: usize = 100;

/// The case that an operator acts on: where it is written down how they made sure who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case(String);

impl Case {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Case {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let shown = text.chars().all(|c| !c.is_control());
        match text.chars().count() {
            3..=LONGEST if shown => Ok(Self(text.to_owned())),
            _ => Err("name the case by 3 to 100 characters, such as the number of its ticket"),
        }
    }
}

/// How an order ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The waiting period is over, and the factors are gone.
    Done,
    /// The owner stopped it.
    Holder,
    /// The operator took it back.
    Operator,
    /// A factor was given, so they were not lost.
    Factor,
    /// The account was frozen.
    Freeze,
    /// The password was set by mail.
    Password,
}

impl End {
    /// The word stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Holder => "holder",
            Self::Operator => "operator",
            Self::Factor => "factor",
            Self::Freeze => "freeze",
            Self::Password => "password",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_has_a_name() {
        assert_eq!(" #4711 ".parse(), Ok(Case("#4711".into())));
        for wrong in ["", "  ", "12", "a\nb\nc", &"x".repeat(101)] {
            assert!(wrong.parse::<Case>().is_err(), "{wrong}");
        }
    }
}
