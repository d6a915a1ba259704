//! Messages with links and emphasis. The translator says where they stand, the template where they lead.
//!
//! A message may hold `<a>…</a>` (`<a1>`, `<a2>` where there are several), `<strong>`, `<code>` and `<time>`, and nothing else.
//! Values are escaped before they are filled in, so none of them can become markup.

use std::fmt;

use askama::filters::HtmlSafe;

use super::{Argument, Saying};

/// See [`super::Lang::rich`].
pub struct Rich {
    saying: Saying,
    links: Vec<String>,
    moment: String,
}

impl Rich {
    pub(super) fn new(saying: Saying) -> Self {
        Self { saying, links: Vec::new(), moment: String::new() }
    }

    /// Gives a variable its value.
    #[must_use]
    pub fn with<A: Argument>(mut self, name: &'static str, value: A) -> Self {
        let escaped = match value.value() {
            fluent_bundle::FluentValue::String(text) => escape(&text),
            number => {
                self.saying.args.set(name, number);
                return self;
            }
        };
        self.saying.args.set(name, escaped);
        self
    }

    /// Where the next link leads.
    #[must_use]
    pub fn link(mut self, address: &str) -> Self {
        self.links.push(format!("href=\"{}\"", escape(address)));
        self
    }

    /// The instant or day that `<time>` tells, as programs read it.
    #[must_use]
    pub fn moment(mut self, iso: &str) -> Self {
        self.moment = escape(iso);
        self
    }

    /// Where the next link leads, in a window of its own: what is typed on this page stays.
    #[must_use]
    pub fn link_aside(mut self, address: &str) -> Self {
        self.links.push(format!("href=\"{}\" target=\"_blank\" rel=\"noopener\"", escape(address)));
        self
    }
}

impl fmt::Display for Rich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut html = self.saying.text();
        for (at, link) in self.links.iter().enumerate() {
            let names = if self.links.len() == 1 { "a".to_owned() } else { format!("a{}", at + 1) };
            html = html.replace(&format!("<{names}>"), &format!("<a {link}>")).replace(&format!("</{names}>"), "</a>");
        }
        if !self.moment.is_empty() {
            html = html.replace("<time>", &format!("<time datetime=\"{}\">", self.moment));
        }
        f.write_str(&html)
    }
}

impl HtmlSafe for Rich {}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&#38;"),
            '<' => escaped.push_str("&#60;"),
            '>' => escaped.push_str("&#62;"),
            '"' => escaped.push_str("&#34;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
