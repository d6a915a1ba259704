//! The key ring: master keys from which a key for each purpose is derived. The first is used for everything new; the
//! others only read what they once sealed, so keys rotate without signing anybody out.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::random;
use super::seal::Sealer;

/// What a derived key is for: a key of one purpose opens nothing of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The session and pre-fill cookies.
    Cookie,
    /// Columns encrypted at rest: account keys, TOTP secrets, queued mail.
    Column,
    /// Form tokens against cross-site requests.
    Csrf,
    /// Cursors of lists.
    Cursor,
    /// Throttle buckets: hashes of addresses that cannot be looked up without the key.
    Throttle,
    /// Payload comparison of idempotency keys.
    Idempotency,
    /// Commitments in the audit log.
    Audit,
    /// Secret mixed into password hashes.
    Pepper,
    /// Recovery codes: hashes that nobody can try codes against without the key.
    RecoveryCode,
    /// XMPP addresses that are proved, and the codes that prove them: hashes that nobody can try values against.
    XmppProof,
    /// Credentials of the demo, so that they are the same at every start.
    Demo,
    /// The check value that ties a database to its keys.
    Check,
}

impl Purpose {
    fn label(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Column => "column",
            Self::Csrf => "csrf",
            Self::Cursor => "cursor",
            Self::Throttle => "throttle",
            Self::Idempotency => "idempotency",
            Self::Audit => "audit",
            Self::Pepper => "pepper",
            Self::RecoveryCode => "recovery-code",
            Self::XmppProof => "xmpp-proof",
            Self::Demo => "demo",
            Self::Check => "check",
        }
    }
}

#[derive(Zeroize, ZeroizeOnDrop)]
struct MasterKey {
    #[zeroize(skip)]
    id: u8,
    bytes: [u8; 32],
}

/// The master keys, newest first.
pub struct KeyRing {
    keys: Vec<MasterKey>,
    cookie: Sealer,
    column: Sealer,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RingFile {
    key: Vec<KeyEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    id: u8,
    secret: String,
}

/// Why a key ring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The file is not there.
    #[error("there is no key ring at {0}")]
    Missing(String),
    /// The file cannot be read or written.
    #[error("key ring {0}: {1}")]
    Io(String, std::io::Error),
    /// Others than the owner may read the file.
    #[error("key ring {0} may be read by others than its owner: chmod 600 it")]
    Open(String),
    /// The file's content is no key ring.
    #[error(
        "key ring {0}: expected [[key]] entries with an id from 1 to 255, each once, and a secret of 32 bytes in base64"
    )]
    Malformed(String),
}

impl KeyRing {
    /// Reads a ring from its file.
    ///
    /// # Errors
    /// See [`KeyRingError`].
    pub fn read(path: &Path) -> Result<Self, KeyRingError> {
        let name = path.display().to_string();
        let meta = fs::metadata(path).map_err(|_| KeyRingError::Missing(name.clone()))?;
        if meta.permissions().mode() & 0o077 != 0 {
            return Err(KeyRingError::Open(name));
        }
        let text = fs::read_to_string(path).map_err(|error| KeyRingError::Io(name.clone(), error))?;
        Self::parse(&text).ok_or(KeyRingError::Malformed(name))
    }

    /// Reads the ring, or makes one with a fresh key, readable by the owner only.
    ///
    /// # Errors
    /// See [`KeyRingError`].
    pub fn read_or_create(path: &Path) -> Result<Self, KeyRingError> {
        if !path.exists() {
            create(path).map_err(|error| KeyRingError::Io(path.display().to_string(), error))?;
        }
        Self::read(path)
    }

    fn parse(text: &str) -> Option<Self> {
        let file: RingFile = config::Config::builder()
            .add_source(config::File::from_str(text, config::FileFormat::Toml))
            .build()
            .and_then(config::Config::try_deserialize)
            .ok()?;
        let mut keys: Vec<MasterKey> = Vec::new();
        for entry in &file.key {
            let bytes: [u8; 32] = STANDARD.decode(&entry.secret).ok()?.try_into().ok()?;
            if entry.id == 0 || keys.iter().any(|key| key.id == entry.id) {
                return None;
            }
            keys.push(MasterKey { id: entry.id, bytes });
        }
        (!keys.is_empty()).then(|| Self::from_masters(keys))
    }

