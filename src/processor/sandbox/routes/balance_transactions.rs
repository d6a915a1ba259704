//! `/v1/balance_transactions`

use super::super::errors::ApiError;
use super::super::objects::BalanceTransaction;
use super::super::pagination::Page;
use super::super::params::Params;
use super::{Work, work};

pub(super) fn retrieve(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| Ok(tx.find::<BalanceTransaction>(&id, "id")?.render(tx.now)))
}

pub(super) fn list(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let page = Page::read(params)?;
    let (source, kind) = (params.text("source")?, params.text("type")?);
    work(move |tx| {
        let wanted = |row: &BalanceTransaction| {
            source.as_ref().is_none_or(|source| row.source == *source)
                && kind.as_ref().is_none_or(|kind| row.kind == *kind)
        };
        let now = tx.now;
        page.list(tx.world(), "/v1/balance_transactions", wanted, |row| row.render(now))
    })
}
