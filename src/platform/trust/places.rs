//! Where personal data is processed (policy clause 2.1): this server, the hosts that its configuration names, and the
//! recipients. A process refuses to start with a host that nobody has given a country.

use secrecy::ExposeSecret;
use url::Url;

use super::recipients::{MAIL_RELAY, PAYMENT_PROCESSOR, Recipient, XMPP_SERVER, is_in_force};
use crate::config::{ConfigError, MailTransport, Settings};
use crate::kernel::country::Country;

/// Key of the machine that this process runs on; every loopback host is it.
pub const THIS_SERVER: &str = "this-server";

/// On what ground data may be processed in another country than this server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// It stays in the country.
    None,
    /// That country protects it as well, as the authority at home has found.
    Adequacy,
    /// A contract obliges whoever processes it to protect it as at home.
    Clauses,
    /// The person concerned has agreed.
    Consent,
}

impl Transfer {
    /// The word in the configuration and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Adequacy => "adequacy",
            Self::Clauses => "clauses",
            Self::Consent => "consent",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Adequacy, Self::Clauses, Self::Consent].into_iter().find(|known| known.as_str() == text)
    }
}

/// Where something is processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// [`THIS_SERVER`], the name of a host, or the key of a recipient.
    pub key: String,
    /// The recipient, unless it is a site of the operator's own.
    pub recipient: Option<&'static Recipient>,
    /// What a site does; a recipient says so itself.
    pub role: Role,
    /// In which country; unknown for this server outside live mode.
    pub country: Option<Country>,
    /// On what ground it may be there.
    pub transfer: Transfer,
}

/// What is done at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Pages, jobs and whatever is configured on a loopback address.
    Server,
    /// The database.
    Database,
    /// What its recipient is for.
    Recipient,
}

/// A host with the country that `sites.hosts` gives it.
struct Host {
    name: String,
    country: Country,
    transfer: Option<Transfer>,
}

/// Every place that this configuration processes personal data in, this server first.
///
/// # Errors
/// The key that names a host without a country, or a country abroad without a ground.
pub fn list(settings: &Settings) -> Result<Vec<Place>, ConfigError> {
    let known = Known::read(settings)?;
    let home = Place {
        key: THIS_SERVER.to_owned(),
        recipient: None,
        role: Role::Server,
        country: known.home,
        transfer: Transfer::None,
    };
    let mut places = vec![home];
    for host in database_hosts(settings) {
        let (country, transfer) = known.find("database.url", &host, None)?;
        if host != THIS_SERVER && places.iter().all(|place| place.key != host) {
            places.push(Place { key: host, recipient: None, role: Role::Database, country, transfer });
        }
    }
    for (key, recipient, host) in [
        ("mail.smtp_url", &MAIL_RELAY, mail_host(settings)?),
        (xmpp_key(settings), &XMPP_SERVER, xmpp_host(settings)),
        ("stripe.api_base", &PAYMENT_PROCESSOR, host_of(&settings.stripe.api_base)),
    ] {
        if !is_in_force(recipient, settings) {
            continue;
        }
        let (country, transfer) = known.find(key, &host, Some(recipient))?;
        let key = recipient.key.to_owned();
        places.push(Place { key, recipient: Some(recipient), role: Role::Recipient, country, transfer });
    }
    Ok(places)
}

/// What the configuration knows of countries.
struct Known {
    home: Option<Country>,
    hosts: Vec<Host>,
}

impl Known {
    fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let home = Some(settings.sites.this_server_country.as_str()).filter(|text| !text.is_empty());
        let home = home.map(|text| country("sites.this_server_country", text)).transpose()?;
        let hosts = settings.sites.hosts.iter().map(|text| host(text)).collect::<Result<_, _>>()?;
        Ok(Self { home, hosts })
    }

    /// Country and ground of a host that `key` names.
    fn find(
        &self,
        key: &str,
        host: &str,
        recipient: Option<&'static Recipient>,
    ) -> Result<(Option<Country>, Transfer), ConfigError> {
        if host == THIS_SERVER {
            return Ok((self.home, Transfer::None));
        }
        let own = self.hosts.iter().find(|known| known.name == host).map(|known| (known.country, known.transfer));
        let listed = recipient.and_then(|recipient| recipient.home).filter(|home| home.host == host);
        let listed = listed.map(|home| country(key, home.country).map(|country| (country, Some(home.transfer))));
        let Some((country, transfer)) = own.map(Ok).or(listed).transpose()? else {
            return Err(ConfigError::new(key, format!("{host} has no country: add \"{host}=SG\" to sites.hosts")));
        };
        match transfer {
            Some(transfer) if self.home != Some(country) => Ok((Some(country), transfer)),
            None if self.home.is_some_and(|home| home != country) => {
                let why = format!("{host} is abroad: say on what ground, such as \"{host}={country}:adequacy\"");
                Err(ConfigError::new("sites.hosts", why))
            }
            None if self.home.is_none() => {
                let why = format!("is needed to tell whether {host} is abroad");
                Err(ConfigError::new("sites.this_server_country", why))
            }
            _ => Ok((Some(country), Transfer::None)),
        }
    }
}

