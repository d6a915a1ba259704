//! The pace of calls: what an adapter asks before each of them.

use std::future::Future;
use std::pin::Pin;

use chrono::Duration;

use super::error::GatewayError;

/// A turn being waited for.
pub type Turn<'a> = Pin<Box<dyn Future<Output = Result<(), NoTurn>> + Send + 'a>>;

/// Keeps the calls of all processes together below the rate that the processor allows (8-money.md, "Charging
/// protocol" 7).
pub trait Pace: Send + Sync {
    /// Waits until one call to this endpoint may leave, at most this long. The wait is part of the call: what is left
    /// of the call's time is what the processor has for its answer.
    fn turn<'a>(&'a self, endpoint: &'a str, within: std::time::Duration) -> Turn<'a>;
}

/// Why a call must not leave now. It has not happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTurn {
    /// Too many wait before it: come back after this long.
    Full(Duration),
    /// Nobody can be asked: the database is away.
    Unavailable,
}

impl From<NoTurn> for GatewayError {
    fn from(no: NoTurn) -> Self {
        match no {
            NoTurn::Full(after) => Self::RateLimited { retry_after: Some(after) },
            NoTurn::Unavailable => Self::NotSent { reason: "no turn could be taken".to_owned() },
        }
    }
}

/// Lets every call leave at once: for an adapter that stands alone, such as in its own tests.
#[derive(Debug, Clone, Copy)]
pub struct Unpaced;

impl Pace for Unpaced {
    fn turn<'a>(&'a self, _endpoint: &'a str, _within: std::time::Duration) -> Turn<'a> {
        Box::pin(std::future::ready(Ok(())))
    }
}
