//! What the outbox stores.

crate::stored_fields! {
    mails {
        personal {
            account_id: Identity, "To know whose mail it was.", Contract, Days(90), Product, [];
            sealed: Communication, "The message until it is sent; encrypted.", Contract, UntilUsed, Product, ["mail_relay"];
        }
        operational { id, kind, share_id, state, created_at, sent_at }
    }
    mail_bounces {
        personal {
            account_id: Identity, "To tell you that mail to you comes back.", Contract, Account, Product, [];
            address_mac: Contact, "To know which of your addresses it was; a keyed digest, not the address.", Contract, Account, Product, [];
        }
        operational { source, reply, first_at, last_at }
    }
}
