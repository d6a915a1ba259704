//! Who looks at a page that no handler drew: the port by which an error page learns of its reader.

use std::sync::Arc;

use actix_web::{HttpRequest, web};

use super::page::Viewer;
use super::request::{Claim, RequestInfo};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::date_format::Dates;

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// How the masthead shows them.
    pub viewer: Viewer,
    /// How to write dates for them, and in which language.
    pub dates: Dates,
    /// The session-bound token of the page's forms.
    pub token: String,
}

/// Knows who is signed in.
pub trait Audience: Send + Sync {
    /// The reader behind a cookie; `None` where its session is none of ours, or over.
    ///
    /// # Errors
    /// The database failed.
    fn find(
        &self,
        conn: &mut DbConnection,
        env: &Env,
        info: &RequestInfo,
        claim: &Claim,
    ) -> Result<Option<Reader>, DbError>;
}

/// One read for whoever brings a cookie that opens. An error page is answered whatever comes of it.
pub(super) async fn find(request: &HttpRequest, env: &Env, info: &Arc<RequestInfo>) -> Option<Reader> {
    let audience = request.app_data::<web::Data<dyn Audience>>()?.clone();
    let claim = Claim::of(request, &env.keys);
    if !matches!(claim, Claim::Cookie(_)) {
        return None;
    }
    let (own, info) = (env.clone(), info.clone());
    env.db.read::<_, DbError, _>(move |conn| audience.find(conn, &own, &info, &claim)).await.ok().flatten()
}
