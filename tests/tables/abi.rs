//! The calling conventions that triples stand for, against the specifications of rustc's targets.

use std::collections::BTreeMap;

use crosskit_core::artefact::Abi;

use crate::rustc::ask;

#[test]
fn every_convention_is_that_of_the_specification() {
    let text = ask(&["-Zunstable-options", "--print", "all-target-specs-json"]);
    let specifications: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).expect("rustc prints its specifications as JSON");
    let (mut compared, mut differences) = (0, Vec::new());
    for (triple, specification) in &specifications {
        let theirs = specification.get("llvm-abiname").and_then(|it| it.as_str());
        let ours = Abi::of_triple(triple).map(|abi| abi.name().to_lowercase());
        match (theirs, ours) {
            // The release of MIPS is no part of LLVM's name.
            (Some(theirs), Some(ours)) if ours.split(' ').next() == Some(theirs) => compared += 1,
            // For these machines LLVM has one name for what a flag does not tell apart.
            (_, None) => {}
            (None, Some(ours)) if ours.starts_with("o32") => compared += 1,
            (theirs, Some(ours)) => differences.push(format!("{triple}: {ours} for us, {theirs:?} for rustc")),
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(compared > 60, "only {compared} conventions were compared");
    println!("{compared} conventions");
}
