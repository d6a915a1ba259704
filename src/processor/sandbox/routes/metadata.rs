//! Metadata: up to 50 notes of an integration.

use super::super::errors::ApiError;
use super::super::params::{Metadata, Params};

/// What an update does to metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nothing was said.
    Keep,
    /// `metadata=`: all notes go.
    Clear,
    /// Given notes are set, empty ones removed.
    Merge(Metadata),
}

impl Change {
    /// Reads `metadata`.
    ///
    /// # Errors
    /// 400 for names over 40 or texts over 500 characters.
    pub fn read(params: &mut Params) -> Result<Self, ApiError> {
        if params.is_text("metadata") {
            return match params.clearable("metadata")?.as_deref() {
                Some("") => Ok(Self::Clear),
                _ => Err(ApiError::invalid("metadata", "Invalid object")),
            };
        }
        let Some(notes) = params.nested("metadata", Params::drain)? else { return Ok(Self::Keep) };
        for (name, text) in &notes {
            if name.chars().count() > 40 || text.chars().count() > 500 {
                let message = "Metadata keys can have up to 40 characters and values up to 500 characters.";
                return Err(ApiError::invalid(&format!("metadata[{name}]"), message));
            }
        }
        Ok(Self::Merge(notes))
    }

    /// The notes after the change.
    ///
    /// # Errors
    /// 400 for more than 50.
    pub fn apply(self, notes: &mut Metadata) -> Result<(), ApiError> {
        match self {
            Self::Keep => {}
            Self::Clear => notes.clear(),
            Self::Merge(given) => {
                for (name, text) in given {
                    if text.is_empty() {
                        notes.remove(&name);
                    } else {
                        notes.insert(name, text);
                    }
                }
            }
        }
        if notes.len() > 50 {
            return Err(ApiError::invalid("metadata", "Metadata can have up to 50 keys."));
        }
        Ok(())
    }

    /// The notes of a new object.
    ///
    /// # Errors
    /// As [`Self::read`] and [`Self::apply`].
    pub fn read_new(params: &mut Params) -> Result<Metadata, ApiError> {
        let mut notes = Metadata::new();
        Self::read(params)?.apply(&mut notes)?;
        Ok(notes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::form::decode;
    use super::*;

    fn change(raw: &str) -> Result<Change, ApiError> {
        Change::read(&mut Params::new(decode(raw.as_bytes()).expect("decodes")))
    }

    #[test]
    fn merges_removes_and_clears() {
        let mut notes = Metadata::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        change("metadata[a]=&metadata[c]=3").and_then(|change| change.apply(&mut notes)).expect("applies");
        assert_eq!(notes, Metadata::from([("b".to_owned(), "2".to_owned()), ("c".to_owned(), "3".to_owned())]));
        change("x=1").and_then(|change| change.apply(&mut notes)).expect("applies");
        assert_eq!(notes.len(), 2);
        change("metadata=").and_then(|change| change.apply(&mut notes)).expect("applies");
        assert!(notes.is_empty());
    }

    #[test]
    fn limits_hold() {
        assert!(change(&format!("metadata[{}]=1", "k".repeat(41))).is_err());
        assert!(change(&format!("metadata[k]={}", "v".repeat(501))).is_err());
        assert!(change("metadata=text").is_err());
        let many: String = (0..51).map(|n| format!("&metadata[k{n}]=v")).collect();
        assert!(change(&many).and_then(|change| change.apply(&mut Metadata::new())).is_err());
    }
}
