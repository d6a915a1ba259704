//! Tables of billing.

diesel::table! {
    plans (id) {
        id -> Text,
        code -> Text,
        name -> Text,
        description -> Text,
        position -> Integer,
        unpaid_rule -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    prices (id) {
        id -> Text,
        plan_id -> Text,
        period -> Text,
        currency -> Text,
        per_seat -> BigInt,
        largest_quantity -> Integer,
        is_offered -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    processor_customers (account_id) {
        account_id -> Text,
        reference -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    payment_setups (id) {
        id -> Text,
        account_id -> Text,
        consent_id -> Text,
        flow -> Text,
        return_url -> Text,
        session_ref -> Nullable<Text>,
        setup_ref -> Nullable<Text>,
        state -> Text,
        created_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    payment_methods (id) {
        id -> Text,
        account_id -> Text,
        consent_id -> Text,
        reference -> Text,
        brand -> Text,
        last4 -> Text,
        expiry_month -> Integer,
        expiry_year -> Integer,
        fingerprint -> Nullable<Text>,
        is_default -> Bool,
        created_at -> Timestamp,
        detached_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    quotes (id) {
        id -> Text,
        account_id -> Text,
        price_id -> Text,
        quantity -> Integer,
        starts_at -> Timestamp,
        content -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        subscription_id -> Nullable<Text>,
    }
}

diesel::table! {
    subscriptions (id) {
        id -> Text,
        account_id -> Text,
        plan_id -> Text,
        price_id -> Text,
        quantity -> Integer,
        currency -> Text,
        status -> Text,
        cancels_at_period_end -> Bool,
        is_ending -> Bool,
        phase -> Integer,
        period_no -> Integer,
        anchor_date -> Date,
        anchor_second -> Integer,
        zone -> Text,
        period -> Text,
        period_start -> Timestamp,
        period_end -> Timestamp,
        payment_method_id -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    billing_due (subscription_id) {
        subscription_id -> Text,
        due_at -> Timestamp,
        parked_at -> Nullable<Timestamp>,
        parked_why -> Nullable<Text>,
    }
}

diesel::table! {
    billed_periods (subscription_id, phase, period_no) {
        subscription_id -> Text,
        phase -> Integer,
        period_no -> Integer,
        claimed_at -> Timestamp,
    }
}

diesel::table! {
    number_series (name) {
        name -> Text,
        next -> BigInt,
    }
}

diesel::table! {
    invoices (id) {
        id -> Text,
        account_id -> Text,
        subscription_id -> Text,
        phase -> Integer,
        period_no -> Integer,
        kind -> Text,
        number -> Nullable<Text>,
        status -> Text,
        currency -> Text,
        net -> BigInt,
        tax -> BigInt,
        total -> BigInt,
        paid -> BigInt,
        credited -> BigInt,
        seller -> Text,
        customer -> Text,
        period_start -> Timestamp,
        period_end -> Timestamp,
        issued_on -> Nullable<Date>,
        due_on -> Nullable<Date>,
        version -> BigInt,
        created_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    invoice_lines (id) {
        id -> Text,
        invoice_id -> Text,
        position -> Integer,
        description -> Text,
        quantity -> Integer,
        unit -> BigInt,
        net -> BigInt,
        tax -> BigInt,
        tax_code -> Text,
        tax_rate -> Text,
        input -> Text,
        formula -> Text,
    }
}

diesel::table! {
    invoice_taxes (invoice_id, code, rate) {
        invoice_id -> Text,
        code -> Text,
        rate -> Text,
        base -> BigInt,
        tax -> BigInt,
    }
}

diesel::table! {
    postings (id) {
        id -> Text,
        at -> Timestamp,
        operation -> Text,
        source -> Text,
        debit -> Text,
        credit -> Text,
        amount -> BigInt,
        currency -> Text,
    }
}

diesel::table! {
    payments (id) {
        id -> Text,
        invoice_id -> Text,
        account_id -> Text,
        generation -> Integer,
        amount -> BigInt,
        currency -> Text,
        creation -> Nullable<Text>,
        intent_ref -> Nullable<Text>,
        intent_status -> Nullable<Text>,
        latest_charge -> Nullable<Text>,
        next_action_url -> Nullable<Text>,
        wanted -> Nullable<Text>,
        wanted_method -> Nullable<Text>,
        processing_seen_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
        stopped -> Nullable<Text>,
    }
}

diesel::table! {
    payment_shares (share_id) {
        share_id -> Text,
        payment_id -> Text,
    }
}

diesel::table! {
    payment_attempts (id) {
        id -> Text,
        payment_id -> Text,
        invoice_id -> Text,
        number -> Integer,
        payment_method_id -> Text,
        on_session -> Bool,
        state -> Text,
        begun_at -> Timestamp,
        sending -> Text,
        was_resent -> Bool,
        charge_before -> Nullable<Text>,
        error_code -> Nullable<Text>,
        decline_code -> Nullable<Text>,
        advice -> Nullable<Text>,
    }
}

diesel::table! {
    inbox_events (id) {
        id -> Text,
        reference -> Text,
        kind -> Text,
        source -> Text,
        subject -> Text,
        object_ref -> Nullable<Text>,
        made_at -> Timestamp,
        received_at -> Timestamp,
        handled_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    processor_lanes (lane) {
        lane -> Text,
        next_at -> Timestamp,
        turns -> BigInt,
    }
}

diesel::table! {
    event_cursor (singleton) {
        singleton -> Integer,
        since -> Timestamp,
        after -> Nullable<Text>,
    }
}
