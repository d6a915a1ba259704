//! The query that every look carries.

use serde::Deserialize;

use super::actions::Look;
use super::error::StaffError;
use crate::platform::web::form::Errors;
use crate::platform::web::page::Page;
use crate::privacy::looks::model::Purpose;

/// Why somebody looks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookQuery {
    purpose: Option<String>,
    case: Option<String>,
}

impl LookQuery {
    /// The look at an account; a purpose that is none of ours counts as missing.
    pub(super) fn at(self, account: &str) -> Result<Look, StaffError> {
        let purpose: Option<Purpose> = self.purpose.and_then(|text| text.parse().ok());
        Ok(Look { account: account.parse().map_err(|_| StaffError::NotFound)?, purpose, case: self.case })
    }

    /// The page that asks for a purpose, with a complaint for whoever has answered without one.
    pub(super) fn asked(&self, page: Page) -> Page {
        match &self.purpose {
            Some(text) if text.parse::<Purpose>().is_err() => {
                page.errors(Errors::default().on("purpose", "Choose the purpose of this look."))
            }
            _ => page,
        }
    }

    /// Purpose and case alone.
    pub(super) fn reason(self) -> (Option<Purpose>, Option<String>) {
        (self.purpose.and_then(|text| text.parse().ok()), self.case)
    }
}
