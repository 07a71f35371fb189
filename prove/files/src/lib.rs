//! Cargo wants a library beside integration tests.
