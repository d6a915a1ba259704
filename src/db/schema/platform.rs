//! Tables of the platform: installation, jobs, audit, history, idempotency, trust, mail, throttles.

diesel::table! {
    installation (id) {
        id -> Text,
        singleton -> Integer,
        mode -> Text,
        key_check -> Text,
        business_offset_us -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        payload -> Text,
        unique_key -> Nullable<Text>,
        priority -> Integer,
        state -> Text,
        run_at -> Timestamp,
        attempts -> Integer,
        again -> Bool,
        lease_until -> Nullable<Timestamp>,
        lease_token -> Nullable<Text>,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    job_schedules (name) {
        name -> Text,
        last_tick -> BigInt,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> Text,
        at -> Timestamp,
        actor_kind -> Text,
        actor_id -> Text,
        action -> Text,
        subject -> Text,
        fields -> Text,
        refs -> Text,
        commitment -> Text,
        sequence -> Nullable<BigInt>,
        chain -> Nullable<Text>,
    }
}

diesel::table! {
    audit_head (singleton) {
        singleton -> Integer,
        sequence -> BigInt,
        chain -> Text,
        sealed_at -> Timestamp,
    }
}

diesel::table! {
    audit_anchor (singleton) {
        singleton -> Integer,
        sequence -> BigInt,
        chain -> Text,
        last_at -> Timestamp,
    }
}

diesel::table! {
    account_keys (account_id) {
        account_id -> Text,
        wrapped -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    field_changes (id) {
        id -> Text,
        account_id -> Text,
        field -> Text,
        before -> Text,
        after -> Text,
        actor_kind -> Text,
        actor_id -> Text,
        overwrite -> Bool,
        version -> BigInt,
        at -> Timestamp,
        origin -> Nullable<Text>,
        restores -> Nullable<Text>,
    }
}

diesel::table! {
    idempotency_keys (actor, key) {
        actor -> Text,
        key -> Text,
        operation -> Text,
        payload_mac -> Text,
        lease_until -> Timestamp,
        resource_id -> Nullable<Text>,
        status -> Nullable<Integer>,
        body -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    policy_versions (version) {
        version -> Integer,
        class -> Text,
        published_at -> Timestamp,
        markdown -> Text,
    }
}

diesel::table! {
    policy_translations (version, language, revision) {
        version -> Integer,
        language -> Text,
        revision -> Integer,
        published_at -> Timestamp,
        markdown -> Text,
    }
}

diesel::table! {
    policy_acceptances (account_id, version) {
        account_id -> Text,
        version -> Integer,
        accepted_at -> Timestamp,
    }
}

diesel::table! {
    consents (id) {
        id -> Text,
        account_id -> Text,
        purpose -> Text,
        decision -> Text,
        wording -> Text,
        policy_version -> Integer,
        withdraws -> Nullable<Text>,
        at -> Timestamp,
    }
}

diesel::table! {
    shares (id) {
        id -> Text,
        account_id -> Nullable<Text>,
        recipient -> Text,
        fields -> Text,
        ground -> Text,
        consent_id -> Nullable<Text>,
        about -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    mails (id) {
        id -> Text,
        account_id -> Nullable<Text>,
        kind -> Text,
        share_id -> Text,
        sealed -> Nullable<Text>,
        state -> Text,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    im_messages (id) {
        id -> Text,
        account_id -> Text,
        kind -> Text,
        share_id -> Text,
        sealed -> Nullable<Text>,
        state -> Text,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    mail_bounces (account_id) {
        account_id -> Text,
        address_mac -> Text,
        source -> Text,
        reply -> Text,
        first_at -> Timestamp,
        last_at -> Timestamp,
    }
}

diesel::table! {
    throttles (bucket) {
        bucket -> Text,
        window_start -> Timestamp,
        used -> Integer,
        strikes -> Integer,
        blocked_until -> Nullable<Timestamp>,
    }
}
