//! What the field history stores.

crate::stored_fields! {
    account_keys {
        personal {
            account_id: Identity, "To know whose key it is.", Contract, Account, Product, [];
        }
        operational { wrapped, created_at }
    }
    field_changes {
        personal {
            account_id: Identity, "To know whose history it is.", Contract, Months(13), Product, [];
            before: Identity, "To undo a mistaken change; encrypted under your own key.", Contract, Months(13), Holder, [];
            after: Identity, "To show what was changed; encrypted under your own key.", Contract, Months(13), Holder, [];
            origin: Activity, "To show from which session and network it was changed; encrypted under your own key.",
                LegitimateInterest, Months(13), Browser, [];
            actor_id: Evidence, "To show who changed it.", LegitimateInterest, Months(13), Product, [];
        }
        operational { id, field, actor_kind, overwrite, version, at, restores }
    }
}