    /// A ring with one random key: for tests.
    #[must_use]
    pub fn ephemeral() -> Self {
        Self::from_masters(vec![MasterKey { id: 1, bytes: random::bytes() }])
    }

    fn from_masters(keys: Vec<MasterKey>) -> Self {
        let sealer = |purpose: Purpose| Sealer::new(keys.iter().map(|key| (key.id, derive(key, purpose))).collect());
        let (cookie, column) = (sealer(Purpose::Cookie), sealer(Purpose::Column));
        Self { keys, cookie, column }
    }

    /// Seals and opens cookies.
    #[must_use]
    pub fn cookies(&self) -> &Sealer {
        &self.cookie
    }

    /// Seals and opens columns that are encrypted at rest.
    #[must_use]
    pub fn columns(&self) -> &Sealer {
        &self.column
    }

    /// The id of the key used for everything new.
    #[must_use]
    pub fn current(&self) -> u8 {
        self.keys[0].id
    }

    /// The key of one purpose, from the master key with this id.
    #[must_use]
    pub fn derived(&self, purpose: Purpose, id: u8) -> Option<[u8; 32]> {
        self.keys.iter().find(|key| key.id == id).map(|key| derive(key, purpose))
    }

    /// Keyed hash under the oldest key of the ring, so that it stays equal while keys rotate in front.
    #[must_use]
    pub fn stable_mac(&self, purpose: Purpose, data: &[u8]) -> [u8; 32] {
        let oldest = self.keys.last().expect("a ring has a key");
        mac(&derive(oldest, purpose), data)
    }

    /// Keyed hash under the newest key.
    #[must_use]
    pub fn current_mac(&self, purpose: Purpose, data: &[u8]) -> [u8; 32] {
        mac(&derive(&self.keys[0], purpose), data)
    }

    /// Keyed hashes under every live key, newest first: for checking what an earlier key made.
    pub fn macs<'a>(&'a self, purpose: Purpose, data: &'a [u8]) -> impl Iterator<Item = [u8; 32]> + 'a {
        self.keys.iter().map(move |key| mac(&derive(key, purpose), data))
    }
}

/// HMAC-SHA-256.
#[must_use]
pub fn mac(key: &[u8; 32], data: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    mac.finalize().into_bytes().into()
}

fn derive(key: &MasterKey, purpose: Purpose) -> [u8; 32] {
    mac(&key.bytes, format!("steward/1/{}", purpose.label()).as_bytes())
}

fn create(path: &Path) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
        fs::set_permissions(parent, fs::Permissions::from_mode(0o700))?;
    }
    let secret = STANDARD.encode(random::bytes::<32>());
    let text = format!(
        "# Key ring of this installation. Without it sessions, history and secrets cannot be read.\n[[key]]\nid = 1\nsecret = \"{secret}\"\n"
    );
    // `create_new`: of two processes that start at once, one makes the ring and the other reads it.
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(ids: &[u8]) -> KeyRing {
        KeyRing::from_masters(ids.iter().map(|id| MasterKey { id: *id, bytes: [*id; 32] }).collect())
    }

    #[test]
    fn a_ring_is_made_once_and_private() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("keys/ring.toml");
        let first = KeyRing::read_or_create(&path).expect("made");
        let again = KeyRing::read_or_create(&path).expect("read");
        assert_eq!(first.stable_mac(Purpose::Check, b"x"), again.stable_mac(Purpose::Check, b"x"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("opened");
        assert!(matches!(KeyRing::read(&path), Err(KeyRingError::Open(_))));
    }

    #[test]
    fn rotation_keeps_old_seals_readable_and_purposes_apart() {
        let (old, rotated) = (ring(&[1]), ring(&[2, 1]));
        let sealed = old.columns().seal(b"value", "t.c|1");
        assert_eq!(rotated.columns().open(&sealed, "t.c|1").as_deref(), Some(&b"value"[..]));
        assert_eq!(rotated.cookies().open(&sealed, "t.c|1"), None);
        assert_eq!(ring(&[2]).columns().open(&sealed, "t.c|1"), None);
        assert_eq!(old.stable_mac(Purpose::Throttle, b"x"), rotated.stable_mac(Purpose::Throttle, b"x"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "[[key]]\nid = 0\nsecret = \"AA==\"", "[[key]]\nid = 1\nsecret = \"AA==\"", "keys = 1"] {
            assert!(KeyRing::parse(text).is_none(), "{text}");
        }
    }
}
