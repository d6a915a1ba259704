//! What identity stores.

crate::stored_fields! {
    principals {
        personal {
            email: Contact, "To sign you in and to write to you about your account.", Contract, Account, Holder,
                ["mail_relay", "payment_processor"];
            email_key: Contact, "To find your account by your address.", Contract, Account, Product, [];
            password_phc: Credentials, "To check your password; a hash, from which the password cannot be read.", Contract,
                Account, Product, [];
        }
        operational { id, kind, status, version, created_at, verified_at, reset_required_at, disabled_at }
    }
    staff_members {
        personal {
            name: Identity, "To show who acted.", Contract, Account, Holder, [];
            language: Preferences, "To write to you in your language.", Contract, Account, Holder, [];
        }
        operational { id, role, version }
    }
    factors {
        personal {
            principal_id: Credentials, "To know whose second factor it is.", Contract, Account, Product, [];
            name: Preferences, "To tell your second factors apart.", Contract, Account, Holder, [];
            sealed: Credentials, "To check a code or a passkey; encrypted.", Contract, Account, Product, [];
            credential_id: Credentials, "To find your passkey when you sign in with it.", Contract, Account, Browser, [];
            created_at: Activity, "To show you since when you have it.", Contract, Account, Product, [];
            last_used_at: Activity, "To show you when it was last used.", Contract, Account, Product, [];
        }
        operational { id, kind, counter, confirmed_at }
    }
    recovery_codes {
        personal {
            principal_id: Credentials, "To know whose code it is.", Contract, Account, Product, [];
            digest: Credentials, "To check a recovery code; a keyed hash, from which it cannot be read.", Contract, Account,
                Product, [];
            used_at: Activity, "To use each code once, and to show you how many are left.", Contract, Account, Product, [];
        }
        operational { created_at }
    }
    factor_resets {
        personal {
            account_id: Credentials, "To know whose second factors are to be removed.", Contract, Account, Product, [];
            case_ref: Activity, "To show you by which of your requests our operator acts.", Contract, Account, Product, [];
        }
        operational { id, requested_at, due_at, ended_at, ended_how }
    }
    passkey_challenges {
        personal {
            principal_id: Credentials, "To accept a passkey's answer only for whom it was asked.", Contract, UntilUsed,
                Product, [];
            name: Preferences, "To name the passkey that is being added.", Contract, UntilUsed, Holder, [];
            state: Credentials, "To check the passkey's answer; encrypted.", Contract, UntilUsed, Product, [];
        }
        operational { digest, purpose, expires_at }
    }
    registrations {
        personal {
            email: Contact, "To send the message that proves the address is yours.", Contract, Days(7), Holder,
                ["mail_relay"];
            email_key: Contact, "To find earlier sign-ups of the same address.", Contract, Days(7), Product, [];
            name: Identity, "To open the account once the address is proved.", Contract, Days(7), Holder, ["mail_relay"];
            profile: Contact, "To open the account once the address is proved.", Consent, Days(7), Holder, [];
            password_phc: Credentials, "To open the account once the address is proved.", Contract, Days(7), Product, [];
            locale: Preferences, "To write to you in your language.", Contract, Days(7), Holder, [];
        }
        operational { id, policy_version, created_at, expires_at }
    }
    one_time_tokens {
        personal {
            subject: Identity, "To know what the link in the mail is for.", Contract, UntilUsed, Product, [];
        }
        operational { digest, purpose, created_at, expires_at }
    }
    account_freezes {
        personal {
            account_id: Activity, "To show you when your account was frozen, and by whom.", Contract, Account, Product, [];
            reason: Activity, "To show you why our staff froze it.", Contract, Account, Product, [];
            ended_reason: Activity, "To show you why our staff lifted the freeze.", Contract, Account, Product, [];
        }
        operational { id, cause, started_at, ended_at, ended_by }
    }
    email_changes {
        personal {
            account_id: Contact, "To know whose address is to change.", Contract, Days(7), Product, [];
            old_email: Contact, "To change the address back when its owner did not ask for it.", Contract, Days(7), Holder,
                ["mail_relay"];
            new_email: Contact, "To send the message that proves the new address is yours.", Contract, Days(7), Holder,
                ["mail_relay"];
            old_password_phc: Credentials, "To know the owner when a change is undone; a hash.", Contract, Days(7), Product, [];
            held_key: Contact, "To keep the earlier address for you while the change can be undone.", Contract, Days(7),
                Product, [];
        }
        operational { id, state, requested_at, holds_until }
    }
    sessions {
        personal {
            principal_id: Activity, "To know who is signed in.", Contract, Months(12), Product, [];
            signed_in_at: Activity, "To show you your sessions.", Contract, Months(12), Product, [];
            last_seen_at: Activity, "To show you your sessions, and to end idle ones.", Contract, Months(12), Product, [];
            ip: Activity, "To show you where you are signed in from.", LegitimateInterest, Days(90), Browser, [];
            user_agent: Activity, "To show you which browser is signed in.", LegitimateInterest, Months(12), Browser, [];
            language: Activity, "To show you which browser is signed in.", LegitimateInterest, Months(12), Browser, [];
        }
        operational { id, transport, kind, digest, stepped_up_at, expires_at, ended_at, ended_why }
    }
    sign_ins {
        personal {
            principal_id: Activity, "To know whose account was tried.", LegitimateInterest, Days(90), Product, [];
            at: Activity, "To show you when somebody signed in, or tried to.", LegitimateInterest, Days(90), Product,
                ["mail_relay"];
            network: Activity, "To show you from which network; shortened, so that it names no single connection.",
                LegitimateInterest, Days(90), Browser, ["mail_relay"];
            device: Activity, "To show you with which browser and system; in words, made from what the browser says.",
                LegitimateInterest, Days(90), Browser, ["mail_relay"];
            session_id: Activity, "To show you which session it began.", LegitimateInterest, Days(90), Product, [];
            reported_at: Activity, "To know that you said it was not you.", LegitimateInterest, Days(90), Holder, [];
        }
        operational { id, outcome, method, was_known, is_trusted }
    }
    api_tokens {
        personal {
            account_id: Identity, "To know whose program it is.", Contract, UntilUsed, Product, [];
            name: Preferences, "To tell your tokens apart.", Contract, UntilUsed, Holder, ["mail_relay"];
            last_used_at: Activity, "To show you which tokens are in use.", Contract, UntilUsed, Product, [];
        }
        operational { id, scopes, digest, created_at, expires_at }
    }
    xmpp_proofs {
        personal {
            account_id: Identity, "To know whose XMPP address it is.", Consent, Account, Product, [];
            address_digest: Contact, "To send security notices only to the XMPP address that you confirmed; a keyed hash.",
                Consent, Account, Product, [];
            code_digest: Credentials, "To check the code that was sent to your XMPP address; a keyed hash.", Consent, UntilUsed,
                Product, [];
            proved_at: Activity, "To show you since when your XMPP address is confirmed.", Consent, Account, Product, [];
        }
        operational { tries, sent_at, expires_at }
    }
    throttles {
        personal {
            bucket: Activity, "To slow down guessing; a keyed hash of the address or network.", LegitimateInterest, Days(7),
                Product, [];
        }
        operational { window_start, used, strikes, blocked_until }
    }
}
