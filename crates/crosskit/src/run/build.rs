//! The cargo call that builds one cell, or several at once.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::Context;
use super::built::Made;
use crate::sh::{Ended, Line, OnInterrupt};

/// A cargo call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The cells that it builds, by their place in the plan.
    pub cells: Vec<usize>,
    /// What cargo is told.
    pub arguments: Vec<String>,
    /// Variables besides those of the whole plan.
    pub environment: BTreeMap<String, String>,
}

/// What is heard of a call.
#[derive(Debug)]
pub enum Heard {
    /// The command, as it is started.
    Started(String),
    /// What cargo made.
    Made(Made),
    /// Words for the user.
    Words(String),
}

/// Calls cargo, and passes on what it says.
///
/// # Errors
/// cargo cannot be started.
pub fn build(
    context: &Context,
    call: &Call,
    slots: Option<(&'static str, OsString)>,
    hear: &dyn Fn(Heard),
) -> Result<Ended, String> {
    let (mut arguments, jobs) = match &slots {
        Some(_) => without_jobs(&call.arguments),
        None => (call.arguments.clone(), None),
    };
    let ansi = if context.colour == "always" { ",json-diagnostic-rendered-ansi" } else { "" };
    arguments.push(format!("--message-format=json{ansi}"));
    // Documentation tests are told apart by what cargo says, so this call alone can be quiet.
    arguments.extend(context.quiet.then(|| "--quiet".to_owned()));
    hear(Heard::Started(format!("cargo {}", crosskit_core::explain::command(&arguments))));
    let mut command = context.cargo_command(&call.environment, &arguments);
    command.env("CARGO_TERM_COLOR", context.colour);
    command.envs(slots);
    command.envs(jobs.map(|jobs| ("CARGO_BUILD_JOBS", jobs)));
    let cells = call.cells.iter().filter_map(|at| context.plan.cells.get(*at));
    let triples: Vec<&str> = cells.map(|cell| cell.triple.as_str()).collect();
    context.sh.supervise_apart(command, OnInterrupt::Ask, |line| match line {
        Line { error: true, text } => hear(Heard::Words(text)),
        Line { error: false, text } => {
            if let Some(made) = Made::read(&text, context, &triples) {
                hear(Heard::Made(made));
            }
        }
    })
}

/// Beside slots that it is told of, cargo warns of `--jobs`; the variable says the same.
fn without_jobs(arguments: &[String]) -> (Vec<String>, Option<String>) {
    let Some(at) = arguments.iter().position(|argument| argument == "--jobs") else {
        return (arguments.to_vec(), None);
    };
    let (before, after) = arguments.split_at(at);
    let jobs = after.get(1).cloned();
    (before.iter().chain(after.iter().skip(2)).cloned().collect(), jobs)
}
