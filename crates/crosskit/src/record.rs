//! Makes the record of a run, and reads those of others.

use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crosskit_core::doctor::Checkup;
use crosskit_core::emulation::Way;
use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding};
use crosskit_core::plan::Division;
use crosskit_core::record::{self, Cell, Command, Load, Named, Part, Record, SCHEMA, Tool, utc};

use crate::apply;
use crate::results::{CellResult, Suite};

/// As much of what a suite printed is kept.
const OUTPUT: usize = 256 * 1024;

/// How a run began.
#[derive(Clone, Debug)]
pub struct Began {
    /// When, for what is measured.
    pub moment: Instant,
    /// When, in UTC.
    pub started: String,
    /// What it was asked for: the arguments behind the word `cross`.
    pub arguments: Vec<String>,
}

impl Began {
    /// Now.
    pub fn now(arguments: Vec<String>) -> Began {
        // Before 1970 no clock is right.
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs());
        Began { moment: Instant::now(), started: utc(seconds), arguments }
    }
}

/// What is known of a run beside its cells.
#[derive(Debug)]
pub struct Around<'a> {
    /// How it began.
    pub began: &'a Began,
    /// The host triple.
    pub host: &'a str,
    /// How many compilers and tests might run at once.
    pub slots: usize,
    /// What was looked for: what the targets share, then what each needs.
    pub checkups: &'a [Checkup],
    /// What was started, and what the slots were used for.
    pub timeline: (Vec<Command>, Load),
    /// What there is to say of no cell.
    pub findings: Vec<record::Finding>,
    /// How the matrix was divided, if it was.
    pub division: Option<&'a Division>,
    /// The commit that was built.
    pub commit: Option<String>,
    /// How it ended.
    pub exit: Exit,
}

/// The record of a run.
pub fn of_run(around: Around, results: &[CellResult]) -> Record {
    let Around { began, host, slots, checkups, timeline: (commands, load), findings, division, commit, exit } = around;
    let part = Part {
        shard: division.map(|it| it.shard),
        host: host.to_owned(),
        arguments: began.arguments.clone(),
        started: began.started.clone(),
        seconds: began.moment.elapsed().as_secs_f64(),
        slots,
        exit_code: exit.code(),
        tools: tools(checkups),
        commands,
        load,
        findings,
        cells_of_all_shards: division.map(|it| it.cells.clone()).unwrap_or_default(),
    };
    Record::new(commit, vec![part], results.iter().map(cell).collect())
}

fn tools(checkups: &[Checkup]) -> Vec<Tool> {
    let of = |(at, checkup): (usize, &Checkup)| {
        // The first group is what all of them share.
        let target = (at > 0).then(|| checkup.target.clone());
        let found = checkup.tools.iter().filter(|tool| tool.found);
        let tool = move |tool: &crosskit_core::doctor::Tool| Tool {
            target: target.clone(),
            kind: tool.kind.to_owned(),
            name: tool.name.clone(),
            version: tool.version.clone(),
        };
        found.map(tool).collect::<Vec<_>>()
    };
    checkups.iter().enumerate().flat_map(of).collect()
}

fn cell(result: &CellResult) -> Cell {
    Cell {
        target: result.triple.clone(),
        name: result.name.clone(),
        part: 0,
        rung: result.rung.map(|rung| rung.as_str().to_owned()),
        verdict: result.verdict,
        stopped_by: result.stopped_by.clone(),
        tests: result.counts(),
        seconds: result.seconds,
        stand_in: result.stand_in.clone(),
        runner: result.runner.clone(),
        emulation: result.emulation.map(|way: Way| way.as_str().to_owned()),
        verified: result.verified,
        findings: result.findings.iter().map(record::Finding::from).collect(),
        suites: result.suites.iter().map(suite).collect(),
    }
}

fn suite(suite: &Suite) -> record::Suite {
    let row = record::Suite {
        package: suite.package.clone(),
        name: suite.name.clone(),
        kind: suite.kind.as_str().to_owned(),
        host: suite.host,
        machine: suite.machine.clone(),
        verdict: suite.verdict.as_str().to_owned(),
        status: suite.status.clone(),
        counts: suite.counts,
        seconds: suite.seconds,
        tests: suite.tests.clone(),
        output: None,
    };
    let is_kept = !row.passed() || suite.bench;
    record::Suite { output: is_kept.then(|| shortened(&suite.output)), ..row }
}

/// The beginning and the end of what was printed, where it is more than is kept.
fn shortened(output: &str) -> String {
    if output.len() <= OUTPUT {
        return output.to_owned();
    }
    let (mut begin, mut end) = (OUTPUT / 4, output.len() - OUTPUT * 3 / 4);
    while !output.is_char_boundary(begin) {
        begin -= 1;
    }
    while !output.is_char_boundary(end) {
        end += 1;
    }
    let (first, last) = (output.get(..begin).unwrap_or_default(), output.get(end..).unwrap_or_default());
    format!("{first}\n... {} bytes are left out here ...\n{last}", end - begin)
}

/// Reads a record.
///
/// # Errors
/// The file is not there, is no record, or is of a schema that is not known here.
pub fn read(path: &Path) -> Result<Record, Box<Finding>> {
    let name = path.display();
    let unreadable = |why: String| Box::new(Finding::error(Code::ReportUnreadable, why));
    let text = apply::read(path)?.ok_or_else(|| {
        let finding = unreadable(format!("`{name}` is not there"));
        Box::new(finding.hint("it is written by every run: cargo xtask cross TARGET"))
    })?;
    #[derive(serde::Deserialize)]
    struct Head {
        schema: u64,
        #[serde(default)]
        crosskit: Option<String>,
    }
    // A file that ends in the middle says so here as well as below.
    let head: Head = serde_json::from_str(&text).map_err(|why| unreadable(format!("`{name}` is no report: {why}")))?;
    if head.schema != u64::from(SCHEMA) {
        let by = head.crosskit.map(|version| format!(", as crosskit {version} writes it")).unwrap_or_default();
        let why = format!("`{name}` is a report of schema {}{by}; this is {SCHEMA}", head.schema);
        return Err(Box::new(unreadable(why).hint("read it with the version that wrote it")));
    }
    let said: Record =
        serde_json::from_str(&text).map_err(|why| unreadable(format!("`{name}` is no report: {why}")))?;
    // The sums are those of what is there, whatever somebody edited.
    let Record { crosskit, commit, parts, cells, .. } = said;
    Ok(Record { crosskit, ..Record::new(commit, parts, cells) })
}

/// Reads several, and says of all that cannot be read why.
///
/// # Errors
/// One of them cannot be read.
pub fn read_all<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<Vec<Named>, Vec<Finding>> {
    let (mut named, mut findings) = (Vec::new(), Vec::new());
    for path in paths {
        match read(path) {
            Ok(record) => named.push(Named { path: path.display().to_string(), record }),
            Err(finding) => findings.push(*finding),
        }
    }
    if findings.is_empty() { Ok(named) } else { Err(findings) }
}

/// The file's text.
pub fn text(record: &Record) -> String {
    // Plain structures of numbers and text have no way to fail.
    serde_json::to_string_pretty(record).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_much_output_the_beginning_and_the_end_are_kept() {
        let long = format!("first{}last", "ü".repeat(OUTPUT));
        let kept = shortened(&long);
        assert!(kept.len() < OUTPUT + 100 && kept.starts_with("first") && kept.ends_with("last"));
        assert!(kept.contains(" bytes are left out here "));
        assert_eq!(shortened("short"), "short");
    }
}
