//! Properties of the config engine.
//!
//! `PROPTEST_CASES` says how many cases each gets and `PROPTEST_RNG_SEED` which; both are printed.

mod config;

use proptest::test_runner::{Config, RngSeed};

/// What the cases grow from, so that a failure in one place is a failure in every place.
const SEED: u64 = 0x00c0_55c1;

/// How many cases there are, and which.
fn settings() -> Config {
    let mut config = Config::default();
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(SEED);
    }
    println!("{} cases, seed {}", config.cases, config.rng_seed);
    config
}
