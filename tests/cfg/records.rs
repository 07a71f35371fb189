//! The recorded cfgs are what rustc prints.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crosskit_tests::cfgs::{DIRECTORY, record, triples};
use crosskit_tests::{expect, recorded_cfgs, repository};

use crate::rustc::{printed, version};

/// A target that only Alpine's own rustc knows. Alpine makes it of Rust's target for musl, with another vendor and
/// without static linking by default, which the question does not ask for anyway.
/// Source: Alpine's package of rust, `alpine-target.patch`.
const ALPINE: (&str, &str) = ("x86_64-alpine-linux-musl", "x86_64-unknown-linux-musl");

/// What to do about a difference.
const IF_NEW: &str = "if this rustc is new here, look at the difference and record it";

/// What rustc prints now.
fn current(triple: &str) -> Result<String, String> {
    if triple != ALPINE.0 {
        return printed(triple, &[]);
    }
    let base = printed(ALPINE.1, &[])?;
    let (base_vendor, vendor) = ("target_vendor=\"unknown\"", "target_vendor=\"alpine\"");
    if base.contains(base_vendor) { Ok(base.replace(base_vendor, vendor)) } else { Err(format!("no {base_vendor}")) }
}

#[test]
fn every_record_is_what_rustc_prints() {
    let version = version();
    let mut complaints = Vec::new();
    for triple in triples().expect("the catalogue and the machines can be read") {
        let path = record(&triple);
        let shown = path.display().to_string();
        let now = match current(&triple) {
            Ok(now) => now,
            Err(words) => {
                complaints.push(format!("{version} prints no cfgs for {triple}: {words}"));
                continue;
            }
        };
        let recorded = recorded_cfgs(&triple);
        if let Some(words) = expect::file(&repository::root().join(&path), &shown, recorded.as_deref(), &now) {
            complaints.push(match recorded {
                Some(_) => format!("{version} prints other cfgs for {triple} than were recorded; {IF_NEW}\n{words}"),
                None => words,
            });
        }
    }
    expect::nothing_wrong(&complaints);
}

#[test]
fn every_record_is_of_a_row_or_a_host() {
    let wanted = triples().expect("the catalogue and the machines can be read");
    let wanted: BTreeSet<PathBuf> = wanted.iter().map(|triple| record(triple)).collect();
    let files = repository::tracked_files().into_iter().filter(|path| path.starts_with(DIRECTORY));
    assert_eq!(files.collect::<BTreeSet<_>>(), wanted);
}

#[test]
fn a_triple_without_a_record_has_none() {
    assert_eq!(recorded_cfgs("x86_64-unknown-none-such"), None);
    let recorded = recorded_cfgs("aarch64-unknown-linux-musl").expect("a row of the catalogue is recorded");
    assert!(recorded.lines().any(|line| line == "target_env=\"musl\""), "{recorded}");
}
