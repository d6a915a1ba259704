//! Where the processor is and how calls are authenticated: checked once, when the adapter is built.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::config::{ConfigError, Stripe};

/// The only host that may see a live key.
const LIVE_HOST: &str = "api.stripe.com";

/// A checked address with its secrets.
pub struct Access {
    /// Without a slash at the end: `https://api.stripe.com`.
    pub base: String,
    /// True if the address is plain HTTP, which only a loopback address may be.
    pub plain: bool,
    /// Authenticates calls.
    pub secret_key: SecretString,
    /// Signs webhooks; `None` when not configured.
    pub webhook_secret: Option<SecretString>,
    /// How long one call may take.
    pub timeout: Duration,
}

impl Access {
    /// Checks the settings for a live installation or another one.
    ///
    /// # Errors
    /// Names the key: plain HTTP off this machine, credentials in the address, a test key in live mode, or a live key
    /// outside it or for another host.
    pub fn new(settings: &Stripe, live: bool) -> Result<Self, ConfigError> {
        check_base(&settings.api_base)?;
        check_key(settings.secret_key.expose_secret(), settings.api_base.host_str(), live)?;
        let webhook_secret = &settings.webhook_secret;
        Ok(Self {
            base: settings.api_base.as_str().trim_end_matches('/').to_owned(),
            plain: settings.api_base.scheme() == "http",
            secret_key: settings.secret_key.clone(),
            webhook_secret: (!webhook_secret.expose_secret().is_empty()).then(|| webhook_secret.clone()),
            timeout: Duration::from_millis(settings.timeout_ms),
        })
    }
}

fn check_base(base: &Url) -> Result<(), ConfigError> {
    let refuse = |why: &str| Err(ConfigError::new("stripe.api_base", why));
    let loopback = match base.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return refuse("must name a host"),
    };
    match base.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => return refuse("must start with https:// (http:// only for this machine)"),
    }
    let extra = base.query().is_some() || base.fragment().is_some();
    if extra || !base.username().is_empty() || base.password().is_some() {
        return refuse("must be an address without user, password, query or fragment");
    }
    Ok(())
}

fn check_key(key: &str, host: Option<&str>, live: bool) -> Result<(), ConfigError> {
    let refuse = |why: &str| Err(ConfigError::new("stripe.secret_key", why));
    let live_key = key.starts_with("sk_live_") || key.starts_with("rk_live_");
    if !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return refuse("has characters that no key has");
    }
    match (live, live_key) {
        (true, _) if key.is_empty() => refuse("is needed in live mode: the secret key of the processor account"),
        (true, false) => refuse("must be a live key (sk_live_… or rk_live_…) in live mode"),
        (false, true) => refuse("must not be a live key outside live mode"),
        (true, true) if host != Some(LIVE_HOST) => refuse("is a live key, which goes to api.stripe.com only"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn access(base: &str, key: &str, live: bool) -> Result<Access, ConfigError> {
        let settings = Stripe {
            api_base: base.parse().expect("a URL"),
            secret_key: SecretString::from(key),
            webhook_secret: SecretString::from(""),
            timeout_ms: 1_000,
            rate_per_second: 25,
            endpoint_rate_per_second: 25,
            poll_seconds: 300,
        };
        Access::new(&settings, live)
    }

    #[rstest]
    #[case("http://127.0.0.1:8081/", "sk_test_a", false)]
    #[case("http://localhost:8081", "sk_test_a", false)]
    #[case("http://[::1]:8081", "rk_test_a", false)]
    #[case("https://api.stripe.com", "sk_live_a", true)]
    #[case("https://api.stripe.com", "", false)]
    fn sound_settings_pass(#[case] base: &str, #[case] key: &str, #[case] live: bool) {
        let access = access(base, key, live).expect("sound");
        assert!(!access.base.ends_with('/'));
        assert!(access.webhook_secret.is_none());
    }

    #[rstest]
    #[case("http://api.stripe.com", "sk_test_a", false, "stripe.api_base")]
    #[case("http://localhost.example.com", "sk_test_a", false, "stripe.api_base")]
    #[case("https://user@api.stripe.com", "sk_test_a", false, "stripe.api_base")]
    #[case("https://api.stripe.com/?a", "sk_test_a", false, "stripe.api_base")]
    #[case("ftp://127.0.0.1", "sk_test_a", false, "stripe.api_base")]
    #[case("https://api.stripe.com", "", true, "stripe.secret_key")]
    #[case("https://api.stripe.com", "sk_live_a", false, "stripe.secret_key")]
    #[case("https://api.stripe.com", "sk_test_a", true, "stripe.secret_key")]
    #[case("https://stripe.example.com", "sk_live_a", true, "stripe.secret_key")]
    #[case("https://api.stripe.com", "sk_test_a\nHost: b", false, "stripe.secret_key")]
    fn unsound_settings_are_refused_by_key(
        #[case] base: &str,
        #[case] key: &str,
        #[case] live: bool,
        #[case] at: &str,
    ) {
        let error = access(base, key, live).err().expect("refused");
        assert_eq!(error.key, at);
        assert!(key.is_empty() || !error.to_string().contains(key), "{error}");
    }
}
