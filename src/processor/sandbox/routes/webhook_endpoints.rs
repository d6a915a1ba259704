//! `/v1/webhook_endpoints`

use serde_json::json;

use super::super::errors::ApiError;
use super::super::objects::WebhookEndpoint;
use super::super::objects::event::API_VERSION;
use super::super::pagination::Page;
use super::super::params::Params;
use super::metadata::Change;
use super::{Work, work};

pub(super) fn create(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let url = params.required("url")?;
    if !url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(ApiError::invalid("url", "Invalid URL: An explicit scheme (such as https) must be provided.")
            .code("url_invalid"));
    }
    let enabled_events = params.list("enabled_events")?.filter(|events| !events.is_empty());
    let enabled_events = enabled_events.ok_or_else(|| params.lacking("enabled_events"))?;
    if params.text("api_version")?.is_some_and(|version| version != API_VERSION) {
        return Err(ApiError::invalid("api_version", format!("The sandbox speaks {API_VERSION} only.")));
    }
    let (description, metadata) = (params.text("description")?, Change::read_new(params)?);
    work(move |tx| {
        let endpoint = WebhookEndpoint {
            id: tx.id("we"),
            created: tx.now,
            url,
            secret: tx.id("whsec"),
            enabled_events,
            description,
            metadata,
            deleted: false,
        };
        tx.put(&endpoint);
        let mut value = endpoint.render();
        value["secret"] = json!(endpoint.secret);
        Ok(value)
    })
}

pub(super) fn retrieve(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| {
        let endpoint: WebhookEndpoint = tx.find(&id, "id")?;
        if endpoint.deleted { Err(ApiError::missing("webhook endpoint", &id, "id")) } else { Ok(endpoint.render()) }
    })
}

pub(super) fn list(_: &[String], params: &mut Params) -> Result<Work, ApiError> {
    let page = Page::read(params)?;
    work(move |tx| {
        page.list(tx.world(), "/v1/webhook_endpoints", |row: &WebhookEndpoint| !row.deleted, WebhookEndpoint::render)
    })
}

pub(super) fn delete(ids: &[String], _: &mut Params) -> Result<Work, ApiError> {
    let id = ids[0].clone();
    work(move |tx| {
        let mut endpoint: WebhookEndpoint = tx.find(&id, "id")?;
        endpoint.deleted = true;
        tx.put(&endpoint);
        Ok(endpoint.render())
    })
}