/// `db.internal=SG`, or `db.example=IE:adequacy`.
fn host(text: &str) -> Result<Host, ConfigError> {
    let wrong = || ConfigError::new("sites.hosts", format!("`{text}` is not HOST=COUNTRY or HOST=COUNTRY:GROUND"));
    let (name, rest) = text.split_once('=').ok_or_else(wrong)?;
    let (code, ground) = rest.split_once(':').map_or((rest, None), |(code, ground)| (code, Some(ground)));
    let transfer = match ground {
        Some(ground) => Some(Transfer::parse(ground.trim()).ok_or_else(|| {
            ConfigError::new("sites.hosts", format!("`{ground}` is no ground: use adequacy, clauses or consent"))
        })?),
        None => None,
    };
    Ok(Host { name: site(name.trim()), country: country("sites.hosts", code)?, transfer })
}

fn country(key: &str, code: &str) -> Result<Country, ConfigError> {
    Country::parse(code).map_err(|_| ConfigError::new(key, format!("`{code}` is no country: use two letters, like SG")))
}

fn mail_host(settings: &Settings) -> Result<String, ConfigError> {
    match settings.mail.transport {
        MailTransport::File => Ok(THIS_SERVER.to_owned()),
        MailTransport::Smtp => Url::parse(settings.mail.smtp_url.expose_secret())
            .map(|url| host_of(&url))
            .map_err(|_| ConfigError::new("mail.smtp_url", "must be a URL such as smtp://mail.example.com")),
    }
}

/// The key that names the server: that of the account, unless the server has one.
fn xmpp_key(settings: &Settings) -> &'static str {
    if settings.xmpp.server.is_empty() { "xmpp.jid" } else { "xmpp.server" }
}

fn xmpp_host(settings: &Settings) -> String {
    settings.xmpp.host_and_port().map_or_else(String::new, |(host, _)| site(&host))
}

/// The hosts of the database; [`THIS_SERVER`] for one of this machine. There may be several, in the URL's place for one or
/// as its parameters. Read by hand: the place may hold a list, which no URL parser takes.
#[must_use]
pub fn database_hosts(settings: &Settings) -> Vec<String> {
    let text = settings.database_url();
    let (scheme, rest) = text.split_once("://").unwrap_or(("sqlite", ""));
    if scheme == "sqlite" {
        return vec![THIS_SERVER.to_owned()];
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let named = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let mut hosts: Vec<String> = named.split(',').filter(|host| !host.is_empty()).map(without_port).map(site).collect();
    let query = after.split_once('?').map_or("", |(_, query)| query);
    let parameters = url::form_urlencoded::parse(query.as_bytes());
    for (_, value) in parameters.filter(|(name, _)| name == "host" || name == "hostaddr") {
        hosts.extend(value.split(',').map(site));
    }
    if hosts.is_empty() {
        hosts.push(THIS_SERVER.to_owned()); // a socket of this machine
    }
    hosts
}

fn without_port(host: &str) -> &str {
    match host.split_once(']') {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or(host),
    }
}

fn host_of(url: &Url) -> String {
    site(url.host_str().unwrap_or_default())
}

/// [`THIS_SERVER`] for a loopback host, and for the path of a socket.
fn site(host: &str) -> String {
    let bare = host.trim_matches(['[', ']']).to_ascii_lowercase();
    let is_loopback = bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_socket = bare.is_empty() || bare.starts_with(['/', '@']) || bare.starts_with("%2f");
    if is_loopback || is_socket || bare == "localhost" || bare.ends_with(".localhost") {
        return THIS_SERVER.to_owned();
    }
    bare
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;
