//! A forgotten password (3-rules "Tokens"): a mailed link sets a new one, ends every session and signs nobody in. The
//! second factor stays. Whether the address is known shows nowhere.

pub mod actions;
pub mod api;
pub mod jobs;
pub mod pages;
pub mod reset;
