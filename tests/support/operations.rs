//! Every operation of the product, from its route registry, with requests made up from its schemas: what the coverage
//! tables walk through. A new route is in the tables the moment it is registered.

use reqwest::Method;
use serde_json::{Map, Value, json};
use steward::platform::web::openapi;
use steward::platform::web::registry::{Access, Audit, Idempotency, Operation};

use super::client::{Call, Client};

/// An operation with what its schemas say.
pub struct Covered {
    pub id: &'static str,
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub audit: Audit,
    pub idempotency: Idempotency,
    /// Media type and schema of the body, references resolved.
    pub body: Option<(&'static str, Value)>,
    pub query: Vec<&'static str>,
    pub if_match: bool,
    /// Where the document lists it.
    pub tag: String,
    /// Status of success.
    pub success: u16,
}

impl Covered {
    pub fn all(operations: Vec<Operation>) -> Vec<Self> {
        let document = openapi::document(&operations);
        let covered = |operation: Operation| {
            let item = &document["paths"][operation.path][operation.method.as_str().to_lowercase()];
            let schema = |kind: &str| resolve(&item["requestBody"]["content"][kind]["schema"], &document);
            Self {
                id: operation.id,
                method: Method::from_bytes(operation.method.as_str().as_bytes()).expect("a method"),
                path: operation.path,
                access: operation.access,
                audit: operation.audit,
                idempotency: operation.idempotency,
                body: operation.body.map(|(kind, _)| (kind, schema(kind))),
                query: operation.query.iter().map(|(name, _)| *name).collect(),
                if_match: operation.if_match,
                tag: item["tags"][0].as_str().expect("a tag").to_owned(),
                success: operation.reply.0,
            }
        };
        operations.into_iter().map(covered).collect()
    }

    pub fn is_mutation(&self) -> bool {
        self.method != Method::GET
    }

    /// Whether the path names something that belongs to an account.
    pub fn names_something(&self) -> bool {
        names_something(self.path)
    }

    /// The path with made-up ids.
    pub fn made_up_path(&self) -> String {
        let parts = self.path.split('/').map(|part| match part {
            "{purpose}" => "card-payments",
            "{version}" => "1",
            part if part.starts_with('{') => made_up_id(self.path),
            part => part,
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// A request that is right in everything that schemas can say.
    pub fn call(&self, client: &Client) -> Call {
        self.call_with(client, self.sample())
    }

    /// The same with another body.
    pub fn call_with(&self, client: &Client, body: Option<Value>) -> Call {
        self.call_at(client, &self.made_up_path(), body)
    }

    /// The same at a path with real ids.
    pub fn call_at(&self, client: &Client, path: &str, body: Option<Value>) -> Call {
        let call = self.bare(client, path);
        match (body, &self.body) {
            (Some(body), Some((kind, _))) => call.body(kind, body.to_string()),
            _ => call,
        }
    }

    /// The same with a body of any bytes.
    pub fn call_with_bytes(&self, client: &Client, bytes: &[u8]) -> Call {
        let (kind, _) = self.body.as_ref().expect("an operation with a body");
        self.bare(client, &self.made_up_path()).body(kind, bytes)
    }

    /// The same at a path with real ids.
    pub fn call_at_with_bytes(&self, client: &Client, path: &str, bytes: &[u8]) -> Call {
        let (kind, _) = self.body.as_ref().expect("an operation with a body");
        self.bare(client, path).body(kind, bytes)
    }

    fn bare(&self, client: &Client, path: &str) -> Call {
        let mut call = client.call(self.method.clone(), path);
        if self.if_match {
            call = call.if_match("\"1\"");
        }
        if self.idempotency != Idempotency::None {
            call = call.idempotency_key(&format!("coverage-{}", self.id));
        }
        call
    }

    /// A body that the schema allows, with everything optional left out.
    pub fn sample(&self) -> Option<Value> {
        self.body.as_ref().map(|(_, schema)| sample(schema, ""))
    }

    /// JSON pointers of every text in the body, optional ones too.
    pub fn texts(&self) -> Vec<String> {
        self.members_of(&["string"])
    }

    /// JSON pointers of every number in the body, optional ones too.
    pub fn numbers(&self) -> Vec<String> {
        self.members_of(&["integer", "number"])
    }

    fn members_of(&self, kinds: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        if let Some((_, schema)) = &self.body {
            find(schema, kinds, String::new(), &mut found);
        }
        found
    }

    /// Names of the body's members, and whether each must be there.
    pub fn members(&self) -> Vec<(String, bool)> {
        let Some((_, schema)) = &self.body else { return Vec::new() };
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let names = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
        names.map(|name| (name.clone(), required.contains(&json!(name)))).collect()
    }

    /// The sample with a value put at the pointer.
    pub fn sample_with(&self, pointer: &str, value: Value) -> Value {
        let (_, schema) = self.body.as_ref().expect("an operation with a body");
        let mut body = sample(schema, "");
        put(&mut body, schema, pointer, value);
        body
    }
}

/// Whether a path has parameters besides those that are the same for everybody.
pub fn names_something(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('{') && !["{purpose}", "{version}", "{field}"].contains(&part))
}

pub fn made_up_id(path: &str) -> &'static str {
    let prefix = [
        ("sessions", "ses"),
        ("factors", "fac"),
        ("corrections", "cor"),
        ("ripples", "rip"),
        ("sign-ins", "sgn"),
        ("tokens", "tok"),
        ("history", "chg"),
        ("payment-methods", "pm"),
        ("subscriptions", "sub"),
    ];
    let known = prefix.iter().find(|(part, _)| path.contains(part)).map(|(_, prefix)| *prefix);
    match known {
        Some("cor") => "cor_01900000000070008000000000000000",
        Some("rip") => "rip_01900000000070008000000000000000",
        Some("ses") => "ses_01900000000070008000000000000000",
        Some("fac") => "fac_01900000000070008000000000000000",
        Some("sgn") => "sgn_01900000000070008000000000000000",
        Some("tok") => "tok_01900000000070008000000000000000",
        Some("chg") => "chg_01900000000070008000000000000000",
        Some("pm") => "pm_01900000000070008000000000000000",
        Some("sub") => "sub_01900000000070008000000000000000",
        _ if path.contains("accounts") => "acct_01900000000070008000000000000000",
        _ => "inv_01900000000070008000000000000000",
    }
}

/// Follows `$ref` everywhere below a schema.
fn resolve(schema: &Value, document: &Value) -> Value {
    match schema {
        Value::Object(map) => match map.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                resolve(document.pointer(reference.trim_start_matches('#')).expect("a schema"), document)
            }
            None => Value::Object(map.iter().map(|(name, inner)| (name.clone(), resolve(inner, document))).collect()),
        },
        Value::Array(items) => items.iter().map(|item| resolve(item, document)).collect(),
        other => other.clone(),
    }
}

