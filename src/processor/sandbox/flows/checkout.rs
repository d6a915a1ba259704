//! The life of a checkout session.

use super::super::errors::{ApiError, ErrorType};
use super::super::objects::{CheckoutSession, SessionStatus, SetupIntent};
use super::super::state::World;
use super::super::transaction::Tx;
use super::setup;

/// Marks sessions expired whose time has come.
pub fn expire_due(tx: &mut Tx) {
    let due = |world: &World, now: i64| -> Vec<CheckoutSession> {
        let is_due = |session: &&CheckoutSession| session.status == SessionStatus::Open && session.expires_at <= now;
        world.checkout_sessions.iter().filter(is_due).cloned().collect()
    };
    for session in due(tx.world(), tx.now) {
        end(tx, session);
    }
}

fn end(tx: &mut Tx, mut session: CheckoutSession) -> CheckoutSession {
    session.status = SessionStatus::Expired;
    tx.put(&session);
    if let Ok(intent) = tx.find::<SetupIntent>(&session.setup_intent, "setup_intent") {
        // One that has ended already stays as it is.
        let _ = setup::cancel(tx, intent, Some("abandoned"));
    }
    let view = tx.world().render_session(&session);
    tx.emit("checkout.session.expired", view);
    session
}

/// Expires on request.
///
/// # Errors
/// 400 for a session that is not open.
pub fn expire(tx: &mut Tx, session: CheckoutSession) -> Result<CheckoutSession, ApiError> {
    if session.status != SessionStatus::Open {
        let message = "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has another status.";
        return Err(ApiError::new(400, ErrorType::InvalidRequest, message));
    }
    Ok(end(tx, session))
}

/// Completes a session whose set-up has succeeded.
pub fn complete(tx: &mut Tx, mut session: CheckoutSession) -> CheckoutSession {
    session.status = SessionStatus::Complete;
    tx.put(&session);
    let view = tx.world().render_session(&session);
    tx.emit("checkout.session.completed", view);
    session
}
