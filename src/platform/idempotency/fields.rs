//! What idempotency keys store.

crate::stored_fields! {
    idempotency_keys {
        personal {
            actor: Identity, "To keep one person's keys from another's.", Contract, Hours(24), Product, [];
            body: Billing, "To answer a repeated request alike; encrypted.", Contract, Hours(24), Product, [];
        }
        operational { key, operation, payload_mac, lease_until, resource_id, status, created_at }
    }
}
