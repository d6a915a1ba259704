//! `steward verify`: computes invoices, ledger, payments and the audit chain again, and says what does not agree.

use clap::Args;
use serde_json::json;

use super::{Common, Failure, logging};
use crate::billing::runs::verify::verify;
use crate::context::{Need, open};
use crate::db::{DbConnection, Role};
use crate::platform::audit;

/// Options of `verify`.
#[derive(Args)]
pub struct Options {
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command; exit code 1 when there are findings.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    logging::start("warn");
    let settings = common.settings(&common.sources())?;
    let env = open(settings, Need::Current)?;
    let mut conn = DbConnection::open(env.db.url(), Role::Reader)
        .map_err(|_| Failure::Failed("the database cannot be reached".to_owned()))?;
    let billing = verify(&mut conn)?;
    let chain = audit::verify(&mut conn, &env)?;
    let mut checked = billing.checked;
    checked.insert("audit_entries", chain.entries);
    let mut findings = billing.findings;
    findings.extend(chain.findings.iter().map(|finding| format!("audit chain: {finding:?}")));
    let ok = findings.is_empty();
    if options.json {
        println!("{}", json!({ "ok": ok, "checked": checked, "findings": findings }));
    } else {
        for (what, count) in &checked {
            println!("{count:>10}  {what} checked");
        }
        for finding in &findings {
            println!("FINDING: {finding}");
        }
        println!("{}", if ok { "Everything agrees." } else { "Not everything agrees." });
    }
    if ok { Ok(()) } else { Err(Failure::Failed(format!("{} findings", findings.len()))) }
}
