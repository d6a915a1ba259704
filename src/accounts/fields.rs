//! What the profile stores, and why each field is asked for: the data map and the pages say the same.

use super::model::Field;

crate::stored_fields! {
    accounts {
        personal {
            name: Identity, "To address you, and to put on your invoices.", Contract, Account, Holder,
                ["mail_relay", "payment_processor"];
            phone: Contact, "To call you back about a problem with your account.", Consent, Account, Holder, ["mail_relay"];
            address: Contact, "To put on your invoices, and to know which tax applies.", Consent, Account, Holder, ["mail_relay"];
            website: Contact, "To know what you work with when we answer you.", Consent, Account, Holder, ["mail_relay"];
            contacts: Contact, "To reach you in the matters that you named for each of them.", Consent, Account, Holder, ["mail_relay"];
            im_ids: Contact, "To reach you by instant messaging about your account.", Consent, Account, Holder, ["mail_relay", "xmpp_server"];
            locale: Preferences, "To show you pages in your language.", Contract, Account, Holder, ["mail_relay"];
            time_zone: Preferences, "To show you times as your clock does, and to count the days of what you pay for.", Contract, Account, Holder, ["mail_relay"];
            preferences: Preferences, "To show you pages and send you mails as you like.", Contract, Account, Holder, ["mail_relay"];
        }
        operational { id, version, created_at, updated_at, confirmed_at, field_dates }
    }
    profile_reminders {
        personal {
            account_id: Identity, "To ask you once a year whether what we keep is still right.", LegitimateInterest, Account,
                Product, [];
            address_mac: Contact, "To let the link confirm only the address it was mailed to; a keyed digest.",
                LegitimateInterest, Account, Product, [];
        }
        operational { reason, token_hash, version, sent_at, holds_until }
    }
    correction_requests {
        personal {
            account_id: Identity, "To know who asks for a correction.", Law, Account, Product, [];
            sealed: Evidence, "What you say is wrong, what it should be and why; encrypted under your own key.", Law,
                Account, Holder, [];
            reason: Evidence, "To tell you how our staff decided.", Law, Account, Product, [];
            decided_by: Evidence, "To show who decided.", Law, Account, Product, [];
        }
        operational {
            id, subject, field, state, version, change_id, opened_at, due_at, decided_at, late_told
        }
    }
    ripple_tasks {
        personal {
            account_id: Identity, "To tell those who got a value of yours that it has changed.", Law, Months(13), Product, [];
        }
        operational {
            id, change_id, field, recipient, version, state, why, share_id, settled_by, opened_at, settled_at
        }
    }
}

/// Why a field is asked for, as the data map says it.
#[must_use]
pub fn purpose(field: Field) -> &'static str {
    let mut columns = TABLES.iter().filter(|table| table.name == "accounts").flat_map(|table| table.personal);
    columns.find(|known| known.column == field.as_str()).map_or("", |known| known.purpose)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_says_why_it_is_asked_for() {
        for field in Field::ALL {
            assert!(purpose(field).ends_with('.'), "{field:?}");
        }
    }
}
