//! Which cells one cargo call builds, and why others have a call of their own.

use crate::listing::counted;
use crate::plan::{Apart, Division, Group, Plan, Split};

use super::{cell, command};

/// How many triples stand for a group where it is one of two.
const NAMED: usize = 3;

/// Every group with its call and its cells, then what is kept apart.
pub(super) fn groups(plan: &Plan) -> String {
    let mut text = String::new();
    for group in &plan.groups {
        let shares = group.cells.len() > 1;
        if shares {
            let variables: String = group.environment.iter().map(|(name, value)| format!("{name}={value} ")).collect();
            let call = format!("    {variables}cargo {}\n", command(&group.build));
            text.push_str(&format!("\none call of cargo for {} targets:\n{call}", group.cells.len()));
        }
        text.extend(group.cells.iter().filter_map(|place| plan.cells.get(*place)).map(|it| cell(it, shares)));
    }
    let splits: Vec<String> = plan.splits.iter().filter_map(|it| split(plan, it)).collect();
    if !splits.is_empty() {
        text.push_str("\nkept apart:\n");
        text.extend(splits.iter().map(|it| format!("    {it}\n")));
    }
    text
}

/// How a matrix is divided: which part this is, by what, and how even the parts are.
pub fn division(division: &Division) -> String {
    let Division { shard, cells, own, known, .. } = division;
    let by = match *known {
        0 => "by their number".to_owned(),
        known if known == cells.len() => "by how long they took".to_owned(),
        known => format!("by how long {known} of them took"),
    };
    let longest = division.imbalance();
    format!(
        "shard {shard}: {own} of {}, {by}; the longest shard is {longest:.2} × the mean",
        counted(cells.len(), "cell", "cells")
    )
}

/// Why two groups are no one; `None` for one that the plan does not have, and where their names or their rungs say it
/// already.
pub fn split(plan: &Plan, split: &Split) -> Option<String> {
    let first = |group: usize| plan.groups.get(group)?.cells.first().and_then(|place| plan.cells.get(*place));
    let (here, there) = (first(split.group)?, first(split.from)?);
    let is_plain = here.variant == there.variant && here.reach == there.reach && here.reach.is_some();
    if !is_plain && matches!(split.why, Apart::Options | Apart::Packages) {
        return None;
    }
    let (group, from) = (name(plan, plan.groups.get(split.group)?), name(plan, plan.groups.get(split.from)?));
    let why = match &split.why {
        Apart::Packages => "other packages".to_owned(),
        Apart::Options => "other options of cargo".to_owned(),
        Apart::Variable(name) => format!("another value of {name}"),
        Apart::Feature { package, feature, with, without, for_host } => {
            let whose = if *for_host { " in what the host runs" } else { "" };
            match with {
                Some(with) => format!(
                    "`{package}`{whose} has the feature `{feature}` for {with} and not for {without}, and cargo would turn \
                     it on for both"
                ),
                None => format!("cargo would turn on the feature `{feature}` of `{package}`{whose} for {without}"),
            }
        }
        Apart::Units(Some(package)) => format!("cargo would build `{package}` in another way"),
        Apart::Units(None) => "cargo would build something in another way".to_owned(),
        Apart::NotProven(why) => format!("it is not certain that one call builds the same: {why}"),
    };
    Some(format!("{group} from {from}: {why}"))
}

fn name(plan: &Plan, group: &Group) -> String {
    let cells = group.cells.iter().filter_map(|place| plan.cells.get(*place));
    let mut names: Vec<&str> = cells.take(NAMED + 1).map(|cell| cell.name.as_str()).collect();
    let more = group.cells.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
