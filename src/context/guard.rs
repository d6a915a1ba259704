//! What each mode refuses (docs/ARCHITECTURE.md "Mode and keys").

use secrecy::ExposeSecret;
use url::{Host, Url};

use crate::config::{ConfigError, Mode, Settings};
use crate::platform::trust::places::{THIS_SERVER, database_hosts};

/// Refuses settings that the installation's mode does not allow, naming the key.
///
/// # Errors
/// The key at fault.
pub fn check_mode(settings: &Settings, mode: Mode) -> Result<(), ConfigError> {
    let loopback = settings.http.listen.ip().is_loopback() && is_loopback(&settings.base_url());
    let proxied = !settings.http.trusted_proxies.is_empty();
    let key = settings.stripe.secret_key.expose_secret();
    let base = &settings.stripe.api_base;
    if key.starts_with("sk_live_") && !(base.scheme() == "https" && base.host_str() == Some("api.stripe.com")) {
        return refuse("stripe.api_base", "a live key goes to the processor's own host only");
    }
    if !settings.limits.enabled && (!loopback || proxied) {
        return refuse("limits.enabled", "may be off on a loopback bind without a proxy only");
    }
    match mode {
        Mode::Live => check_live(settings, loopback, proxied),
        Mode::Demo | Mode::Test => {
            if !loopback {
                return refuse("http.listen", "demo and test installations need a loopback bind and base URL");
            }
            if proxied {
                return refuse("http.trusted_proxies", "demo and test installations stand behind no proxy");
            }
            if key.starts_with("sk_live_") {
                return refuse("stripe.secret_key", "a live key belongs to a live installation");
            }
            Ok(())
        }
    }
}

fn check_live(settings: &Settings, loopback: bool, proxied: bool) -> Result<(), ConfigError> {
    if !settings.limits.enabled {
        return refuse("limits.enabled", "cannot be off in live mode");
    }
    if settings.stripe.secret_key.expose_secret().starts_with("sk_test_") {
        return refuse("stripe.secret_key", "a test key belongs to a test installation");
    }
    if !loopback && !proxied {
        return refuse("http.trusted_proxies", "plain HTTP beyond loopback needs a proxy that ends TLS");
    }
    if !loopback && !settings.base_url().starts_with("https://") {
        return refuse("http.base_url", "must start with https:// in live mode");
    }
    if settings.sites.this_server_country.len() != 2 {
        return refuse("sites.this_server_country", "live mode must say in which country this server stands");
    }
    let elsewhere = database_hosts(settings).iter().any(|host| host != THIS_SERVER);
    if elsewhere && !is_verified(&settings.database_url()) {
        let why =
            "a database on another machine needs sslmode=verify-full in its URL, with sslrootcert=system or a file";
        return refuse("database.url", why);
    }
    Ok(())
}

/// Whether the database's URL asks for encryption and for the certificate of the host that it names.
fn is_verified(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let modes = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "sslmode");
    modes.last().is_some_and(|(_, mode)| mode == "verify-full")
}

fn refuse(key: &str, why: &str) -> Result<(), ConfigError> {
    Err(ConfigError::new(key, why))
}

fn is_loopback(url: &str) -> bool {
    match Url::parse(url).ok().and_then(|url| url.host().map(|host| host.to_owned())) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};
    use rstest::rstest;

    const SITE: (&str, &str) = ("sites.this_server_country", "SG");

    #[rstest]
    #[case::demo_default(Mode::Demo, &[], None)]
    #[case::demo_open_bind(Mode::Demo, &[("http.listen", "0.0.0.0:8080")], Some("http.listen"))]
    #[case::demo_public_name(Mode::Demo, &[("http.base_url", "http://example.com")], Some("http.listen"))]
    #[case::demo_live_key(Mode::Demo, &[("stripe.secret_key", "sk_live_x")], Some("stripe.secret_key"))]
    #[case::live_key_elsewhere(
        Mode::Live,
        &[("stripe.secret_key", "sk_live_x"), ("stripe.api_base", "http://127.0.0.1:1")],
        Some("stripe.api_base")
    )]
    #[case::live_test_key(Mode::Live, &[("stripe.secret_key", "sk_test_x")], Some("stripe.secret_key"))]
    #[case::live_no_limits(Mode::Live, &[("limits.enabled", "false")], Some("limits.enabled"))]
    #[case::live_no_country(Mode::Live, &[], Some("sites.this_server_country"))]
    #[case::live_loopback(Mode::Live, &[("sites.this_server_country", "SG")], None)]
    #[case::live_open_without_proxy(
        Mode::Live,
        &[("http.listen", "0.0.0.0:80"), ("sites.this_server_country", "SG")],
        Some("http.trusted_proxies")
    )]
    #[case::live_database_in_the_clear(Mode::Live, &[SITE, ("database.url", "postgres://db.example/s")], Some("database.url"))]
    #[case::live_database_unproved(
        Mode::Live,
        &[SITE, ("database.url", "postgres://db.example/s?sslmode=verify-full&sslmode=require")],
        Some("database.url")
    )]
    #[case::live_database_by_one_of_two(
        Mode::Live,
        &[SITE, ("database.url", "postgres://127.0.0.1,db.example/s")],
        Some("database.url")
    )]
    #[case::live_database_proved(
        Mode::Live,
        &[SITE, ("database.url", "postgres://db.example/s?sslmode=verify-full&sslrootcert=system")],
        None
    )]
    #[case::live_database_here(Mode::Live, &[SITE, ("database.url", "postgres://127.0.0.1:5433/s")], None)]
    #[case::live_database_by_socket(Mode::Live, &[SITE, ("database.url", "postgres:///s?host=/run/postgresql")], None)]
    #[case::test_database_elsewhere(Mode::Test, &[("database.url", "postgres://db.example/s")], None)]
    fn refusals(#[case] mode: Mode, #[case] set: &[(&str, &str)], #[case] expected: Option<&str>) {
        let sources = set.iter().fold(Sources::default(), |sources, (key, value)| sources.with(key, *value));
        let (settings, _) = load(&sources).expect("loads");
        assert_eq!(check_mode(&settings, mode).err().map(|error| error.key).as_deref(), expected);
    }
}
