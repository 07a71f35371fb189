//! What the cores did in the time of a run.

use super::{Page, code, text};
use crate::listing::counted;
use crate::record::{Command, Part, Record};

/// The most rows of processes side by side.
const LANES: usize = 64;

/// Pixels of a row.
const ROW: usize = 20;

pub(super) fn write(page: &mut Page, record: &Record) {
    if record.parts.iter().all(|part| part.commands.is_empty()) {
        return;
    }
    page.always("<section id=\"timeline\">\n<h2>What the cores did</h2>\n");
    let mut left_out = 0;
    for part in &record.parts {
        let shard = part.shard.map(|shard| format!(", shard {shard}")).unwrap_or_default();
        let head = format!(
            "<h3>{:.1} s on {}, {}{shard}</h3>\n",
            part.seconds,
            code(&part.host),
            counted(part.slots, "core", "cores")
        );
        if !page.push(&head) {
            left_out += 1;
            continue;
        }
        if !part.load.cargo.is_empty() && part.slots > 0 {
            page.push(&load(part));
        }
        processes(page, part);
    }
    page.left_out(left_out, ["run", "runs"]);
    page.always("</section>\n");
}

/// A number for a picture.
#[expect(clippy::cast_precision_loss, reason = "a picture has few points")]
fn number(count: usize) -> f64 {
    count as f64
}

/// What the slots were used for, as shares of all that there were, and as a picture.
fn load(part: &Part) -> String {
    let load = &part.load;
    let steps = load.cargo.len();
    let at = |of: &[f64], step: usize| of.get(step).copied().filter(|it| it.is_finite()).unwrap_or_default().max(0.0);
    // Where processes could not be looked at, nothing is known of linkers.
    let knows_links = load.link.is_some();
    let links = load.link.as_deref().unwrap_or_default();
    let of_step = |step: usize| {
        let link = at(links, step).min(at(&load.cargo, step));
        [at(&load.cargo, step) - link, link, at(&load.tests, step)]
    };
    let all: Vec<[f64; 3]> = (0..steps).map(of_step).collect();
    let whole = (number(part.slots) * part.seconds).max(f64::MIN_POSITIVE);
    let share = |which: usize| all.iter().map(|it| it[which]).sum::<f64>() * load.step / whole * 100.0;
    let [compile, link, run] = [share(0), share(1), share(2)].map(|it| it.min(100.0));
    let idle = (100.0 - compile - link - run).max(0.0);
    let key = |class: &str, word: &str, share: f64| {
        format!("<li><span class=\"key {class}\"></span> {word} {share:.0} %</li>\n")
    };
    let mut keys = Vec::new();
    if knows_links {
        keys.extend([key("compile", "compile", compile), key("link", "link", link)]);
    } else {
        keys.push(key("compile", "compile and link, which are not told apart on this host", compile));
    }
    keys.extend([key("run", "run tests", run), key("idle", "idle", idle)]);
    // From the back to the front, each as high as all that stand below it.
    let area = |class: &str, count: usize| {
        let mut path = "M0 100".to_owned();
        for (step, it) in all.iter().enumerate() {
            let height = it.iter().take(count).sum::<f64>() / number(part.slots) * 100.0;
            path.push_str(&format!("V{:.1}H{}", (100.0 - height).max(0.0), step + 1));
        }
        format!("<path class=\"{class}\" d=\"{path}V100Z\"/>\n")
    };
    format!(
        "<ul class=\"keys\">\n{}</ul>\n\
         <svg class=\"load\" role=\"img\" aria-label=\"Use of the cores over time; the shares stand above\" width=\"100%\" height=\"120\" \
         viewBox=\"0 0 {steps} 100\" preserveAspectRatio=\"none\">\n{}{}{}</svg>\n{}",
        keys.concat(),
        area("run", 3),
        area("link", 2),
        area("compile", 1),
        scale(number(steps) * load.step)
    )
}

/// Seconds along the picture.
fn scale(seconds: f64) -> String {
    let mut step = 0.1;
    for next in [0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 3_600.0, 36_000.0] {
        if seconds / step > 8.0 {
            step = next;
        }
    }
    let mut marks = String::new();
    for mark in 0..9 {
        let at = number(mark) * step;
        // There must be room for its text before the end.
        if at < seconds * 0.96 {
            let place = at / seconds * 100.0;
            marks.push_str(&format!("<text x=\"{place:.2}%\" y=\"13\">{}</text>", moment(at)));
        }
    }
    format!("<svg class=\"scale\" aria-hidden=\"true\" width=\"100%\" height=\"18\">{marks}</svg>\n")
}

