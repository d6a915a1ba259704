//! Configuration: `config/default.toml`, then a file, then the environment; refused with the key's name where it is nonsense.

mod check;
mod load;
mod settings;
mod xmpp;

pub use check::{ConfigError, LONGEST_CALL_MS};
pub use load::{Sources, load};
pub use settings::{
    Billing, Database, Factors, Http, Jobs, Keys, Limits, Mail, MailTransport, Mode, Passwords, Product, Seller,
    Sessions, Settings, Sites, Stripe,
};
pub use xmpp::Xmpp;
