//! Tables of the back office.

diesel::table! {
    staff_looks (id) {
        id -> Text,
        staff_id -> Text,
        account_id -> Text,
        purpose -> Text,
        case_ref -> Nullable<Text>,
        shown -> Text,
        at -> Timestamp,
    }
}
