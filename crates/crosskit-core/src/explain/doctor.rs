//! The tools of targets, a line each, and what came of the trials.

use crate::doctor::{Checkup, Tool};
use crate::render::{self, Style};
use crate::survey::Standing;
use crate::trial::Trial;

/// Every tool, grouped by target; the first group is what all of them share.
pub fn checkups(checkups: &[Checkup], style: Style) -> String {
    let tools = checkups.iter().flat_map(|checkup| &checkup.tools);
    let table = render::table(&tools.map(row).collect::<Vec<_>>());
    let mut lines = table.lines();
    let mut text = String::new();
    for (at, checkup) in checkups.iter().enumerate() {
        let heading = match at {
            0 => format!("{}, this computer", checkup.target),
            _ => checkup.target.clone(),
        };
        text.push_str(&format!("{}{}\n", if at == 0 { "" } else { "\n" }, style.strong(&heading)));
        text.extend(checkup.notes.iter().map(|notes| format!("  note: {notes}\n")));
        for (tool, line) in checkup.tools.iter().zip(lines.by_ref()) {
            let (state, rest) = line.split_at(state(tool).len());
            let state = if tool.found { style.good(state) } else { style.bad(state) };
            text.push_str(&format!("  {state}{rest}\n"));
            if !tool.notes.is_empty() {
                text.push_str(&format!("           {}\n", tool.notes.join("; ")));
            }
        }
    }
    text
}

fn state(tool: &Tool) -> &'static str {
    if tool.found { "found" } else { "missing" }
}

fn row(tool: &Tool) -> Vec<String> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let by = tool.named_by.iter().map(|name| format!("named by {name}"));
    let how: Vec<String> = tool.how.iter().cloned().chain(by).collect();
    let how = if how.is_empty() { "-".to_owned() } else { how.join(", ") };
    vec![
        state(tool).to_owned(),
        tool.kind.to_owned(),
        tool.name.clone(),
        or_dash(&tool.version),
        how,
        // The longest comes last, so that it pushes nothing aside.
        or_dash(&tool.path),
    ]
}

/// Every target in one line: how far this machine takes it, and what is missing for the rest.
pub fn standings(standings: &[Standing]) -> String {
    let head = ["target", "here", "missing"].map(str::to_owned).to_vec();
    let rows = standings.iter().map(|it| vec![it.target.clone(), it.reach.unwrap_or("-").to_owned(), missing(it)]);
    let text = render::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>());
    format!("{text}\n{}", super::targets::counts(standings))
}

fn missing(it: &Standing) -> String {
    let needs = it.needs.iter().map(|needs| format!("needs {needs}"));
    let all: Vec<String> = it.missing.iter().cloned().chain(needs).collect();
    if all.is_empty() { "-".to_owned() } else { all.join(", ") }
}

/// What came of each trial, a line each.
pub fn trials(trials: &[Trial]) -> String {
    let rows: Vec<Vec<String>> = trials.iter().map(trial).collect();
    render::table(&rows)
}

fn trial(it: &Trial) -> Vec<String> {
    let what = match (it.broke, &it.not_run, it.threads) {
        (Some(stage), ..) => format!("broke at `{}`", stage.as_str()),
        (None, Some(why), _) => why.clone(),
        (None, None, Some(0)) => "compiled, linked and ran; the target has no threads".to_owned(),
        (None, None, count) => format!("compiled, linked and ran with {} threads", count.unwrap_or_default()),
    };
    let run = it.run_seconds.map(|seconds| format!(", run {seconds:.2} s")).unwrap_or_default();
    vec![
        "trial".to_owned(),
        it.target.clone(),
        what,
        format!("build {:.2} s{run}", it.build_seconds),
        it.runner.clone(),
    ]
}
