//! Properties of the config engine. `PROPTEST_CASES` says how many cases each gets.

mod config;
