//! The billing run: finds subscriptions whose period is over and renews each exactly once.
