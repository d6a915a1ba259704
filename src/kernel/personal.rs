//! Personal data that neither prints nor serialises (policy clause 3: used only for its purpose).

use std::fmt;

/// A value about a person. `Debug` hides it, there is no `Display` and no `Serialize`: whoever shows it must
/// [`reveal`](Personal::reveal) it by name, which a reviewer can search for.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for a view, a mail or a query: never for a log.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// The value itself, giving up the wrapper.
    pub fn into_revealed(self) -> T {
        self.0
    }

    /// Another personal value made from this one.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Personal<U> {
        Personal(with(self.0))
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_value_at_every_depth() {
        let hidden = Some(vec![Personal::new("canary@example.org".to_owned())]);
        assert_eq!(format!("{hidden:?}"), "Some([[personal]])");
        assert_eq!(format!("{hidden:#?}").matches("canary").count(), 0);
    }
}
