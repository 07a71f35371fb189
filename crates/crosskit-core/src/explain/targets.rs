//! The table of targets.

use crate::render;
use crate::survey::Standing;

/// How many columns a runner may take: boards have long command lines, which `explain` shows whole.
const RUNNER: usize = 40;

/// Every target, how it is linked and run, and how far this machine takes it.
pub fn targets(standings: &[Standing]) -> String {
    let head = ["target", "aliases", "tier", "provider", "here", "runner", "missing"].map(str::to_owned).to_vec();
    let rows = standings.iter().map(row);
    let mut text = render::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>());
    text.push('\n');
    text.push_str(&counts(standings));
    text
}

/// How many targets get how far.
pub(super) fn counts(standings: &[Standing]) -> String {
    let reach = |rung: &str| standings.iter().filter(|it| it.reach == Some(rung)).count();
    let counts = ["run", "verify", "check"].map(|rung| format!("{} reach `{rung}`", reach(rung)));
    format!("{} targets: {} here\n", standings.len(), counts.join(", "))
}

fn row(it: &Standing) -> Vec<String> {
    let mut runner: String = it.runner.chars().take(RUNNER).collect();
    if runner.len() < it.runner.len() {
        runner.push('…');
    }
    let missing = match (&it.needs, it.missing.as_slice()) {
        (Some(needs), _) => needs.clone(),
        (None, []) => "-".to_owned(),
        (None, missing) => missing.join(", "),
    };
    vec![
        it.target.clone(),
        it.aliases.join(", "),
        it.tier.to_string(),
        it.provider.to_owned(),
        it.reach.unwrap_or("-").to_owned(),
        runner,
        missing,
    ]
}
