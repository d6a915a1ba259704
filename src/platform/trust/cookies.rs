//! Every cookie the product may set, known when it is compiled (clause 1.2). The HTTP kit sets cookies by these
//! entries only, and a test over all routes compares the names that were sent.

/// A cookie.
#[derive(Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// What it holds.
    pub contents: &'static str,
    /// How long it lasts.
    pub lifetime: &'static str,
}

/// Signs in.
pub static SESSION: Cookie = Cookie {
    name: "__Host-session",
    purpose: "Keeps you signed in from page to page.",
    contents: "Your account's unique ID and the time you signed in, encrypted so that only we can read them.",
    lifetime: "Until you sign out, close a browser on a public computer, or the session ends by itself: after 12 hours, \
               or 30 days if you asked to stay signed in.",
};

/// Fills in the address.
pub static REMEMBERED_EMAIL: Cookie = Cookie {
    name: "__Host-remembered-email",
    purpose: "Fills in your e-mail address the next time you sign in, if you asked for it.",
    contents: "Your e-mail address and nothing else, encrypted so that only we can read it. It never signs you in.",
    lifetime: "180 days after you last signed in; until you sign in without asking for it, or choose \"public computer\".",
};

/// Every cookie.
pub static ALL: &[&Cookie] = &[&SESSION, &REMEMBERED_EMAIL];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_bind_every_cookie_to_this_host_and_to_tls() {
        assert!(ALL.iter().all(|cookie| cookie.name.starts_with("__Host-")));
    }
}
