//! What the profile stores.

crate::stored_fields! {
    accounts {
        personal {
            name: Identity, "To address you, and to put on your invoices.", Contract, Account, Holder,
                ["mail_relay", "payment_processor"];
            phone: Contact, "To call you about your account.", Consent, Account, Holder, [];
            address: Contact, "To put on your invoices.", Consent, Account, Holder, [];
            website: Contact, "To know which site you use our service for.", Consent, Account, Holder, [];
            im_ids: Contact, "To reach you by instant messaging about your account.", Consent, Account, Holder, [];
            locale: Preferences, "To show you pages in your language.", Contract, Account, Holder, [];
            time_zone: Preferences, "To show you times as your clock does.", Contract, Account, Holder, [];
            preferences: Preferences, "To show you pages and send you mails as you like.", Contract, Account, Holder, [];
        }
        operational { id, version, created_at, updated_at, confirmed_at }
    }
}
