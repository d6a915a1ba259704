//! Tables of corrections and of what follows from them.

diesel::table! {
    correction_requests (id) {
        id -> Text,
        account_id -> Text,
        subject -> Text,
        field -> Text,
        state -> Text,
        version -> BigInt,
        sealed -> Text,
        reason -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        change_id -> Nullable<Text>,
        opened_at -> Timestamp,
        due_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
        late_told -> Bool,
    }
}

diesel::table! {
    profile_reminders (account_id) {
        account_id -> Text,
        reason -> Text,
        token_hash -> Nullable<Text>,
        address_mac -> Text,
        version -> BigInt,
        sent_at -> Timestamp,
        holds_until -> Timestamp,
    }
}

diesel::table! {
    ripple_tasks (id) {
        id -> Text,
        account_id -> Text,
        change_id -> Text,
        field -> Text,
        recipient -> Text,
        version -> BigInt,
        state -> Text,
        why -> Nullable<Text>,
        share_id -> Nullable<Text>,
        settled_by -> Nullable<Text>,
        opened_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    field_restrictions (account_id, field) {
        account_id -> Text,
        field -> Text,
        cause -> Text,
        since -> Timestamp,
    }
}
