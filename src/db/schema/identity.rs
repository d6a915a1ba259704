//! Tables of identity and accounts.

diesel::table! {
    principals (id) {
        id -> Text,
        kind -> Text,
        email -> Text,
        email_key -> Text,
        status -> Text,
        password_phc -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        verified_at -> Timestamp,
        reset_required_at -> Nullable<Timestamp>,
        disabled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_members (id) {
        id -> Text,
        name -> Text,
        role -> Text,
        language -> Nullable<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    factors (id) {
        id -> Text,
        principal_id -> Text,
        kind -> Text,
        name -> Text,
        sealed -> Text,
        credential_id -> Nullable<Text>,
        counter -> BigInt,
        created_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recovery_codes (principal_id, digest) {
        principal_id -> Text,
        digest -> Text,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    passkey_challenges (digest) {
        digest -> Text,
        purpose -> Text,
        principal_id -> Nullable<Text>,
        name -> Text,
        state -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    registrations (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        name -> Text,
        profile -> Text,
        password_phc -> Text,
        policy_version -> Integer,
        locale -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    one_time_tokens (digest) {
        digest -> Text,
        purpose -> Text,
        subject -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    sessions (principal_id, signed_in_at) {
        principal_id -> Text,
        signed_in_at -> Timestamp,
        id -> Text,
        transport -> Text,
        kind -> Text,
        digest -> Text,
        last_seen_at -> Timestamp,
        stepped_up_at -> Timestamp,
        expires_at -> Timestamp,
        ip -> Nullable<Text>,
        user_agent -> Text,
        language -> Text,
        ended_at -> Nullable<Timestamp>,
        ended_why -> Nullable<Text>,
    }
}

diesel::table! {
    sign_ins (id) {
        id -> Text,
        principal_id -> Text,
        at -> Timestamp,
        outcome -> Text,
        method -> Text,
        network -> Text,
        device -> Text,
        was_known -> Bool,
        is_trusted -> Bool,
        session_id -> Nullable<Text>,
        reported_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> Text,
        account_id -> Text,
        name -> Text,
        scopes -> Text,
        digest -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    accounts (id) {
        id -> Text,
        name -> Text,
        phone -> Nullable<Text>,
        address -> Nullable<Text>,
        website -> Nullable<Text>,
        im_ids -> Text,
        locale -> Text,
        time_zone -> Text,
        preferences -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        confirmed_at -> Timestamp,
        contacts -> Text,
        field_dates -> Text,
    }
}

diesel::table! {
    account_freezes (id) {
        id -> Text,
        account_id -> Text,
        cause -> Text,
        reason -> Nullable<Text>,
        started_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<Text>,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    factor_resets (id) {
        id -> Text,
        account_id -> Text,
        case_ref -> Text,
        requested_at -> Timestamp,
        due_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        ended_how -> Nullable<Text>,
    }
}

diesel::table! {
    xmpp_proofs (account_id) {
        account_id -> Text,
        address_digest -> Text,
        code_digest -> Nullable<Text>,
        tries -> Integer,
        sent_at -> Timestamp,
        expires_at -> Timestamp,
        proved_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    email_changes (id) {
        id -> Text,
        account_id -> Text,
        state -> Text,
        old_email -> Text,
        new_email -> Text,
        old_password_phc -> Nullable<Text>,
        requested_at -> Timestamp,
        holds_until -> Timestamp,
        held_key -> Nullable<Text>,
    }
}
