//! What the audit log stores.

crate::stored_fields! {
    audit_entries {
        personal {
            actor_id: Evidence, "To know who did what.", LegitimateInterest, Months(12), Product, [];
            subject: Evidence, "To know what it was done to.", LegitimateInterest, Months(12), Product, [];
            refs: Evidence, "To know what else it concerned.", LegitimateInterest, Months(12), Product, [];
        }
        operational { id, at, actor_kind, action, fields, commitment, sequence, chain }
    }
    audit_head {
        personal {}
        operational { singleton, sequence, chain, sealed_at }
    }
    audit_anchor {
        personal {}
        operational { singleton, sequence, chain, last_at }
    }
}
