//! Subscriptions over HTTP.
