//! What the control API may change and the journal keeps.

use serde::{Deserialize, Serialize};

use super::objects::refund::RefundStatus;

/// Settings that survive a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Seconds between the real clock and the sandbox's.
    pub clock_offset: i64,
    /// Confirms of one payment intent before it is canceled.
    pub confirm_limit: u32,
    /// How a fresh refund stands: `succeeded` as for most cards, or `pending` until the control API decides.
    pub refund_status: RefundStatus,
    /// Requests per second and endpoint; `None` for no limit.
    pub rate_limit: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { clock_offset: 0, confirm_limit: 10, refund_status: RefundStatus::Succeeded, rate_limit: None }
    }
}
