//! Keys that are wanted: those that the policy makes of real rows, and invented ones for what no row has.

use crosskit_core::config::{WantedKey, WantedValue};
use crosskit_core::policy::{self, Policy};
use crosskit_core::settings::Settings;
use crosskit_core::target::{Catalogue, Row};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::sync::LazyLock;

/// What a workspace may say about its targets.
const SETTINGS: &[&str] = &[
    "",
    "launcher = false\n",
    "[target.aarch64-unknown-linux-gnu]\nlinker = 'clang-19'\nrunner = 'tools/run \"a b\"'\n",
    "[target.thumbv7em-none-eabihf]\nlinker = 'flip-link'\nrunner = 'probe-rs run --chip nRF52840_xxAA'\n",
];

/// Wanted keys, and whether they are a policy's.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub keys: Vec<WantedKey>,
    pub of_a_policy: bool,
}

/// Some keys that are wanted together.
pub fn wanted() -> impl Strategy<Value = Wanted> {
    prop_oneof![2 => invented(), 3 => of_policies()]
}

/// The rows of the catalogue whose policies have keys.
fn rows() -> Vec<Row> {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        let catalogue = Catalogue::built_in().expect("the catalogue is valid");
        let has_keys = |row: &&Row| !Policy::of(row, &Settings::default()).keys().is_empty();
        catalogue.rows().iter().filter(has_keys).cloned().collect()
    });
    ROWS.clone()
}

fn settings() -> Vec<Settings> {
    static PARSED: LazyLock<Vec<Settings>> = LazyLock::new(|| {
        let catalogue = Catalogue::built_in().expect("the catalogue is valid");
        SETTINGS.iter().map(|text| Settings::parse(text, &catalogue).expect("they are valid")).collect()
    });
    PARSED.clone()
}

/// What `cargo xtask cross` wants for one to four targets, with the alias or without.
fn of_policies() -> impl Strategy<Value = Wanted> {
    (subsequence(rows(), 1..=4).prop_shuffle(), select(settings()), any::<bool>()).prop_map(
        |(rows, settings, alias)| {
            let policies: Vec<Policy> = rows.iter().map(|row| Policy::of(row, &settings)).collect();
            let mut keys: Vec<WantedKey> = policies.iter().flat_map(Policy::keys).collect();
            // A target without a linker and an emulator wants nothing, and then there is no neighbour either.
            if alias || keys.is_empty() {
                let value = WantedValue::String(policy::alias("xtask", None, &policies));
                keys.push(WantedKey { path: ["alias", "xtask"].map(str::to_owned).to_vec(), value });
            }
            Wanted { keys, of_a_policy: true }
        },
    )
}

fn invented() -> impl Strategy<Value = Wanted> {
    let paths = [
        "target/T/linker",
        "target/T/runner",
        "target/U/linker",
        "target/thumbv8m/main-none-eabi/linker",
        "target/cfg(unix)/runner",
        "env/R",
        "env/CC_T",
        "env/ü",
        "alias/xtask",
        "k",
    ];
    let paths = subsequence(paths.to_vec(), 0..=paths.len()).prop_shuffle();
    let values = prop::collection::vec((value(), any::<bool>()), 10);
    (paths, values).prop_map(|(paths, values)| {
        let keys = paths.iter().zip(values).map(|(path, (value, relative))| WantedKey {
            path: path.split('/').map(str::to_owned).collect(),
            value: if relative { WantedValue::EnvRelative(value) } else { WantedValue::String(value) },
        });
        Wanted { keys: keys.collect(), of_a_policy: false }
    })
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("ld".to_owned()),
        Just("run".to_owned()),
        Just("a \"b\" \\ c # crosskit\n[x]\r\n".to_owned()),
        any::<String>(),
    ]
}
