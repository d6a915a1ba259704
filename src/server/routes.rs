//! All routes of the product.

use std::collections::BTreeMap;

use actix_web::guard::fn_guard;
use actix_web::http::Method;
use actix_web::{Resource, Route, web};

use super::{documents, health, mailbox};
use crate::kernel::deed::Deed;
use crate::platform::web::assets;
use crate::platform::web::codes::METHOD_NOT_ALLOWED;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Operation, PageRoute};

/// Every operation of the API.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let mut all = Vec::new();
    all.extend(health::operations());
    all.extend(crate::identity::operations());
    all.extend(crate::accounts::operations());
    all.extend(crate::billing::operations());
    all.extend(crate::privacy::operations());
    all.extend(crate::staff::operations());
    all
}

/// Every page.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let mut all = Vec::new();
    all.extend(documents::pages());
    all.extend(mailbox::pages());
    all.extend(crate::billing::pages());
    all.extend(crate::accounts::pages());
    all.extend(crate::privacy::pages());
    all.extend(crate::identity::pages());
    all.extend(crate::staff::pages());
    all
}

/// The methods of one path, each with what it does to an account and the maker of its route.
type Methods = Vec<(Method, Deed, fn() -> Route)>;

/// Registers everything with actix: one resource a path, so that another method answers 405 with `Allow`.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    let mut by_path: BTreeMap<&'static str, Methods> = BTreeMap::new();
    for operation in operations() {
        by_path.entry(operation.path).or_default().push((operation.method.clone(), operation.deed(), operation.route));
    }
    for page in pages() {
        by_path.entry(page.path).or_default().push((page.method.clone(), page.deed(), page.route));
    }
    // Longer literal paths first: `/v1/account/sessions/end-others` before `/v1/account/sessions/{id}`.
    let mut paths: Vec<_> = by_path.into_iter().collect();
    paths.sort_by_key(|(path, _)| (path.matches('{').count(), path.to_string()));
    for (path, routes) in paths {
        config.service(resource(path, routes));
    }
    config.configure(assets::configure);
    config.configure(documents::configure);
}

fn resource(path: &'static str, routes: Methods) -> Resource {
    let mut methods: Vec<String> = routes.iter().map(|(method, ..)| method.to_string()).collect();
    let mut resource = web::resource(path);
    for (method, deed, route) in routes {
        // The kit turns HEAD into GET.
        if method == Method::GET {
            methods.push("HEAD".to_owned());
        }
        // Asked behind the method only, so it runs for the route that is taken.
        let noted = fn_guard(move |context| {
            context.req_data_mut().insert(deed);
            true
        });
        resource = resource.route(route().method(method).guard(noted));
    }
    let allow = methods.join(", ");
    resource.default_service(web::to(move || {
        let mut answer = actix_web::ResponseError::error_response(&Problem::new(&METHOD_NOT_ALLOWED));
        if let Ok(value) = actix_web::http::header::HeaderValue::from_str(&allow) {
            answer.headers_mut().insert(actix_web::http::header::ALLOW, value);
        }
        std::future::ready(answer)
    }))
}
