//! The mails of billing. Amounts, dates and reasons arrive in words.

use crate::platform::mail::letter::{Letter, Letterhead};

const WHY: &str = "You get this mail because you have a plan with us and it concerns an invoice.";

/// What the mails say of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceWords {
    /// `inv_…`, for the link.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its total with currency.
    pub total: String,
}

impl InvoiceWords {
    fn link(&self, head: &Letterhead) -> String {
        head.link(&format!("/billing/invoices/{}", self.id))
    }
}

fn hello(name: &str) -> String {
    format!("Hello {name},")
}

/// An invoice is final; `payment` says how it was or will be paid, in a sentence.
pub fn invoice_issued(head: Letterhead, name: &str, invoice: &InvoiceWords, payment: &str) -> Letter {
    Letter {
        subject: format!("Invoice {} from {}", invoice.number, head.product),
        greeting: hello(name),
        body: vec![format!("invoice {} over {} is ready. {payment}", invoice.number, invoice.total)],
        action: Some(("See the invoice".into(), invoice.link(&head))),
        closing: vec!["Every line on it says what it is for and how it was calculated.".into()],
        why: WHY.into(),
        head,
    }
}

/// A card was declined; `reason` is a sentence, `until` says how long the invoice can be paid.
pub fn payment_failed(head: Letterhead, name: &str, invoice: &InvoiceWords, reason: &str, until: &str) -> Letter {
    Letter {
        subject: format!("Payment of invoice {} did not go through", invoice.number),
        greeting: hello(name),
        body: vec![
            format!("we could not charge {} for invoice {}. {reason}", invoice.total, invoice.number),
            format!("You can pay with the same or another card until {until}. Nothing is charged twice."),
        ],
        action: Some(("Pay the invoice".into(), invoice.link(&head))),
        closing: vec![],
        why: WHY.into(),
        head,
    }
}

/// The bank wants to see the holder (3-D Secure).
pub fn authentication_needed(head: Letterhead, name: &str, invoice: &InvoiceWords, until: &str) -> Letter {
    Letter {
        subject: format!("Please confirm the payment of invoice {}", invoice.number),
        greeting: hello(name),
        body: vec![
            format!("your bank asks you to confirm the payment of {} for invoice {}.", invoice.total, invoice.number),
            format!("Nothing is charged before you do. The invoice waits until {until}."),
        ],
        action: Some(("Confirm the payment".into(), invoice.link(&head))),
        closing: vec!["You sign in with us first and then confirm on your bank’s own page.".into()],
        why: WHY.into(),
        head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lang::Lang;

    #[test]
    fn every_mail_speaks_the_language_of_its_head() {
        let invoice = InvoiceWords { id: "inv_1".into(), number: "ST-000042".into(), total: "62,13 USD".into() };
        for lang in [Lang::De, Lang::ZhHans] {
            let head = || Letterhead { product: "Steward".into(), base_url: "http://localhost".into(), lang };
            for letter in [
                invoice_issued(head(), "Ada", &invoice, "It was paid with the Visa ending in 4242."),
                payment_failed(head(), "Ada", &invoice, "The card has expired.", "7. März 2026"),
                authentication_needed(head(), "Ada", &invoice, "7. März 2026"),
            ] {
                let text = letter.text().unwrap();
                let english = ["invoice ", "paid", "card", "You", "the "].map(|word| text.contains(word));
                assert_eq!(english, [false; 5], "{text}");
                assert!(text.contains("62,13 USD") && !letter.subject().contains("nvoice"), "{text}");
            }
        }
    }

    #[test]
    fn every_mail_leads_to_its_invoice_and_names_the_amount() {
        let head =
            || Letterhead { product: "Steward".into(), base_url: "http://localhost:8080".into(), lang: Lang::En };
        let invoice = InvoiceWords { id: "inv_1".into(), number: "ST-000042".into(), total: "USD 62.13".into() };
        for letter in [
            invoice_issued(head(), "Ada", &invoice, "It was paid with the Visa ending in 4242."),
            payment_failed(head(), "Ada", &invoice, "The bank declined the card.", "24 November 2026, 14:00"),
            authentication_needed(head(), "Ada", &invoice, "24 November 2026, 14:00"),
        ] {
            for part in [letter.text().unwrap(), letter.html().unwrap()] {
                assert!(part.contains("http://localhost:8080/billing/invoices/inv_1"), "{part}");
                assert!(part.contains("USD 62.13") && part.contains("ST-000042"), "{part}");
            }
        }
    }
}
