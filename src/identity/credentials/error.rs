//! Why a text cannot be a password.

use crate::kernel::public_error::FieldError;

/// A complaint about a chosen password; never repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum PasswordError {
    #[error("Use at least {0} characters. Several words in a row are easy to keep in mind and hard to guess.")]
    TooShort(usize),
    #[error("Use at most 256 characters.")]
    TooLong,
    #[error("This password is among the first that others try. Choose words that do not belong together.")]
    Common,
    #[error(
        "This password is made of your own name, address or handle, or of ours. Choose words that have nothing to do with you."
    )]
    Personal,
}

impl PasswordError {
    /// The complaint about the field `password`.
    #[must_use]
    pub fn field(self) -> FieldError {
        FieldError::new("/password", self)
    }
}
