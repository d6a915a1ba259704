//! What a value must be beyond its type. Checks that need the installation's mode are in `env::mode`.

use std::fmt::Display;

use super::settings::{MailTransport, Settings};
use crate::kernel::lang::Lang;
use secrecy::ExposeSecret;

/// The longest that one call to the processor may take, in milliseconds: what is not answered by then is looked for, and
/// what is not found after twice that time is sent again.
pub const LONGEST_CALL_MS: u64 = 20_000;

/// A key with a value that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("configuration key `{key}`: {why}")]
pub struct ConfigError {
    /// The key, or the variable or file, at fault.
    pub key: String,
    /// What is wrong and what is allowed.
    pub why: String,
}

impl ConfigError {
    /// A complaint about one key.
    pub fn new(key: &str, why: impl Display) -> Self {
        Self { key: key.to_owned(), why: why.to_string() }
    }
}

/// Refuses values below their minimum and combinations that cannot work.
pub(super) fn check(settings: &Settings) -> Result<(), ConfigError> {
    let refuse = |key: &str, why: &str| Err(ConfigError::new(key, why));
    if settings.passwords.min_length < 8 || settings.passwords.min_length > 64 {
        return refuse("passwords.min_length", "must be 8 to 64");
    }
    if settings.passwords.queue == 0 {
        return refuse("passwords.queue", "must be at least 1");
    }
    check_sessions(settings)?;
    if !(1..=90).contains(&settings.factors.reset_wait_days) {
        return refuse("factors.reset_wait_days", "must be 1 to 90: the owner of an account needs time to object");
    }
    if !(1_024..=1_048_576).contains(&settings.http.body_limit) {
        return refuse("http.body_limit", "must be 1024 to 1048576 bytes");
    }
    if settings.http.real_ip_header.is_empty() != settings.http.trusted_proxies.is_empty() {
        return refuse("http.trusted_proxies", "must be set together with http.real_ip_header");
    }
    if !settings.http.base_url.is_empty() && url::Url::parse(&settings.http.base_url).is_err() {
        return refuse("http.base_url", "must be a URL such as https://accounts.example.com");
    }
    if !Lang::ALL.iter().any(|lang| lang.as_str() == settings.product.language) {
        return refuse("product.language", "must be en, de or zh-Hans");
    }
    let database = settings.database_url();
    if !["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme)) {
        return refuse("database.url", "must start with sqlite:// or postgres://");
    }
    if settings.mail.transport == MailTransport::Smtp && settings.mail.smtp_url.expose_secret().is_empty() {
        return refuse("mail.smtp_url", "is needed when mail.transport is smtp");
    }
    super::xmpp::check(&settings.xmpp)?;
    if !(100..=LONGEST_CALL_MS).contains(&settings.stripe.timeout_ms) {
        return refuse("stripe.timeout_ms", "must be 100 to 20000: charging counts on an answer, or none, within 20 s");
    }
    for (key, rate) in [
        ("stripe.rate_per_second", settings.stripe.rate_per_second),
        ("stripe.endpoint_rate_per_second", settings.stripe.endpoint_rate_per_second),
    ] {
        if rate == 0 {
            return refuse(key, "must be at least 1");
        }
    }
    if settings.jobs.concurrency == 0 {
        return refuse("jobs.concurrency", "must be at least 1");
    }
    if settings.limits.requests_per_second == 0 || settings.limits.burst == 0 {
        return refuse("limits.requests_per_second", "and limits.burst must be at least 1");
    }
    if settings.seller.tax_rate_bp > 10_000 {
        return refuse("seller.tax_rate_bp", "must be at most 10000 (100 %)");
    }
    Ok(())
}

fn check_sessions(settings: &Settings) -> Result<(), ConfigError> {
    let s = &settings.sessions;
    let pairs = [
        ("own", s.own_idle_minutes, s.own_absolute_minutes),
        ("kept", s.kept_idle_minutes, s.kept_absolute_minutes),
        ("public", s.public_idle_minutes, s.public_absolute_minutes),
        ("staff", s.staff_idle_minutes, s.staff_absolute_minutes),
    ];
    for (name, idle, absolute) in pairs {
        if idle < 2 || absolute < idle {
            let key = format!("sessions.{name}_idle_minutes");
            return Err(ConfigError::new(&key, "must be at least 2 and no more than the absolute limit"));
        }
    }
    if s.max_live == 0 {
        return Err(ConfigError::new("sessions.max_live", "must be at least 1"));
    }
    Ok(())
}
