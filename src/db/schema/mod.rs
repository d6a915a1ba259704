//! The tables as the migrations leave them, for diesel. A test compares this with both migrated databases.
//! What a column means is documented in the field registry (`platform::trust::registry`), not here.
#![allow(missing_docs)]

mod billing;
mod corrections;
mod identity;
mod platform;
mod staff;

pub use billing::*;
pub use corrections::*;
pub use identity::*;
pub use platform::*;
pub use staff::*;

diesel::joinable!(sessions -> principals (principal_id));
diesel::joinable!(accounts -> principals (id));
diesel::joinable!(api_tokens -> principals (account_id));
diesel::joinable!(sign_ins -> principals (principal_id));
diesel::joinable!(staff_members -> principals (id));
diesel::allow_tables_to_appear_in_same_query!(
    principals,
    sessions,
    sign_ins,
    api_tokens,
    accounts,
    staff_members,
    plans,
    prices,
    subscriptions,
    billing_due,
    invoices,
    account_keys,
    mail_bounces,
    shares,
);
diesel::joinable!(mail_bounces -> accounts (account_id));
diesel::joinable!(prices -> plans (plan_id));
diesel::joinable!(subscriptions -> plans (plan_id));
diesel::joinable!(subscriptions -> accounts (account_id));
diesel::joinable!(billing_due -> subscriptions (subscription_id));
diesel::allow_tables_to_appear_in_same_query!(staff_looks, staff_members);
