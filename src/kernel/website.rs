//! The address of a customer's website.

use url::{Host, Url};

use super::text::{hidden_text, is_unprintable};

/// An `http` or `https` address without credentials, normalised.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Website(String);

hidden_text!(Website.0, WebsiteError);

/// Why a text is no website.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence is the documentation
pub enum WebsiteError {
    #[error("Enter a web address like https://example.org, or leave the field empty.")]
    Missing,
    #[error("This web address is longer than 2048 characters. Use the address of the front page.")]
    TooLong,
    #[error("A web address here starts with https:// or http://. Write it like https://example.org.")]
    OtherScheme,
    #[error("Leave the user name and password out of the web address.")]
    Credentials,
    #[error("This is not a web address. Write it like https://example.org.")]
    Malformed,
}

impl Website {
    /// Reads an address; one without a scheme is taken as `https`.
    pub fn parse(text: &str) -> Result<Self, WebsiteError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(WebsiteError::Missing);
        }
        if text.len() > 2_048 {
            return Err(WebsiteError::TooLong);
        }
        if text.chars().any(|c| is_unprintable(c) || c.is_whitespace() || c == '\\') {
            return Err(WebsiteError::Malformed);
        }
        if names_nobody(text) {
            return Err(WebsiteError::Malformed);
        }
        let url = match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => url,
            Ok(_) if text.contains("://") || !looks_like_host(text) => return Err(WebsiteError::OtherScheme),
            _ => Url::parse(&format!("https://{text}")).map_err(|_| WebsiteError::Malformed)?,
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebsiteError::Credentials);
        }
        match url.host() {
            Some(Host::Domain(domain)) if domain.trim_end_matches('.').contains('.') => {}
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => {}
            _ => return Err(WebsiteError::Malformed),
        }
        let normalised = String::from(url);
        if normalised.len() > 2_048 { Err(WebsiteError::TooLong) } else { Ok(Self(normalised)) }
    }
}

/// `@example.org` is a handle somewhere, not a host: the parser would drop the sign that says so.
fn names_nobody(text: &str) -> bool {
    let behind_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    behind_scheme.trim_start_matches('/').starts_with(['@', ':'])
}

/// `example.org:8080` parses as a scheme; it is a host if a dot comes before the colon.
fn looks_like_host(text: &str) -> bool {
    text.split(':').next().is_some_and(|head| head.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_normalised() {
        for (text, url) in [
            ("https://Example.ORG", "https://example.org/"),
            ("example.org", "https://example.org/"),
            ("example.org:8080/shop", "https://example.org:8080/shop"),
            ("http://example.org/a?b=c#d", "http://example.org/a?b=c#d"),
            ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ] {
            assert_eq!(Website::parse(text).expect(text).as_str(), url);
        }
    }

    #[test]
    fn what_is_no_website_is_refused() {
        use WebsiteError::*;
        for (text, wrong) in [
            ("", Missing),
            ("javascript:alert(1)", OtherScheme),
            ("ftp://example.org", OtherScheme),
            ("data:text/html,x", OtherScheme),
            ("https://ada:pw@example.org", Credentials),
            ("https://ada@example.org", Credentials),
            ("https://exam\nple.org", Malformed),
            ("@example.org", Malformed),
            ("https://@example.org", Malformed),
            ("https:///@example.org", Malformed),
            ("https://:@example.org", Malformed),
            ("two words", Malformed),
            ("localhost", Malformed),
            ("https://", Malformed),
        ] {
            assert_eq!(Website::parse(text).expect_err(text), wrong, "{text}");
        }
    }

    proptest! {
        #[test]
        fn accepted_addresses_are_their_own_form(text in "[a-z:/.@?#%0-9]{0,40}") {
            if let Ok(site) = Website::parse(&text) {
                prop_assert!(site.as_str().starts_with("http"));
                prop_assert_eq!(Website::parse(site.as_str()), Ok(site));
            }
        }
    }
}
