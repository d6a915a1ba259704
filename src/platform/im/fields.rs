//! What the outbox of instant messages stores.

crate::stored_fields! {
    im_messages {
        personal {
            account_id: Identity, "To know whose message it was.", Consent, Days(90), Product, [];
            sealed: Communication, "The message until it is sent; encrypted.", Consent, UntilUsed, Product, ["xmpp_server"];
        }
        operational { id, kind, share_id, state, created_at, sent_at }
    }
}
