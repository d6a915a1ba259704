//! The route registry: each feature declares its operations and pages here as data; routing, the OpenAPI document, the
//! error pages and the coverage tables of the tests all derive from it, so a route cannot exist without them.

use std::borrow::Cow;

use actix_web::Route;
use actix_web::http::Method;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::kernel::deed::Deed;
use crate::kernel::permission::Permission;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Visitor,
    /// The holder of an account, for that account.
    Holder,
    /// Whoever is signed in, customer or staff, about their own session.
    Session,
    /// Staff with the permission.
    Staff(Permission),
    /// Machines with their own proof: signed webhooks, the metrics token.
    Machine,
}

/// What a call leaves in the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// Reading one's own or public data leaves nothing.
    None,
    /// The action's name in the log.
    Action(&'static str),
    /// A look of staff at personal data, recorded with its purpose.
    Look,
}

/// Whether a call takes an `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// Not needed: the method, or a single-use token, makes it so.
    None,
    /// Taken when sent.
    Optional,
    /// 400 without one: money moves.
    Required,
}

/// A schema and those that it refers to.
pub type SchemaFn = fn(&mut Vec<(String, RefOr<Schema>)>) -> String;

/// One operation of the API.
pub struct Operation {
    /// `<verb>_<resource>`
    pub id: &'static str,
    /// The method.
    pub method: Method,
    /// The path, with `{parameters}`.
    pub path: &'static str,
    /// One line for the document.
    pub summary: &'static str,
    /// Who may call.
    pub access: Access,
    /// What it does to the account of whoever calls, where that is not plain from access and method.
    pub needs: Option<Deed>,
    /// What it leaves in the audit log.
    pub audit: Audit,
    /// Whether it takes a key.
    pub idempotency: Idempotency,
    /// Media type and schema of the body.
    pub body: Option<(&'static str, SchemaFn)>,
    /// Status of success and the schema answered with it.
    pub reply: (u16, Option<SchemaFn>),
    /// Query parameters with their meaning.
    pub query: &'static [(&'static str, &'static str)],
    /// Whether If-Match is asked for.
    pub if_match: bool,
    /// Whether its answer shows what was stored before: then a token without the scope to read gets 204 instead.
    pub shows_stored: bool,
    /// Makes the actix route.
    pub route: fn() -> Route,
}

/// One page for people.
pub struct PageRoute {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: &'static str,
    /// Who may open it.
    pub access: Access,
    /// What it does to the account of whoever opens it, where that is not plain from access and method.
    pub needs: Option<Deed>,
    /// Makes the actix route.
    pub route: fn() -> Route,
}

impl Operation {
    /// An operation that answers 200 without a body schema, to visitors, leaving no trace; refine it with the others.
    #[must_use]
    pub fn new(id: &'static str, method: Method, path: &'static str, route: fn() -> Route) -> Self {
        Self {
            id,
            method,
            path,
            summary: "",
            access: Access::Visitor,
            needs: None,
            audit: Audit::None,
            idempotency: Idempotency::None,
            body: None,
            reply: (200, None),
            query: &[],
            if_match: false,
            shows_stored: false,
            route,
        }
    }

    /// Says what it does, in one line.
    #[must_use]
    pub fn summary(mut self, text: &'static str) -> Self {
        self.summary = text;
        self
    }

    /// Says who may call.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Says what it does to the account of whoever calls; the state of the account decides whether it may.
    #[must_use]
    pub fn needs(mut self, deed: Deed) -> Self {
        self.needs = Some(deed);
        self
    }

    /// What it does to the account of whoever calls.
    #[must_use]
    pub fn deed(&self) -> Deed {
        self.needs.unwrap_or_else(|| plain_deed(self.access, &self.method))
    }

    /// Names the audit action.
    #[must_use]
    pub fn audit(mut self, action: &'static str) -> Self {
        self.audit = Audit::Action(action);
        self
    }

    /// Says that each call is recorded as a look at personal data.
    #[must_use]
    pub fn look(mut self) -> Self {
        self.audit = Audit::Look;
        self
    }

