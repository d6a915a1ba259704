//! Structured logs on standard error: JSON lines, without personal data.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging. `STEWARD_LOG` takes tracing's filter syntax.
pub fn start(default: &str) {
    let filter = EnvFilter::try_from_env("STEWARD_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    // The library's traces hold whole messages, and what is said while signing in.
    let filter = match "tokio_xmpp=info".parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _ = if std::io::stderr().is_terminal() { builder.compact().try_init() } else { builder.json().try_init() };
}
