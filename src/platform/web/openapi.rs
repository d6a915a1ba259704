//! The OpenAPI 3.1 document, derived from the route registry.

use serde_json::{Map, Value, json};

use super::registry::{Access, Audit, Idempotency, Operation};
use super::token_access;
use crate::kernel::scope::TokenNeed;

/// The document of all operations.
#[must_use]
pub fn document(operations: &[Operation]) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    schemas.insert("Problem".to_owned(), problem_schema());
    for operation in operations {
        let item = paths.entry(operation.path.to_owned()).or_insert_with(|| json!({}));
        item[operation.method.as_str().to_lowercase()] = describe(operation, &mut schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Steward",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Customer accounts and billing whose privacy policy is executable.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": super::cookies::SESSION },
                "bearer": { "type": "http", "scheme": "bearer", "description":
                    "A session's token, or an API token where the operation names its scope in x-token-scope." },
            },
        },
    })
}

fn describe(operation: &Operation, schemas: &mut Map<String, Value>) -> Value {
    let mut reference = |schema: super::registry::SchemaFn| -> Value {
        let mut found = Vec::new();
        let name = schema(&mut found);
        for (name, schema) in found {
            schemas.entry(name).or_insert_with(|| serde_json::to_value(schema).unwrap_or_default());
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    };
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [tag(operation.path)],
        "parameters": parameters(operation),
        "responses": {},
    });
    if let Some((kind, schema)) = operation.body {
        described["requestBody"] = json!({ "required": true, "content": { kind: { "schema": reference(schema) } } });
    }
    let (status, schema) = operation.reply;
    let mut success = json!({ "description": "Success" });
    if let Some(schema) = schema {
        success["content"] = json!({ "application/json": { "schema": reference(schema) } });
    }
    described["responses"][status.to_string()] = success;
    described["responses"]["default"] = json!({
        "description": "A problem (RFC 9457)",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    if let (Access::Holder | Access::Session, TokenNeed::Scope(scope)) =
        (operation.access, token_access::need(&operation.method, operation.path))
    {
        described["x-token-scope"] = json!(scope.as_str());
        if operation.shows_stored {
            let words =
                format!("Done, for an API token without `{}`: nothing that is stored is shown to it", scope.to_read());
            described["responses"]["204"] = json!({ "description": words });
        }
    }
    match operation.access {
        Access::Holder | Access::Session => described["security"] = json!([{ "session": [] }, { "bearer": [] }]),
        Access::Staff(_) => described["security"] = json!([{ "session": [] }]),
        Access::Visitor | Access::Machine => {}
    }
    if let Audit::Action(action) = operation.audit {
        described["x-audit-action"] = json!(action);
    }
    described
}

fn tag(path: &str) -> &str {
    let mut parts = path.trim_start_matches("/v1/").split('/');
    match parts.next().unwrap_or_default() {
        "staff" => "staff",
        "accounts" | "account" | "session" | "sessions" | "password-resets" | "freezes" | "unfreezes"
        | "profile-checks" | "sign-in-reports" | "session-closings" => "account",
        "plans" | "payment-methods" | "subscriptions" | "invoices" => "billing",
        "policy" | "cookies" | "data-map" | "places" => "privacy",
        _ => "machines",
    }
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let text = json!({ "type": "string" });
    let mut all: Vec<Value> = operation
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{').and_then(|rest| rest.split('}').next()))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": text }))
        .collect();
    for (name, meaning) in operation.query {
        all.push(json!({ "name": name, "in": "query", "required": false, "description": meaning, "schema": text }));
    }
    if operation.if_match {
        all.push(json!({ "name": "If-Match", "in": "header", "required": true, "schema": text,
            "description": "The ETag of your last GET." }));
    }
    if operation.idempotency != Idempotency::None {
        all.push(json!({ "name": "Idempotency-Key", "in": "header", "schema": text,
            "required": operation.idempotency == Idempotency::Required,
            "description": "A fresh random value; the same value when you repeat the request. Kept for 24 hours." }));
    }
    all
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "instance"],
        "properties": {
            "type": { "type": "string", "format": "uri" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "code": { "type": "string" },
            "detail": { "type": "string" },
            "instance": { "type": "string", "description": "The request's id" },
            "errors": { "type": "array", "items": { "type": "object", "properties": {
                "pointer": { "type": "string", "description": "JSON pointer to the field" },
                "detail": { "type": "string" },
            } } },
        },
    })
}
