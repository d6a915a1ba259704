//! Changes of the address on both databases.
