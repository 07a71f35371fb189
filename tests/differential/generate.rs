//! Makes situations in which the rules of Cargo's configuration decide something.

mod draft;
mod env;
mod errors;
mod flags;
mod programs;
mod structure;
mod surroundings;

use crate::random::Random;
use crate::situation::Situation;

use draft::Draft;

/// The targets of the situations, beside the host: with dots, without a standard library, with another file name for
/// programs.
pub const TRIPLES: [&str; 5] = [
    "aarch64-unknown-linux-gnu",
    "thumbv8m.main-none-eabi",
    "x86_64-pc-windows-gnu",
    "riscv64gc-unknown-linux-gnu",
    "thumbv8m.base-none-eabi",
];

/// How many of a hundred situations get something that stops Cargo; a few others stop it by chance.
const ERRORS: usize = 13;

/// Adds to a draft.
type Topic = fn(&mut Draft);

/// What a situation can be about, and how often beside the others.
const TOPICS: [(Topic, usize); 13] = [
    (programs::linker_of_target, 10),
    (programs::runner_of_target, 12),
    (programs::linker_of_host, 6),
    (programs::runner_of_host, 6),
    (programs::linker_of_cfg, 7),
    (programs::runner_of_cfg, 7),
    (flags::of_target, 9),
    (flags::of_cfg, 8),
    (flags::of_build, 7),
    (flags::of_variables, 4),
    (flags::rustdoc, 6),
    (env::entries, 12),
    (surroundings::harmless, 6),
];

/// The situation of a case.
pub fn situation(seed: u64, number: usize, host: &str) -> Situation {
    let mut draft = Draft::new(Random::of_case(seed, number), host);
    structure::lay_out(&mut draft);
    structure::targets(&mut draft);
    let total: usize = TOPICS.iter().map(|(_, weight)| weight).sum();
    for _ in 0..3 + draft.random.below(4) {
        let mut at = draft.random.below(total);
        let topic = TOPICS.iter().find(|(_, weight)| {
            let found = at < *weight;
            at = at.saturating_sub(*weight);
            found
        });
        if let Some((topic, _)) = topic {
            topic(&mut draft);
        }
    }
    if draft.random.chance(ERRORS) {
        errors::one(&mut draft);
    }
    draft.finish(number)
}
