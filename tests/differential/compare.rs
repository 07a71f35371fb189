//! Holds what the kit says against what Cargo did.

use crate::cargo::{STARTED, Seen};
use crate::kit::Answer;
use crate::trouble::PANIC;

/// Every difference, in words; none if both agree.
pub fn differences(kit: &Answer, cargo: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    match &cargo.trouble {
        Some(trouble) if trouble.kind == PANIC && kit.may_panic => return found,
        Some(trouble) if !kit.troubles.contains(trouble) => {
            found.push(format!("cargo stops: {trouble:?}\nthe kit sees: {:?}\n{}", kit.troubles, cargo.stderr));
        }
        Some(_) => {}
        None if !kit.troubles.is_empty() => {
            found.push(format!("cargo builds everything, and the kit sees {:?}", kit.troubles));
        }
        None => {}
    }
    if cargo.trouble.is_some() || !found.is_empty() {
        return found;
    }
    for (fact, seen) in &cargo.facts {
        match kit.facts.get(fact) {
            Some(told) if told.contains(seen) => {}
            told => found.push(format!("{fact}\n  cargo: {seen}\n  kit: {told:?}")),
        }
    }
    for (fact, told) in &kit.facts {
        // Where a runner is missing, what it gets cannot be seen.
        if !cargo.facts.contains_key(fact) && !fact.starts_with(STARTED) {
            found.push(format!("{fact}\n  cargo: not there\n  kit: {told:?}"));
        }
    }
    found
}