    /// Says whether it takes an `Idempotency-Key`.
    #[must_use]
    pub fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = idempotency;
        self
    }

    /// Takes a JSON body.
    #[must_use]
    pub fn json<T: ToSchema + 'static>(mut self) -> Self {
        self.body = Some(("application/json", schema_of::<T>));
        self
    }

    /// Takes a JSON Merge Patch (RFC 7396) of a resource with an ETag.
    #[must_use]
    pub fn merge_patch<T: ToSchema + 'static>(mut self) -> Self {
        self.body = Some(("application/merge-patch+json", schema_of::<T>));
        self.if_match = true;
        self
    }

    /// Answers this status and schema on success.
    #[must_use]
    pub fn reply<T: ToSchema + 'static>(mut self, status: u16) -> Self {
        self.reply = (status, Some(schema_of::<T>));
        self
    }

    /// Answers this status without a body on success.
    #[must_use]
    pub fn empty(mut self, status: u16) -> Self {
        self.reply = (status, None);
        self
    }

    /// Says that its answer shows what was stored before. The handler answers an API token without the scope to read by
    /// [`super::reply::unread`].
    #[must_use]
    pub fn shows_stored(mut self) -> Self {
        self.shows_stored = true;
        self
    }

    /// Takes query parameters.
    #[must_use]
    pub fn query(mut self, parameters: &'static [(&'static str, &'static str)]) -> Self {
        self.query = parameters;
        self
    }
}

impl PageRoute {
    /// A page.
    #[must_use]
    pub fn new(method: Method, path: &'static str, access: Access, route: fn() -> Route) -> Self {
        Self { method, path, access, needs: None, route }
    }

    /// Says what it does to the account of whoever opens it.
    #[must_use]
    pub fn needs(mut self, deed: Deed) -> Self {
        self.needs = Some(deed);
        self
    }

    /// What it does to the account of whoever opens it.
    #[must_use]
    pub fn deed(&self) -> Deed {
        self.needs.unwrap_or_else(|| plain_deed(self.access, &self.method))
    }
}

/// What a route does to an account unless it says otherwise.
fn plain_deed(access: Access, method: &Method) -> Deed {
    match access {
        Access::Holder if *method == Method::GET => Deed::Read,
        Access::Holder => Deed::Change,
        Access::Session => Deed::Session,
        Access::Visitor | Access::Staff(_) | Access::Machine => Deed::None,
    }
}

fn schema_of<T: ToSchema>(into: &mut Vec<(String, RefOr<Schema>)>) -> String {
    let name = T::name().into_owned();
    into.push((name.clone(), <T as PartialSchema>::schema()));
    T::schemas(into);
    name
}

/// A page of a list, as every list operation answers it.
#[derive(Debug, serde::Serialize)]
pub struct List<T: ToSchema> {
    /// The rows.
    pub data: Vec<T>,
    /// Pass as `cursor` for the next page; null on the last.
    pub next: Option<String>,
}

/// By hand: a derived schema has the same name for rows of every kind, so that one list would describe all of them.
impl<T: ToSchema> ToSchema for List<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}List", T::name()))
    }

    fn schemas(into: &mut Vec<(String, RefOr<Schema>)>) {
        into.push((T::name().into_owned(), T::schema()));
        T::schemas(into);
    }
}

impl<T: ToSchema> PartialSchema for List<T> {
    fn schema() -> RefOr<Schema> {
        let rows = ArrayBuilder::new().items(Ref::from_schema_name(T::name())).description(Some("The rows."));
        let text_or_null = SchemaType::from_iter([Type::String, Type::Null]);
        let words = "Pass as `cursor` for the next page; null on the last.";
        let next = ObjectBuilder::new().schema_type(text_or_null).description(Some(words));
        let page = ObjectBuilder::new().property("data", rows).property("next", next);
        let words = "A page of a list, as every list operation answers it.";
        page.required("data").required("next").description(Some(words)).into()
    }
}
