//! Cargo wants a library beside integration tests.

#![no_std]
