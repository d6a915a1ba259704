//! Second factors. Staff must have one; for customers they come later.

pub mod totp;
