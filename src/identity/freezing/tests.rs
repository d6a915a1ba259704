//! Freezes on both databases.
