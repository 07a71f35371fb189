//! Bugs that bite on one kind of machine are found on that one, and on no other.

use crosskit_tests::installed::{AARCH64, ARMV7, RISCV64, S390X, Target};
use crosskit_tests::process;

use crate::{kit, report};

/// Runs the tests of `codec` with a planted bug on every machine, and fails unless they fail on one alone; gives back
/// the names of the tests that failed there.
#[track_caller]
fn bites_on(plant: &str, victim: Target) -> Vec<String> {
    let scratch = kit::shared();
    let mut failed = Vec::new();
    let aliases = [AARCH64, ARMV7, RISCV64, S390X].map(|target| {
        target.require();
        target.alias
    });
    for alias in aliases.into_iter().chain(["host"]) {
        let mut command = kit::direct(&scratch.root, &format!("{alias} -p codec"));
        command.env("RUSTFLAGS", format!("--cfg {plant}"));
        let finished = process::run(command, kit::COMPILING);
        let names = report::read(&scratch).only().failed().into_iter().map(str::to_owned).collect::<Vec<_>>();
        if alias == victim.alias {
            finished.exits(100);
            failed = names;
        } else {
            assert_eq!(names, Vec::<String>::new(), "{alias}: {finished}");
            finished.exits(0);
        }
    }
    failed
}

#[test]
fn native_byte_order_bites_on_the_big_endian_machine_alone() {
    let failed = bites_on("crosskit_plant_ne_bytes", S390X);
    assert!(failed.iter().any(|name| name == "value::tests::reads_little_endian_values"), "{failed:?}");
}

#[test]
fn a_narrow_usize_bites_on_the_machine_of_32_bits_alone() {
    assert!(!bites_on("crosskit_plant_usize", ARMV7).is_empty());
}