/// `oneOf [null, X]` and the like mean X here.
fn essential(schema: &Value) -> &Value {
    let choices = ["oneOf", "anyOf", "allOf"].iter().find_map(|word| schema.get(word)).and_then(Value::as_array);
    let chosen = choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"));
    chosen.map_or(schema, essential)
}

fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("string"),
        _ if schema.get("properties").is_some() => "object",
        _ => "string",
    }
}

fn sample(schema: &Value, name: &str) -> Value {
    let schema = essential(schema);
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    match kind(schema) {
        "object" => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let names = required.iter().filter_map(Value::as_str);
            names.map(|name| (name.to_owned(), sample(&schema["properties"][name], name))).collect::<Map<_, _>>().into()
        }
        "array" => json!([sample(&schema["items"], name)]),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        _ => json!(text_for(name)),
    }
}

fn text_for(name: &str) -> &'static str {
    match name {
        "email" => "coverage@example.org",
        "password" | "current_password" => super::app::PASSWORD,
        "name" => "Coverage",
        "kind" => "totp",
        "country" => "SG",
        "scopes" => "profile:read",
        "network" => "xmpp",
        "handle" => "coverage@example.org",
        "price" => "price_01900000000070008000000000000000",
        "quote" => "quote_01900000000070008000000000000000",
        "payment_method" => "pm_01900000000070008000000000000000",
        "token" => "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        _ => "text",
    }
}

/// Where values of these kinds are, by JSON pointer.
fn find(schema: &Value, kinds: &[&str], at: String, into: &mut Vec<String>) {
    let schema = essential(schema);
    match kind(schema) {
        "object" => {
            for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                find(inner, kinds, format!("{at}/{name}"), into);
            }
        }
        "array" => find(&schema["items"], kinds, format!("{at}/0"), into),
        kind if kinds.contains(&kind) => into.push(at),
        _ => {}
    }
}

fn put(body: &mut Value, schema: &Value, pointer: &str, value: Value) {
    let schema = essential(schema);
    let (head, rest) = match pointer.trim_start_matches('/').split_once('/') {
        Some((head, rest)) => (head, format!("/{rest}")),
        None => (pointer.trim_start_matches('/'), String::new()),
    };
    let (place, inner) = if kind(schema) == "array" {
        if body.as_array().is_none_or(Vec::is_empty) {
            *body = json!([sample(&schema["items"], "")]);
        }
        (&mut body[0], &schema["items"])
    } else {
        let inner = &schema["properties"][head];
        if body.get(head).is_none() {
            body[head] = sample(inner, head);
        }
        (&mut body[head], inner)
    };
    if rest.is_empty() { *place = value } else { put(place, inner, &rest, value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_texts_follow_the_schema() {
        let schema = json!({
            "type": "object", "required": ["email"],
            "properties": {
                "email": { "type": "string" },
                "agents": { "type": ["integer", "null"] },
                "im_ids": { "type": ["array", "null"], "items": {
                    "type": "object", "required": ["network", "handle"],
                    "properties": { "network": { "type": "string" }, "handle": { "type": "string" } } } },
                "address": { "oneOf": [{ "type": "null" }, { "type": "object",
                    "required": ["country"], "properties": { "country": { "type": "string" } } }] },
            },
        });
        let mut found = Vec::new();
        find(&schema, &["string"], String::new(), &mut found);
        assert_eq!(found, ["/address/country", "/email", "/im_ids/0/handle", "/im_ids/0/network"]);
        let mut numbers = Vec::new();
        find(&schema, &["integer", "number"], String::new(), &mut numbers);
        assert_eq!(numbers, ["/agents"]);
        assert_eq!(sample(&schema, ""), json!({ "email": "coverage@example.org" }));
        let mut body = sample(&schema, "");
        put(&mut body, &schema, "/im_ids/0/handle", json!("x"));
        put(&mut body, &schema, "/address/country", json!("y"));
        assert_eq!(body["im_ids"], json!([{ "network": "xmpp", "handle": "x" }]));
        assert_eq!(body["address"], json!({ "country": "y" }));
    }
}
