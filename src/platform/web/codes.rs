//! The failures that the kit itself answers with.

use crate::kernel::public_error::Code;

macro_rules! codes {
    ($($name:ident = $code:literal, $status:literal, $title:literal, $help:literal;)*) => {
        $(#[doc = $title] pub const $name: Code = Code { name: $code, status: $status, title: $title, help: $help };)*
        /// All of them, for docs/reference/errors.md.
        pub const ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    MALFORMED = "malformed", 400, "The request cannot be read",
        "The body is no JSON, or a header or parameter is not of its form. `detail` says where, or `errors` names the field.";
    IDEMPOTENCY_KEY_REQUIRED = "idempotency-key-required", 400, "This request needs an Idempotency-Key",
        "Send a header `Idempotency-Key` with a fresh random value, and the same value when you repeat the request.";
    NOT_SIGNED_IN = "not-signed-in", 401, "Sign in first",
        "Send the session cookie, or a bearer token in the Authorization header. An expired session answers this too.";
    FORBIDDEN = "forbidden", 403, "This is not for you",
        "The session is of another kind or its role lacks the permission.";
    CROSS_SITE = "cross-site", 403, "This request seems to come from another site",
        "Browsers: open the page again and repeat. Clients with a cookie: send an `Origin` header with this site's address.";
    STEP_UP_REQUIRED = "step-up-required", 403, "Prove once more that it is you",
        "Give the password or a factor again: POST /v1/session/step-up. It holds for five minutes. API tokens cannot.";
    PURPOSE_REQUIRED = "purpose-required", 403, "Looking at personal data needs a purpose",
        "Add `purpose` (and optionally `case`) to the query; the look is recorded and the account holder sees it.";
    NOT_FOUND = "not-found", 404, "There is nothing here",
        "Check the address. What belongs to others answers this too.";
    METHOD_NOT_ALLOWED = "method-not-allowed", 405, "This address does not take this method",
        "The `Allow` header lists the methods it takes.";
    CONFLICT = "conflict", 409, "The state does not allow this",
        "`detail` says what is in the way.";
    REQUEST_RUNNING = "request-running", 409, "A request with this Idempotency-Key is still running",
        "Repeat it in a moment with the same key.";
    STALE = "stale", 412, "It has changed meanwhile",
        "`differs` lists the fields. Read the resource again, decide, and send its new ETag in If-Match.";
    TOO_LARGE = "too-large", 413, "The request is too large",
        "Bodies are limited to 64 KiB.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", 415, "This content type is not taken here",
        "JSON routes take application/json, profiles application/merge-patch+json, pages form data.";
    MISDIRECTED = "misdirected", 421, "This server does not answer for that host",
        "Use the configured address (`http.base_url`).";
    INVALID = "invalid", 422, "Some fields need a correction",
        "`errors` names each field and the way out.";
    CARD_NUMBER = "card-number", 422, "This looks like a card number, which never belongs here",
        "Cards are entered at the processor's page only. Nothing was stored. `errors` names the field.";
    IDEMPOTENCY_MISMATCH = "idempotency-mismatch", 422, "This Idempotency-Key was used for another request",
        "Use a fresh key for a new request.";
    PRECONDITION_REQUIRED = "precondition-required", 428, "Say which version you are changing",
        "Send the ETag of your last GET in If-Match, so that nobody's change is lost.";
    TOO_MANY_REQUESTS = "too-many-requests", 429, "Too many requests",
        "Wait the seconds named by Retry-After.";
    FORWARDED_REFUSED = "forwarded-refused", 400, "Forwarding headers are not accepted here",
        "This installation is not behind a proxy; it refuses Forwarded and X-Forwarded-* headers.";
}
