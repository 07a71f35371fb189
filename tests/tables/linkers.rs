//! The linker that rustc takes where nothing names one, for every target that it knows: by its specification, if that
//! names one, and by what it starts.

use std::collections::BTreeMap;

use crosskit_core::linking::{default_linker, linking};
use crosskit_core::rules;

use crate::rustc::{about_all, ask, link, minor, triples};
use crate::share;

/// The targets for which rustc comes to no link: it makes nothing for them that is linked, fails at an assertion of its
/// own, or LLVM does not know them as rustc does. Their linker is in the specification alone.
const NEVER_LINKED: &[&str] = &[
    "aarch64-kmc-solid_asp3",
    "armv7a-kmc-solid_asp3-eabi",
    "armv7a-kmc-solid_asp3-eabihf",
    "x86_64-unknown-l4re-uclibc",
    "xtensa-esp32-espidf",
    "xtensa-esp32-none-elf",
    "xtensa-esp32s2-espidf",
    "xtensa-esp32s2-none-elf",
    "xtensa-esp32s3-espidf",
    "xtensa-esp32s3-none-elf",
];

/// The linkers that the specifications of the targets name. Most name none.
fn specified() -> BTreeMap<String, String> {
    let text = ask(&["-Zunstable-options", "--print", "all-target-specs-json"]);
    let specifications: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).expect("rustc prints its specifications as JSON");
    let named = specifications
        .into_iter()
        .filter_map(|(triple, specification)| Some((triple, specification.get("linker")?.as_str()?.to_owned())));
    named.collect()
}

#[test]
fn every_default_is_what_rustc_starts() {
    let (triples, specified, minor) = (triples(), specified(), minor());
    let (mut differences, mut compared, mut not_linked) = (Vec::new(), 0, Vec::new());
    for triple in &triples {
        let default = default_linker(triple);
        if specified.get(triple).is_some_and(|linker| default.as_ref() != Some(linker)) {
            differences.push(format!("{triple}: {:?} by its specification, {default:?} for us", specified[triple]));
        }
        compared += usize::from(specified.contains_key(triple));
    }
    let asked: Vec<&String> = triples.iter().step_by(share()).collect();
    let answers = about_all(&asked, |triple| link(triple, &[]));
    for (triple, answer) in asked.iter().zip(answers) {
        let Some(ours) = linking(triple, None, &[], minor) else {
            differences.push(format!("{triple}: we know no linker, and for rustc it is {answer:?}"));
            continue;
        };
        match answer {
            Ok(started) => {
                compared += 1;
                if (&ours.program, ours.style) != (&started.program, started.style()) {
                    differences.push(format!("{triple}: {ours:?} for us, and rustc starts {started:?}"));
                }
            }
            Err(words) => {
                assert!(
                    specified.contains_key(*triple) && NEVER_LINKED.contains(&triple.as_str()),
                    "{triple}: {words}"
                );
                not_linked.push(triple);
            }
        }
    }
    println!("{} targets, {} links asked for, {compared} comparisons", triples.len(), asked.len());
    println!("rustc does not come to link for {not_linked:?}");
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
    assert!(triples.len() > 300 && compared > 150 + 300 / share() - 20, "too little was compared");
}

/// The rule of build scripts that calls a linker missing names no target that has one of its own.
#[test]
fn build_scripts_miss_a_linker_only_where_rustc_takes_the_hosts() {
    let named: Vec<String> = triples().into_iter().filter(|it| rules::takes_hosts_linker(it)).collect();
    assert!(named.len() > 50, "{named:?}");
    let has_one = |triple: &&String| default_linker(triple).as_deref() != Some("cc");
    assert_eq!(named.iter().filter(has_one).collect::<Vec<_>>(), [""; 0]);
}
