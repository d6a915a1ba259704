//! Asking for another address and switching to it, for the API and for the page.

use super::actions;
use super::error::EmailChangeError;
use crate::db::DbError;
use crate::identity::actors::{Holder, SteppedUp};
use crate::identity::freezing::error::FreezeError;
use crate::identity::freezing::lifting::read_link;
use crate::identity::registrations::sign_up::{MailWish, mail_allowed};
use crate::kernel::email_address::EmailAddress;
use crate::kernel::public_error::FieldError;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;

/// Asks for another address; counted like every wish for a mail.
pub(super) async fn request(call: &Call<SteppedUp>, email: &str) -> Result<Result<(), FreezeError>, Problem> {
    let email = match EmailAddress::parse(email) {
        Ok(email) => email,
        Err(error) => return Ok(Err(FreezeError::Field(FieldError::new("/email", error)))),
    };
    call.write::<_, EmailChangeError, _>(move |conn, context| {
        let from = context.info.address_group().to_string();
        if let Err(limited) = mail_allowed(conn, &context.env, &from, (MailWish::EmailChange, email.key()))? {
            return Ok(Err(FreezeError::Limited(limited)));
        }
        match actions::request(conn, &context.env, &context.actor.holder, &email) {
            Ok(_) => Ok(Ok(())),
            Err(EmailChangeError::Field(field)) => Ok(Err(FreezeError::Field(field))),
            Err(error) => Err(error),
        }
    })
    .await
}

/// Switches: who asks is known before a try at a link is counted.
pub(super) async fn switch(call: &Call<Holder>, token: &str) -> Result<Result<(), FreezeError>, Problem> {
    call.read::<_, DbError, _>(|_, _| Ok(())).await?;
    let token = match read_link(&call.env, &call.info, token).await {
        Ok(token) => token,
        Err(error) => return Ok(Err(error)),
    };
    call.write::<_, EmailChangeError, _>(move |conn, context| {
        actions::confirm(conn, &context.env, &context.actor, (&token, context.info.ip))
    })
    .await
    .map(Ok)
}