fn moment(seconds: f64) -> String {
    if seconds >= 120.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{} s", (seconds * 10.0).round() / 10.0)
    }
}

/// Each process: as a bar for the eye, and as a row of a table for everybody.
fn processes(page: &mut Page, part: &Part) {
    let whole = part.commands.iter().map(|it| it.started + it.seconds).fold(part.seconds, f64::max).max(0.001);
    let mut ends: Vec<f64> = Vec::new();
    let mut placed: Vec<(usize, &Command)> = Vec::new();
    let mut hidden = 0;
    for command in &part.commands {
        let lane = ends.iter().position(|end| *end <= command.started);
        let lane = lane.or_else(|| (ends.len() < LANES).then_some(ends.len()));
        let Some(lane) = lane else {
            hidden += 1;
            continue;
        };
        let end = command.started + command.seconds;
        match ends.get_mut(lane) {
            Some(last) => *last = end,
            None => ends.push(end),
        }
        placed.push((lane, command));
    }
    let before = format!("<svg class=\"bars\" aria-hidden=\"true\" width=\"100%\" height=\"{}\">\n", ends.len() * ROW);
    let bars = placed.iter().map(|(lane, command)| bar(*lane, command, whole));
    page.all([&before, "</svg>\n"], bars, ["bar", "bars"]);
    if hidden > 0 {
        page.push(&format!("<p class=\"aside\">Not drawn: {}.</p>\n", counted(hidden, "process", "processes")));
    }
    let rows = part.commands.iter().map(|command| {
        format!(
            "<tr><td class=\"number\">{:.2}<td class=\"number\">{:.2}<td>{}<td>{}<td>{}<td>{}\n",
            command.started,
            command.seconds,
            text(&command.kind),
            code(&command.what),
            cells(command).map(|it| code(it)).collect::<Vec<_>>().join(", "),
            code(&command.line)
        )
    });
    let before = format!(
        "<details><summary>{}, as a table</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Processes\">\n<table>\n\
         <thead><tr><th scope=\"col\">began at second<th scope=\"col\">took seconds<th scope=\"col\">kind\
         <th scope=\"col\">what<th scope=\"col\">for<th scope=\"col\">command line</thead>\n<tbody>\n",
        counted(part.commands.len(), "process", "processes")
    );
    page.all([&before, "</tbody>\n</table>\n</div>\n</details>\n"], rows, ["process", "processes"]);
}

/// The first of the cells that it worked for: one call may build for all.
fn cells(command: &Command) -> impl Iterator<Item = &String> {
    command.cells.iter().take(50)
}

fn bar(lane: usize, command: &Command, whole: f64) -> String {
    let [place, width] = [command.started, command.seconds].map(|it| it / whole * 100.0);
    let cells = match command.cells.as_slice() {
        [] => String::new(),
        [one] => format!(", {}", text(one)),
        [first, others @ ..] => format!(", {} and {} more", text(first), others.len()),
    };
    let class = match command.kind.as_str() {
        "build" => "compile",
        "test" | "doc" => "run",
        _ => "idle",
    };
    let title = format!("{} {}{cells}", text(&command.kind), text(&command.what));
    let label = if width > 3.0 { format!("<text x=\"4\" y=\"13\">{title}</text>") } else { String::new() };
    format!(
        "<svg x=\"{place:.2}%\" y=\"{}\" width=\"{:.2}%\" height=\"{}\"><title>{title}: {:.2} s</title>\
         <rect class=\"{class}\" width=\"100%\" height=\"100%\"/>{label}</svg>\n",
        lane * ROW,
        width.max(0.1),
        ROW - 2,
        command.seconds
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_a_few_marks() {
        for tenths in [1, 5, 17, 99, 301, 1_000, 4_444, 36_000, 999_999] {
            let scale = scale(f64::from(tenths) / 10.0);
            let marks = scale.matches("<text").count();
            assert!((1..=9).contains(&marks) && scale.contains(">0 s<"), "{tenths}: {scale}");
        }
    }
}
