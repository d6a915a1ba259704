//! What billing stores.

crate::stored_fields! {
    plans {
        personal {}
        operational { id, code, name, description, position, unpaid_rule, created_at }
    }
    prices {
        personal {}
        operational { id, plan_id, period, currency, per_seat, largest_quantity, is_offered, created_at }
    }
    processor_customers {
        personal {
            account_id: Billing, "To find your cards at the processor.", Consent, Account, Product,
                ["payment_processor"];
            reference: Billing, "Your number at the processor.", Consent, Account, Processor, ["payment_processor"];
        }
        operational { created_at }
    }
    payment_setups {
        personal {
            account_id: Billing, "To know whose card is being added.", Consent, Account, Product, [];
        }
        operational { id, consent_id, flow, return_url, session_ref, setup_ref, state, created_at, settled_at }
    }
    payment_methods {
        personal {
            account_id: Billing, "To know whose card it is.", Consent, Account, Product, [];
            reference: Billing, "The card's number at the processor, which is not the number on the card.", Consent,
                Account, Processor, ["payment_processor"];
            brand: Billing, "To show you which card it is.", Consent, Account, Processor, [];
            last4: Billing, "To show you which card it is.", Consent, Account, Processor, [];
            expiry_month: Billing, "To tell you before the card expires.", Consent, Account, Processor, [];
            expiry_year: Billing, "To tell you before the card expires.", Consent, Account, Processor, [];
            fingerprint: Billing, "To recognise a card that was added before.", Consent, Account, Processor, [];
        }
        operational { id, consent_id, is_default, created_at, detached_at }
    }
    quotes {
        personal {
            account_id: Billing, "To know who was quoted a price.", Contract, Days(1), Product, [];
            content: Billing, "To charge exactly what you were shown.", Contract, Days(1), Product, [];
        }
        operational { id, price_id, quantity, starts_at, created_at, expires_at, subscription_id }
    }
    subscriptions {
        personal {
            account_id: Billing, "To know who subscribes.", Contract, Years(5), Product, [];
            quantity: Billing, "To know how many seats you pay for.", Contract, Years(5), Holder, [];
            zone: Billing, "To renew at the same hour of your day.", Contract, Years(5), Holder, [];
        }
        operational {
            id, plan_id, price_id, currency, status, cancels_at_period_end, is_ending, phase, period_no, anchor_date,
            anchor_second, period, period_start, period_end, payment_method_id, version, created_at, ended_at,
        }
    }
    billing_due {
        personal {}
        operational { subscription_id, due_at, parked_at, parked_why }
    }
    billed_periods {
        personal {}
        operational { subscription_id, phase, period_no, claimed_at }
    }
    number_series {
        personal {}
        operational { name, next }
    }
    invoices {
        personal {
            account_id: Billing, "To know who owes.", Law, Years(5), Product, ["payment_processor"];
            number: Billing, "To name the invoice.", Law, Years(5), Product, ["payment_processor"];
            total: Billing, "What you owe.", Law, Years(5), Product, ["payment_processor"];
            paid: Billing, "What you have paid.", Law, Years(5), Product, [];
            credited: Billing, "What was credited to you.", Law, Years(5), Product, [];
            customer: Billing, "Name and address as the law wants them on an invoice.", Law, Years(5), Holder, [];
        }
        operational {
            id, subscription_id, phase, period_no, kind, status, currency, net, tax, seller, period_start, period_end,
            issued_on, due_on, version, created_at, settled_at,
        }
    }
    invoice_lines {
        personal {}
        operational {
            id, invoice_id, position, description, quantity, unit, net, tax, tax_code, tax_rate, input, formula,
        }
    }
    invoice_taxes {
        personal {}
        operational { invoice_id, code, rate, base, tax }
    }
    postings {
        personal {}
        operational { id, at, operation, source, debit, credit, amount, currency }
    }
    payments {
        personal {
            account_id: Billing, "To know who pays.", Law, Years(5), Product, ["payment_processor"];
            amount: Billing, "What is charged.", Law, Years(5), Product, ["payment_processor"];
        }
        operational {
            id, invoice_id, generation, currency, creation, intent_ref, intent_status, latest_charge, next_action_url, wanted, wanted_method,
            processing_seen_at, version, created_at, settled_at, stopped,
        }
    }
    payment_shares {
        personal {}
        operational { share_id, payment_id }
    }
    payment_attempts {
        personal {}
        operational {
            id, payment_id, invoice_id, number, payment_method_id, on_session, state, begun_at, sending, was_resent,
            charge_before, error_code, decline_code, advice,
        }
    }
    inbox_events {
        personal {}
        operational { id, reference, kind, source, subject, object_ref, made_at, received_at, handled_at, outcome }
    }
    processor_lanes {
        personal {}
        operational { lane, next_at, turns }
    }
    event_cursor {
        personal {}
        operational { singleton, since, after }
    }
}
