//! Idempotency keys: the first reply is kept for 24 hours and given again.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::errors::{ApiError, ErrorType};
use super::form::{Branch, Node};
use super::state::World;

/// Seconds after which a key may be used anew.
pub const KEPT_FOR: i64 = 24 * 3_600;

/// A reply under its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReply {
    /// As the client sent it.
    pub key: String,
    /// Method and path that it was first used for.
    pub endpoint: String,
    /// Digest of the parameters.
    pub fingerprint: String,
    /// Seconds since 1970.
    pub created: i64,
    /// HTTP status.
    pub status: u16,
    /// The body, byte for byte.
    pub body: String,
    /// `req_…` of the first request.
    pub request: String,
}

/// The use of a key by one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// As the client sent it.
    pub key: String,
    /// Method and path.
    pub endpoint: String,
    /// Digest of the parameters.
    pub fingerprint: String,
}

impl Use {
    /// Of a request with that key.
    ///
    /// # Errors
    /// 400 for a key of more than 255 characters.
    pub fn new(key: &str, method: &str, path: &str, params: &Branch) -> Result<Self, ApiError> {
        if key.is_empty() || key.chars().count() > 255 {
            let message = "Invalid idempotency key: must be between 1 and 255 characters.";
            return Err(ApiError::new(400, ErrorType::InvalidRequest, message));
        }
        let mut digest = Sha256::new();
        hash(&mut digest, params);
        let fingerprint = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { key: key.to_owned(), endpoint: format!("{method} {path}"), fingerprint })
    }

    fn matches(&self, endpoint: &str, fingerprint: &str) -> Result<(), ApiError> {
        let reason = if self.endpoint != endpoint {
            "Keys for idempotent requests can only be used for the same endpoint they were first used for"
        } else if self.fingerprint != fingerprint {
            "Keys for idempotent requests can only be used with the same parameters they were first used with"
        } else {
            return Ok(());
        };
        let message =
            format!("{reason}. Try using a key other than '{}' if you meant to execute a different request.", self.key);
        Err(ApiError::new(400, ErrorType::Idempotency, message))
    }
}

/// Length-prefixed, so that no two trees digest alike.
fn hash(digest: &mut Sha256, branch: &Branch) {
    for (name, node) in branch {
        digest.update(name.len().to_le_bytes());
        digest.update(name);
        match node {
            Node::Text(text) => {
                digest.update(b"t");
                digest.update(text.len().to_le_bytes());
                digest.update(text);
            }
            Node::Branch(inner) => {
                digest.update(b"b");
                digest.update(inner.len().to_le_bytes());
                hash(digest, inner);
            }
        }
    }
}

/// Keys whose first request has not ended. In memory: work that dies with the process never happened.
#[derive(Debug, Default)]
pub struct Running(HashMap<String, Use>);

impl Running {
    /// The first request with this key begins.
    pub fn begin(&mut self, used: &Use) {
        self.0.insert(used.key.clone(), used.clone());
    }

    /// It ended.
    pub fn end(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Keys in use.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The stored reply to give again, or `None` for a key that is new or older than 24 hours.
    ///
    /// # Errors
    /// 400 `idempotency_error` for other parameters or another endpoint, 409 `idempotency_key_in_use`.
    pub fn check<'w>(&self, used: &Use, world: &'w World, now: i64) -> Result<Option<&'w StoredReply>, ApiError> {
        if let Some(first) = self.0.get(&used.key) {
            used.matches(&first.endpoint, &first.fingerprint)?;
            let message = format!(
                "There is currently another in-progress request using this Idempotent Key (that probably means you submitted \
                 twice, and the other request is still going through): {}. Please try your request again later.",
                used.key
            );
            return Err(ApiError::new(409, ErrorType::Idempotency, message).code("idempotency_key_in_use"));
        }
        match world.replies.get(&used.key) {
            Some(reply) if now - reply.created < KEPT_FOR => {
                used.matches(&reply.endpoint, &reply.fingerprint)?;
                Ok(Some(reply))
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::decode;
    use super::super::state::Record;
    use super::*;

    fn used(key: &str, path: &str, params: &str) -> Use {
        Use::new(key, "POST", path, &decode(params.as_bytes()).expect("decodes")).expect("key")
    }

    fn world_with(first: &Use) -> World {
        let mut world = World::default();
        world.apply(Record::Reply(StoredReply {
            key: first.key.clone(),
            endpoint: first.endpoint.clone(),
            fingerprint: first.fingerprint.clone(),
            created: 1_000,
            status: 500,
            body: "{}".to_owned(),
            request: "req_1".to_owned(),
        }));
        world
    }

    #[test]
    fn the_matrix_of_a_second_use() {
        let first = used("k", "/v1/customers", "name=a&metadata[x]=1");
        let world = world_with(&first);
        let keys = Running::default();
        let again = keys.check(&used("k", "/v1/customers", "metadata[x]=1&name=a"), &world, 1_001);
        assert_eq!(again.expect("same request").expect("replayed").status, 500);
        for other in
            [used("k", "/v1/customers", "name=b&metadata[x]=1"), used("k", "/v1/refunds", "name=a&metadata[x]=1")]
        {
            let error = keys.check(&other, &world, 1_001).expect_err("another request");
            assert_eq!((error.status, &error.body()["error"]["type"]), (400, &"idempotency_error".into()));
        }
        assert!(keys.check(&used("l", "/v1/customers", "name=a"), &world, 1_001).expect("other key").is_none());
        assert!(keys.check(&used("k", "/v1/customers", "name=b"), &world, 1_000 + KEPT_FOR).expect("pruned").is_none());
    }

    #[test]
    fn a_running_key_is_a_conflict() {
        let first = used("k", "/v1/customers", "name=a");
        let mut keys = Running::default();
        keys.begin(&first);
        let error = keys.check(&first, &World::default(), 0).expect_err("running");
        assert_eq!((error.status, error.code_text()), (409, Some("idempotency_key_in_use")));
        keys.end("k");
        assert!(keys.check(&first, &World::default(), 0).expect("ended").is_none());
    }

    #[test]
    fn similar_trees_have_different_fingerprints() {
        let prints: std::collections::BTreeSet<_> =
            ["a=1&b=2", "a=1b=2", "a[b]=2", "a=b2", "a[b][c]=1", "a[b]=1&c=1", ""]
                .map(|raw| used("k", "/", raw).fingerprint)
                .into();
        assert_eq!(prints.len(), 7);
        assert!(Use::new(&"k".repeat(256), "POST", "/", &Branch::new()).is_err());
    }
}
