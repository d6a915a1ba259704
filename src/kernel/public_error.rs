//! What a failure tells the outside: a code that is documented, and nothing internal.

/// A documented kind of failure. Its name ends the `type` URL of the problem (RFC 9457) and is what clients branch on.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Kebab-case name, unique in the product.
    pub name: &'static str,
    /// HTTP status.
    pub status: u16,
    /// One line for people; the same for every occurrence.
    pub title: &'static str,
    /// What to do about it, for docs/reference/errors.md.
    pub help: &'static str,
}

/// A complaint about one field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) to the field: `/address/postcode`.
    pub pointer: String,
    /// A sentence that says what is wrong and the way out; never repeats the value.
    pub message: String,
}

impl FieldError {
    /// A complaint about the field at `pointer`.
    pub fn new(pointer: impl Into<String>, message: impl ToString) -> Self {
        Self { pointer: pointer.into(), message: message.to_string() }
    }
}

/// An error that an API, a page, a job or the command line can show.
pub trait PublicError: std::fmt::Debug {
    /// The documented kind.
    fn code(&self) -> &'static Code;

    /// What is particular about this occurrence; safe to show to whoever asked.
    fn detail(&self) -> Option<String> {
        None
    }

    /// The fields at fault.
    fn fields(&self) -> Vec<FieldError> {
        Vec::new()
    }

    /// Seconds after which to try again.
    fn retry_after(&self) -> Option<u32> {
        None
    }

    /// Further members of the problem document, such as the current values of a lost update.
    fn members(&self) -> Vec<(&'static str, serde_json::Value)> {
        Vec::new()
    }
}
