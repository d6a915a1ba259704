//! From settings to [`Env`]: database, migrations, mode, keys, threads.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use tokio::sync::Notify;

use super::guard::check_mode;
use crate::config::{ConfigError, Mode, Settings};
use crate::db::schema::installation;
use crate::db::{Backend, Db, DbConnection, DbError, PoolSize, Role, migrations};
use crate::env::{self, BreachedList, Clock, Env, Hasher, InstallationError, KeyRing, KeyRingError, State};
use crate::platform::trust::places;
use crate::platform::trust::policy::{Operator, publish_shipped};

/// What a command needs of the database before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A database that is there and current; pending migrations refuse to start.
    Current,
    /// Migrates first, and fixes the mode of a new database.
    Migrated(Mode),
    /// Migrates first; a new database is refused, since its mode is not known.
    MigratedAsIs,
}

/// Why a process cannot start. Each text names the key or the command that helps.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A configuration key.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The key ring.
    #[error("configuration key `keys.file`: {0}")]
    Keys(#[from] KeyRingError),
    /// The database belongs to something else.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// Migrations are missing.
    #[error("the database lacks migrations of this version: run `steward migrate` first")]
    Pending,
    /// The database cannot be reached.
    #[error("configuration key `database.url`: the database cannot be opened ({0})")]
    Unreachable(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The data directory cannot be made.
    #[error("configuration key `data_dir`: {0}")]
    DataDir(std::io::Error),
}

/// Opens the installation that the settings name and starts its threads.
///
/// # Errors
/// See [`StartError`].
pub fn open(settings: Settings, need: Need) -> Result<Env, StartError> {
    places::list(&settings)?;
    let breached = open_list(&settings)?;
    std::fs::create_dir_all(&settings.data_dir).map_err(StartError::DataDir)?;
    let url = settings.database_url();
    let mut conn = connect(&url)?;
    match need {
        Need::Migrated(_) | Need::MigratedAsIs => {
            migrations::apply(&mut conn)?;
        }
        Need::Current if migrations::pending(&mut conn)? => return Err(StartError::Pending),
        Need::Current => {}
    }
    let clock = Clock::real();
    let mode = stored_mode(&mut conn)?;
    let wanted = if let Need::Migrated(mode) = need { Some(mode) } else { None };
    if mode.or(wanted).is_none() {
        return Err(InstallationError::Unfixed.into());
    }
    let keys = Arc::new(read_keys(&settings, mode.or(wanted))?);
    let installation = match wanted {
        Some(mode) => env::found(&mut conn, &keys, mode, clock.now())?,
        None => env::open(&mut conn, &keys)?,
    };
    check_mode(&settings, installation.mode)?;
    if need != Need::Current {
        let operator = Operator { name: &settings.product.operator, contact: &settings.product.contact_email };
        publish_shipped(&mut conn, operator, clock.now())?;
    }
    let db = Db::start(&url, pool_size(&settings, &url))?;
    let hasher = start_hasher(&settings, keys.clone());
    Ok(Env {
        settings: Arc::new(settings),
        installation,
        db,
        clock,
        keys,
        hasher,
        breached,
        jobs_waiting: Arc::new(Notify::new()),
        state: State::default(),
    })
}

fn connect(url: &str) -> Result<DbConnection, StartError> {
    DbConnection::open(url, Role::Writer).map_err(|error| {
        // The driver's text may repeat the URL, which holds the password.
        let reason = match error {
            diesel::ConnectionError::InvalidConnectionUrl(_) => "the URL is malformed",
            diesel::ConnectionError::CouldntSetupConfiguration(_) => "its settings were refused",
            _ => "it cannot be reached, or refuses the credentials",
        };
        StartError::Unreachable(reason.to_owned())
    })
}

fn stored_mode(conn: &mut DbConnection) -> Result<Option<Mode>, DbError> {
    let mode: Option<String> = installation::table.select(installation::mode).first(conn).optional()?;
    Ok(mode.and_then(|mode| mode.parse().ok()))
}

/// Live mode never makes a key ring by itself: its operator keeps it apart from the data.
fn read_keys(settings: &Settings, mode: Option<Mode>) -> Result<KeyRing, StartError> {
    let path = settings.key_file();
    if mode == Some(Mode::Live) {
        if settings.keys.file.as_os_str().is_empty() {
            return Err(ConfigError::new("keys.file", "live mode requires it (STEWARD_KEYS_FILE)").into());
        }
        return Ok(KeyRing::read(&path)?);
    }
    Ok(KeyRing::read_or_create(&path)?)
}

/// The operator's list of breached passwords, where one is named.
fn open_list(settings: &Settings) -> Result<Option<BreachedList>, ConfigError> {
    let path = &settings.passwords.breached_list;
    if path.as_os_str().is_empty() {
        return Ok(None);
    }
    let refused = |error| ConfigError::new("passwords.breached_list", format!("{}: {error}", path.display()));
    BreachedList::open(path).map(Some).map_err(refused)
}

fn pool_size(settings: &Settings, url: &str) -> PoolSize {
    let default = if Backend::of_url(url) == Some(Backend::Sqlite) { 4 } else { 8 };
    let asked = settings.database.connections;
    PoolSize { readers: if asked == 0 { default } else { asked } }
}

fn start_hasher(settings: &Settings, keys: Arc<KeyRing>) -> Hasher {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
    let threads = if settings.passwords.threads == 0 { cores } else { settings.passwords.threads };
    Hasher::start(keys, threads, settings.passwords.queue, Duration::from_secs(settings.passwords.idle_seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    #[test]
    fn a_list_that_is_none_refuses_to_start_by_its_key() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("list");
        let (empty, _) = load(&Sources::default()).expect("defaults");
        assert!(open_list(&empty).expect("none is named").is_none());
        let named = Sources::default().with("passwords.breached_list", path.display().to_string());
        let (settings, _) = load(&named).expect("loads");
        for (text, why) in [(None, "cannot be read"), (Some("password\n"), "HASH:COUNT")] {
            if let Some(text) = text {
                std::fs::write(&path, text).expect("written");
            }
            let error = open_list(&settings).expect_err("no list").to_string();
            assert!(error.contains("passwords.breached_list") && error.contains(why), "{error}");
        }
        std::fs::write(&path, format!("{}:1\n", "0".repeat(40))).expect("written");
        assert!(open_list(&settings).expect("a list").is_some());
    }
}
