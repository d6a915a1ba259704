//! A message about to leave.

use crate::kernel::ids::{Id, Im};
use crate::kernel::personal::Personal;

/// A message about to leave. Made anew for every try, the same each time.
#[derive(Debug)]
pub struct Message {
    /// Its id here and on the wire, so that a double is recognised.
    pub id: Id<Im>,
    /// Whom to.
    pub to: Personal<String>,
    /// What it says.
    pub text: Personal<String>,
}
