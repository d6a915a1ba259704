//! `GET /contact`: who runs this installation and how to reach them.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::anyone::PublicReader;
use super::super::views::Contact;
use crate::config::Settings;
use crate::identity::actors::Anyone;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn route() -> PageRoute {
    PageRoute::new(Method::GET, "/contact", Access::Visitor, || web::get().to(handle))
}

async fn handle(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let reader = call.read(PublicReader::find).await?;
    reply::page(&Contact {
        page: reader.page(&call.env, &call.claim, "Contact"),
        operator: operator(&call.env.settings),
        mail: call.env.settings.product.contact_email.clone(),
        has_form: false,
        message: String::new(),
        email: String::new(),
        website: String::new(),
    })
}

/// Name and postal address, line by line.
fn operator(settings: &Settings) -> Vec<String> {
    let name = std::iter::once(settings.product.operator.as_str());
    let address = settings.seller.address.split(',').map(str::trim).filter(|line| !line.is_empty());
    name.chain(address).map(str::to_owned).collect()
}
