//! What the evidence of trust stores, and the installation's own row.

crate::stored_fields! {
    installation {
        personal {}
        operational { id, singleton, mode, key_check, business_offset_us, created_at }
    }
    policy_versions {
        personal {}
        operational { version, class, published_at, markdown }
    }
    policy_translations {
        personal {}
        operational { version, language, revision, published_at, markdown }
    }
    policy_acceptances {
        personal {
            account_id: Evidence, "To know who accepted which terms.", Contract, AccountAndYears(6), Product, [];
            accepted_at: Evidence, "To know since when they apply.", Contract, AccountAndYears(6), Product, [];
        }
        operational { version }
    }
    consents {
        personal {
            account_id: Evidence, "To know who agreed.", Law, AccountAndYears(6), Product, [];
            purpose: Evidence, "To know what was agreed to.", Law, AccountAndYears(6), Holder, [];
            decision: Evidence, "To know whether it was given or withdrawn.", Law, AccountAndYears(6), Holder, [];
            at: Evidence, "To know when.", Law, AccountAndYears(6), Product, [];
        }
        operational { id, wording, policy_version, withdraws }
    }
    shares {
        personal {
            account_id: Evidence, "To show you what was shared about you.", Law, AccountAndYears(6), Product, [];
            about: Evidence, "To show you what it was about.", Law, AccountAndYears(6), Product, [];
            at: Evidence, "To show you when.", Law, AccountAndYears(6), Product, [];
        }
        operational { id, recipient, fields, ground, consent_id }
    }
    field_restrictions {
        personal {
            account_id: Identity, "To share nothing of yours that you contest.", Law, Account, Product, [];
        }
        operational { field, cause, since }
    }
}
