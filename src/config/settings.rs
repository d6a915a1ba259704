//! The settings as types. `config/default.toml` documents every key.
#![allow(missing_docs)] // the keys are documented once, in config/default.toml

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::xmpp::Xmpp;
use crate::kernel::lang::Lang;

/// What an installation is for; fixed by the command that creates its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything embedded, to try the product out.
    Demo,
    /// For an operator's own tests: test clocks and seed data allowed, real customers not.
    Test,
    /// Real customers and real money.
    Live,
}

impl Mode {
    /// `demo`, `test` or `live`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

impl std::str::FromStr for Mode {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "demo" => Ok(Self::Demo),
            "test" => Ok(Self::Test),
            "live" => Ok(Self::Live),
            _ => Err(()),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub data_dir: PathBuf,
    pub http: Http,
    pub database: Database,
    pub keys: Keys,
    pub product: Product,
    pub mail: Mail,
    pub xmpp: Xmpp,
    pub stripe: Stripe,
    pub limits: Limits,
    pub passwords: Passwords,
    pub sessions: Sessions,
    pub factors: Factors,
    pub jobs: Jobs,
    pub billing: Billing,
    pub seller: Seller,
    pub sites: Sites,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    pub listen: SocketAddr,
    pub base_url: String,
    pub real_ip_header: String,
    pub trusted_proxies: Vec<IpNet>,
    pub workers: usize,
    pub body_limit: usize,
    pub client_timeout_seconds: u64,
    pub keep_alive_seconds: u64,
    pub shutdown_seconds: u64,
    pub metrics_token: SecretString,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: SecretString,
    pub connections: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    pub file: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub name: String,
    pub operator: String,
    pub contact_email: String,
    pub language: String,
}

impl Product {
    /// What pages and mails speak to readers of whom nothing is known; start-up has checked the key.
    #[must_use]
    pub fn language(&self) -> Lang {
        Lang::of_tag(&self.language).unwrap_or_default()
    }
}

/// How mail leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// One `.eml` file per message.
    File,
    /// An SMTP server.
    Smtp,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub transport: MailTransport,
    pub directory: PathBuf,
    pub smtp_url: SecretString,
    pub from: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stripe {
    pub api_base: Url,
    pub secret_key: SecretString,
    pub webhook_secret: SecretString,
    pub timeout_ms: u64,
    pub rate_per_second: u32,
    pub endpoint_rate_per_second: u32,
    pub poll_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub enabled: bool,
    pub requests_per_second: u32,
    pub burst: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    pub min_length: usize,
    pub breached_list: PathBuf,
    pub threads: usize,
    pub queue: usize,
    pub idle_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    pub own_idle_minutes: i64,
    pub own_absolute_minutes: i64,
    pub kept_idle_minutes: i64,
    pub kept_absolute_minutes: i64,
    pub public_idle_minutes: i64,
    pub public_absolute_minutes: i64,
    pub staff_idle_minutes: i64,
    pub staff_absolute_minutes: i64,
    pub max_live: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factors {
    pub reset_wait_days: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    pub concurrency: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Billing {
    pub days_until_due: i64,
    pub invoice_prefix: String,
    pub seller_time_zone: chrono_tz::Tz,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seller {
    pub name: String,
    pub address: String,
    pub country: String,
    pub tax_id: String,
    pub tax_rate_bp: u32,
    pub tax_name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sites {
    pub this_server_country: String,
    pub hosts: Vec<String>,
}

impl Settings {
    /// The database URL, with the default filled in.
    #[must_use]
    pub fn database_url(&self) -> String {
        use secrecy::ExposeSecret;
        let given = self.database.url.expose_secret();
        if given.is_empty() {
            format!("sqlite://{}", self.data_dir.join("steward.sqlite3").display())
        } else {
            given.to_owned()
        }
    }

    /// Where the file transport writes.
    #[must_use]
    pub fn mail_directory(&self) -> PathBuf {
        if self.mail.directory.as_os_str().is_empty() {
            self.data_dir.join("mail")
        } else {
            self.mail.directory.clone()
        }
    }

    /// Where the key ring is.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        if self.keys.file.as_os_str().is_empty() {
            self.data_dir.join("keys/ring.toml")
        } else {
            self.keys.file.clone()
        }
    }

    /// The address people use, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        let given = self.http.base_url.trim_end_matches('/');
        if given.is_empty() { format!("http://localhost:{}", self.http.listen.port()) } else { given.to_owned() }
    }
}
