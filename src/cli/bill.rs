//! `steward bill`: issues what is due, exactly once however often it runs.

use clap::Args;

use super::{Common, Failure, logging};
use crate::billing::runs::actions::{BillReport, bill};
use crate::config::Mode;
use crate::context::{Need, open};
use crate::db::{DbConnection, Role};
use crate::kernel::time::Timestamp;

/// Options of `bill`.
#[derive(Args)]
pub struct Options {
    /// Instant of the business clock up to which to bill (RFC 3339); moves that clock forward. Not in live mode
    #[arg(long, value_name = "RFC3339")]
    as_of: Option<Timestamp>,
    /// Compute what would be issued, and take it back
    #[arg(long)]
    rehearse: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    logging::start("warn");
    let settings = common.settings(&common.sources())?;
    let env = open(settings, Need::Current)?;
    let mut conn = DbConnection::open(env.db.url(), Role::Writer)
        .map_err(|_| Failure::Failed("the database cannot be reached".to_owned()))?;
    let now = crate::env::clock::business_now(&mut conn, &env.clock)?;
    let as_of = options.as_of.unwrap_or(now);
    if as_of > now && env.mode() == Mode::Live {
        return Err(Failure::Usage("--as-of: a live installation bills up to now, not into the future".to_owned()));
    }
    let report = bill(&mut conn, &env, as_of, options.rehearse)?;
    if options.json {
        println!("{}", serde_json::to_string(&report).map_err(anyhow::Error::from)?);
    } else {
        println!("{}", for_people(&report, options.rehearse));
    }
    Ok(())
}

fn for_people(report: &BillReport, rehearse: bool) -> String {
    let what = if rehearse { "Would issue" } else { "Issued" };
    let mut text = format!("{what} {} invoices as of {}.", report.invoices, report.as_of);
    for (currency, total) in &report.totals {
        let shown = crate::kernel::currency::Currency::parse(currency)
            .map_or_else(|_| total.to_string(), |known| crate::kernel::money::Money::new(*total, known).to_string());
        text.push_str(&format!("\n  {shown}"));
    }
    if report.parked + report.held > 0 {
        text.push_str(&format!("\n  {} parked, {} waiting for something else", report.parked, report.held));
    }
    text
}
