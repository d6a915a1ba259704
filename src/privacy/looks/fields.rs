//! What a look is.

crate::stored_fields! {
    staff_looks {
        personal {
            account_id: Identity, "To show you who of our staff looked at your data, and why.", Law, Months(12),
                Product, [];
            case_ref: Communication, "The case that the look belongs to.", Law, Months(12), Product, [];
        }
        operational { id, staff_id, purpose, shown, at }
    }
}
