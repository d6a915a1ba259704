//! The page that asks for a correction of an invoice. No rules here.

use askama::Template;

use crate::accounts::corrections::views::NewForm;
use crate::platform::web::form::Field;
use crate::platform::web::page::{Badge, Page};

/// `GET /billing/invoices/{id}/correction`. Posts to itself: `field`, `value`, `evidence`.
#[derive(Template)]
#[template(path = "billing/correction.html")]
pub struct InvoiceCorrection {
    /// The frame.
    pub page: Page,
    /// `inv_…`
    pub id: String,
    /// What was asked for: about what, how it stands, and the reason; empty while it is open.
    pub rows: Vec<(String, Badge, String)>,
    /// The form.
    pub form: NewForm,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::page::check::{self, HOSTILE};
    use crate::platform::web::page::{Section, Tone};

    #[test]
    fn the_form_goes_to_the_invoice() {
        let view = InvoiceCorrection {
            page: check::holder("Correct an invoice", Section::Billing),
            id: "inv_1".into(),
            rows: vec![(HOSTILE.into(), Badge::new(Tone::Bad, "Refused"), HOSTILE.into())],
            form: NewForm { value: HOSTILE.into(), ..NewForm::default() },
        };
        let html = check::page("invoice-correction", &view);
        assert!(html.contains("action=\"/billing/invoices/inv_1/correction\"") && !html.contains("<script"));
    }
}
