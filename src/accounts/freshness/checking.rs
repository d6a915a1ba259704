//! Wishing for the list and pressing its link, for the API and for the pages: both are counted.

use super::actions;
use crate::accounts::actions as accounts;
use crate::accounts::author::Author;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::identity::freezing::error::FreezeError;
use crate::identity::freezing::lifting::read_link;
use crate::identity::registrations::sign_up::{MailWish, mail_allowed};
use crate::kernel::email_address::EmailAddress;
use crate::platform::web::call::{Authenticate, Call};
use crate::platform::web::problem::Problem;

/// Counts the wish and mails the list.
pub(super) async fn send(call: &Call<Holder>) -> Result<Result<(), FreezeError>, Problem> {
    call.write::<_, DbError, _>(|conn, context| {
        let author = Author::holder(&context.actor, context.info.ip);
        let (_, mailbox) = accounts::get(conn, &context.env, &author.account)?;
        let address = EmailAddress::parse(mailbox.email.reveal())
            .map_err(|_| DbError::Other("a stored e-mail address cannot be read".to_owned()))?;
        let from = context.info.address_group().to_string();
        if let Err(limited) = mail_allowed(conn, &context.env, &from, (MailWish::Reminder, address.key()))? {
            return Ok(Err(FreezeError::Limited(limited)));
        }
        actions::ask(conn, &context.env, &author)?;
        Ok(Ok(()))
    })
    .await
}

/// Counts the try and spends the link.
pub(super) async fn spend<A>(call: &Call<A>, token: &str) -> Result<actions::Checked, FreezeError>
where
    A: Authenticate,
{
    let (token, env, ip) = (read_link(&call.env, &call.info, token).await?, call.env.clone(), call.info.ip);
    call.env.db.write(move |conn| actions::check(conn, &env, &token, ip)).await
}
