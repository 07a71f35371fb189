//! Which targets a command is about, and the variants of each.

use std::collections::BTreeSet;

use crate::finding::{Code, Finding, Origin};
use crate::matrix::{self, Expansion, MOST, Named, TooMany, Variants};
use crate::policy::Policy;
use crate::settings::{Axes, Varied, Way};
use crate::target::{Catalogue, Row};

use super::cell::Target;
use super::{Input, Prepared, Request, ladder};

/// The word that means every target of the catalogue.
pub const ALL: &str = "all";

/// The names on the command line that mean no target, or more than one: nothing else needs to be looked at to say so.
pub fn unknown_targets(request: &Request, catalogue: &Catalogue, host: &str) -> Vec<Finding> {
    let names = request.targets.iter().filter(|name| !means_all(request, name));
    names.filter_map(|name| catalogue.resolve(name, host).err()).map(|finding| *finding).collect()
}

/// What only looks, or writes a policy, is about targets that somebody wants.
fn means_all(request: &Request, name: &str) -> bool {
    request.builds && name == ALL
}

/// The targets, each once and in the order in which they are named, with the axes of each.
pub(super) fn rows<'a>(input: &Input<'a>, prepared: &mut Prepared) -> Vec<(Row, Vec<&'a Axes>)> {
    let request = input.request;
    let mut rows: Vec<(Row, Vec<&Axes>)> = Vec::new();
    let mut add = |row: Row, axes: &'a Axes| match rows.iter_mut().find(|(known, _)| known.triple == row.triple) {
        Some((_, known)) if known.iter().any(|it| std::ptr::eq(*it, axes)) => {}
        Some((_, known)) => known.push(axes),
        None => rows.push((row, vec![axes])),
    };
    let mut add_names = |names: &[String], axes: &'a Axes| {
        for name in names {
            if means_all(request, name) {
                input.catalogue.rows().iter().for_each(|row| add(row.clone(), axes));
                continue;
            }
            match input.catalogue.resolve(name, &input.machine.host) {
                Ok(row) => add(row, axes),
                Err(finding) => prepared.usage.push(*finding),
            }
        }
    };
    match &request.matrices {
        None => add_names(&request.targets, &request.axes),
        Some(names) => {
            let unknown = matrix::unknown(names, input.settings);
            let matrices = input.settings.matrices().iter();
            let wanted = matrices.filter(|(name, _)| names.is_empty() || names.contains(name));
            wanted.for_each(|(_, axes)| add_names(&axes.targets, axes));
            prepared.usage.extend(unknown.into_iter().map(|finding| finding.at(Origin::CommandLine)));
        }
    }
    rows
}

/// The targets with their variants.
pub(super) fn with_variants<'a>(
    input: &Input<'a>,
    rows: &'a [(Row, Vec<&'a Axes>)],
    prepared: &mut Prepared,
) -> Vec<Target<'a>> {
    let request = input.request;
    let mut targets: Vec<Target> = Vec::new();
    let mut cells = 0;
    for (row, of_row) in rows {
        let Input { catalogue, settings, workspace, machine, .. } = *input;
        let mut expansion = Expansion::new(row, catalogue, settings, workspace, &machine.host);
        expansion.benches = request.benches;
        for axes in of_row {
            let added = if request.matrices.is_some() {
                expansion.of_matrix(axes, MOST - cells)
            } else {
                let Request { packages, workspace, exclude, .. } = request;
                let named = Named { packages, workspace: *workspace, exclude, program: request.program.as_ref() };
                expansion.of_command_line(axes, named, MOST - cells)
            };
            if added == Err(TooMany) {
                prepared.usage.push(too_many(axes));
                return targets;
            }
        }
        let variants = expansion.done();
        cells += variants.variants.len();
        targets.push(Target { row, policy: Policy::of(row, settings), variants });
    }
    let mut seen: Vec<&Axes> = Vec::new();
    for axes in rows.iter().flat_map(|(_, axes)| axes).copied() {
        if !seen.iter().any(|it| std::ptr::eq(*it, axes)) {
            seen.push(axes);
            let own =
                rows.iter().zip(&targets).filter(|((_, of_row), _)| of_row.iter().any(|it| std::ptr::eq(*it, axes)));
            let own: Vec<&Variants> = own.map(|(_, target)| &target.variants).collect();
            if request.matrices.is_some() || axes.varied.is_some() {
                let unknown = matrix::unknown_features(axes, &own, input.workspace);
                prepared.usage.extend(unknown.into_iter().map(|it| it.at(axes.origin.clone())));
            }
        }
    }
    prepared.usage.extend(ladder::without_a_package(request, &targets));
    // Nobody asked for these by name, so that they need no policy either.
    targets.retain(|target| !request.best_effort || !target.is_empty());
    targets
}

/// The triples that a matrix is to be built for, where not for all of its own.
pub(super) fn only(input: &Input, targets: &[Target], prepared: &mut Prepared) -> BTreeSet<String> {
    let mut only = BTreeSet::new();
    for name in &input.request.only {
        match input.catalogue.resolve(name, &input.machine.host) {
            Ok(row) if targets.iter().any(|target| target.row.triple == row.triple) => drop(only.insert(row.triple)),
            Ok(row) => {
                let finding = Finding::error(Code::UnknownName, format!("no cell of the matrix is for {}", row.triple));
                let there: Vec<&str> = targets.iter().map(|target| target.row.triple.as_str()).collect();
                prepared.usage.push(finding.at(Origin::CommandLine).hint(format!("it has: {}", there.join(", "))));
            }
            Err(finding) => prepared.usage.push(*finding),
        }
    }
    only
}

fn too_many(axes: &Axes) -> Finding {
    let finding = Finding::error(Code::TooManyCells, format!("there are more than {MOST} cells"))
        .at(axes.origin.clone())
        .note("each is a build of its own");
    match &axes.varied {
        Some(Varied { way: Way::Powerset { .. }, .. }) => finding
            .hint("take fewer features together: `--depth 2`, or `depth = 2` in `crosskit.toml`")
            .hint("or leave some out: `--exclude-features a,b`, or `exclude-features = [\"a\", \"b\"]`"),
        _ => finding.hint("name fewer targets, features, profiles or packages"),
    }
}
