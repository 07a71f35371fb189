//! Runs cells side by side: one thread decides what is started next, and every process has a thread that looks after it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::Scope;
use std::time::{Duration, Instant};

use crosskit_core::finding::{Code, Finding};
use crosskit_core::libtest::Counts;
use crosskit_core::plan::{Cell, Rung};
use crosskit_core::render;
use crosskit_core::verdict::SuiteVerdict;

use super::build::{self, Call, Heard};
use super::built::{Artefact, Built, Made};
use super::cell::{Progress as Way, Stage, stop_of};
use super::slots::Slots;
use super::task::{Message, Running, Task};
use super::timeline::{Kind, Timeline};
use super::told::Told;
use super::{Context, Ran, Stop, archives, doc, left_over, start, suite, worker};
use crate::event::{Event, Moment, Progress};
use crate::results::Suite;
use crate::sh::Ended;

/// How often free slots are looked for while cargo may give one back.
const TICK: Duration = Duration::from_millis(20);

/// How often it is told what runs.
const MOMENT: Duration = Duration::from_millis(100);

struct Engine<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    context: &'env Context<'env>,
    progress: Progress<'env>,
    sender: Sender<Message>,
    slots: Slots,
    ways: Vec<Way<'env>>,
    calls: VecDeque<Call>,
    /// The call that cargo works on.
    building: Option<Call>,
    tasks: VecDeque<Task>,
    /// What runs, by a number of its own.
    running: BTreeMap<usize, Running>,
    /// How many were started.
    started: usize,
    /// The number of the call that cargo works on.
    call: usize,
    /// When everything was started, and ended.
    timeline: Timeline,
    /// The figures of what has ended.
    counts: Counts,
    /// What was told of the moment last.
    moment: Moment,
    /// When that was.
    told: Instant,
    /// Diagnostics that were shown: the same code is compiled for every target.
    shown: BTreeSet<String>,
    /// What build scripts tell in the present call.
    told_by_scripts: Told,
    /// Whether nothing new is started.
    halted: bool,
}

/// Runs every cell of the plan to the rung that it can reach, by these calls, with so many slots.
pub fn run(context: &Context, calls: Vec<Call>, slots: Slots, progress: Progress) -> (Vec<Ran>, Timeline) {
    std::thread::scope(|scope| {
        let (sender, messages) = mpsc::channel();
        let ways = context.plan.cells.iter().map(Way::new).collect();
        let mut engine = Engine {
            scope,
            context,
            progress,
            sender,
            slots,
            ways,
            calls: calls.into(),
            building: None,
            tasks: VecDeque::new(),
            running: BTreeMap::new(),
            started: 0,
            call: 0,
            timeline: Timeline::new(context.began),
            counts: Counts::default(),
            moment: Moment { cells: context.plan.cells.len(), ..Moment::default() },
            told: Instant::now(),
            shown: BTreeSet::new(),
            told_by_scripts: Told::default(),
            halted: false,
        };
        engine.leave_out();
        engine.work(&messages);
        let ran = engine.ways.into_iter().map(|Way { result, stop, program, .. }| Ran { result, stop, program });
        (ran.collect(), engine.timeline)
    })
}

impl<'scope, 'env> Engine<'scope, 'env> {
    /// What gets nowhere on this machine is done with.
    fn leave_out(&mut self) {
        for at in 0..self.ways.len() {
            if self.ways[at].cell.reach.is_none() {
                self.ways[at].stop(Stop::ToolMissing);
                self.finish(at);
            }
        }
    }

    fn work(&mut self, messages: &Receiver<Message>) {
        loop {
            self.start();
            self.timeline.slots(self.slots.in_use());
            if self.building.is_none() && self.running.is_empty() {
                break;
            }
            let wait = if self.tasks.is_empty() { MOMENT } else { TICK };
            match messages.recv_timeout(wait) {
                Ok(message) => self.hear(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            // What came at the same time is heard before anything new is started.
            while let Ok(message) = messages.try_recv() {
                self.hear(message);
            }
            if self.context.sh.is_interrupted() && !self.halted {
                self.halted = true;
                self.tell_interrupted();
            }
            self.tell_moment();
        }
        // What was never begun has its reason in what ended the others.
        let why = if self.context.sh.is_interrupted() { Stop::Interrupted } else { Stop::OthersFailed };
        for at in 0..self.ways.len() {
            if self.ways[at].stage != Stage::Done {
                self.ways[at].stop(why);
                self.finish(at);
            }
        }
    }

    /// Says what Ctrl-C meets: of what is in the middle there will be no result, nor of what waits.
    fn tell_interrupted(&self) {
        let cargo = self.building.iter().map(|_| "cargo");
        let mut words: Vec<&str> = cargo.chain(self.running.values().map(|it| it.words.as_str())).collect();
        let waiting = format!("{} not begun", self.tasks.len() + self.calls.len());
        words.extend((self.tasks.len() + self.calls.len() > 0).then_some(waiting.as_str()));
        if !words.is_empty() {
            (self.progress)(Event::Status("Stopping", &words.join(", ")));
        }
    }

    /// Tells what runs, from time to time.
    fn tell_moment(&mut self) {
        if self.told.elapsed() < MOMENT {
            return;
        }
        self.told = Instant::now();
        self.moment.done = self.ways.iter().filter(|way| way.stage == Stage::Done).count();
        let mut running: Vec<(String, Duration)> =
            self.running.values().map(|it| (it.words.clone(), it.since.elapsed())).collect();
        running.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        self.moment.running = running;
        self.moment.tests = self.counts;
        self.running.values().for_each(|it| self.moment.tests.add(it.counts));
        (self.progress)(Event::Moment(&self.moment));
    }

    /// Starts what may be started now.
    fn start(&mut self) {
        if self.halted {
            self.tasks.clear();
            self.calls.clear();
            return;
        }
        // Benches take turns with everything else, and come before the next call, which would build in their place.
        let benches = self.context.plan.cells.first().is_some_and(|cell| cell.benches);
        if !benches || self.tasks.is_empty() && self.running.is_empty() {
            self.start_call();
        }
        let mut waiting = std::mem::take(&mut self.tasks);
        while let Some(task) = waiting.pop_front() {
            let waits = match &task {
                // cargo would wait for the lock of the build, and the time limit would go on meanwhile.
                Task::Doc(_) => self.building.is_some(),
                Task::Suite(..) => benches && (self.building.is_some() || !self.running.is_empty()),
            };
            if !waits && self.slots.take() {
                self.spawn(task);
            } else {
                self.tasks.push_back(task);
            }
        }
    }

    /// Starts the next call, if nothing that is tested would be built anew: two cells of one target and profile have their
    /// programs in the same place.
    fn start_call(&mut self) {
        let Some(next) = self.calls.front().filter(|_| self.building.is_none()) else { return };
        let place = |way: &Way| (way.cell.triple.clone(), way.cell.profile_directory.clone());
        let places: BTreeSet<_> = next.cells.iter().map(|at| place(&self.ways[*at])).collect();
        let in_use = |way: &Way| way.stage == Stage::Testing && places.contains(&place(way));
        if self.ways.iter().any(in_use) || !self.slots.lend() {
            return;
        }
        let Some(call) = self.calls.pop_front() else { return };
        let names: Vec<&str> = call.cells.iter().map(|at| self.ways[*at].cell.name.as_str()).collect();
        let packages = call.cells.first().map(|at| self.ways[*at].cell.packages.join(", ")).unwrap_or_default();
        (self.progress)(Event::Status("Building", &format!("{} ({packages})", names.join(", "))));
        self.started += 1;
        self.call = self.started;
        self.timeline.begin(self.call, Kind::Build, names.into_iter().map(str::to_owned).collect(), &packages);
        let now = left_over::now(&self.context.metadata.build_directory);
        for at in &call.cells {
            self.ways[*at].begin();
            self.ways[*at].built.begin(now);
        }
        self.building = Some(call.clone());
        self.moment.cargo = Some(String::new());
        let (context, sender, slots) = (self.context, self.sender.clone(), self.slots.variable());
        let heard = sender.clone();
        let hear = move |said| drop(heard.send(Message::Heard(said)));
        worker::start(self.scope, sender, Message::Built, move || build::build(context, &call, slots, &hear));
    }

    fn spawn(&mut self, task: Task) {
        let (context, sender) = (self.context, self.sender.clone());
        self.started += 1;
        let number = self.started;
        let several = self.ways.len() > 1;
        let named = |cell: &Cell, what: &str| {
            let words = if several { format!("{} {what}", cell.name) } else { what.to_owned() };
            Running { words, since: Instant::now(), counts: Counts::default() }
        };
        match task {
            Task::Suite(cells, test) => {
                let Some(way) = cells.first().map(|at| &self.ways[*at]) else { return };
                let cell = way.cell;
                self.running.insert(number, named(cell, &test.name));
                let package = context.metadata.packages.get(&test.package).map_or("", |it| it.name.as_str());
                let what = format!("{package} {}", test.name);
                self.timeline.begin(number, Kind::Test, self.names(&cells), &what);
                // The environment is put together here, as what cargo made is known here.
                let prepared = start::prepare(context, cell, &way.built, &test);
                let told = sender.clone();
                let tell = move |said| {
                    drop(told.send(match said {
                        suite::Said::Started(line) => Message::Line(number, line),
                        suite::Said::Ended(outcome) => Message::Test(number, outcome),
                    }));
                };
                let message = move |ended| Message::Suite(number, cells, ended);
                worker::start(self.scope, sender, message, move || suite::run(context, cell, &test, &prepared?, &tell));
            }
            Task::Doc(doc::Share { cells, packages }) => {
                let Some(cell) = cells.first().map(|at| self.ways[*at].cell) else { return };
                self.running.insert(number, named(cell, "documentation tests"));
                self.timeline.begin(number, Kind::Doc, self.names(&cells), &packages.join(", "));
                let told = sender.clone();
                let tell = move |line: &str| drop(told.send(Message::Line(number, line.to_owned())));
                let message = move |ended| Message::Doc(number, cells, ended);
                worker::start(self.scope, sender, message, move || doc::run(context, cell, packages, &tell));
            }
        }
    }

    fn hear(&mut self, message: Message) {
        match message {
            Message::Heard(Heard::Started(line)) => self.tell_line(self.call, &line),
            Message::Line(number, line) => self.tell_line(number, &line),
            Message::Heard(Heard::Words(line)) => {
                if self.told_by_scripts.hold(&line) {
                    return;
                }
                (self.progress)(Event::Output(&line));
                self.moment.cargo = Some(render::plain(&line).trim().to_owned());
            }
            Message::Heard(Heard::Made(made)) => self.add(made),
            Message::Built(ended) => self.end_call(ended),
            Message::Test(number, outcome) => {
                self.running.entry(number).and_modify(|running| running.counts.add_one(outcome));
            }
            Message::Suite(number, cells, ended) => {
                self.end_task(number);
                self.end_suites(&cells, ended.map(|suite| suite.map(|suite| vec![suite])));
            }
            Message::Doc(number, cells, ended) => {
                self.end_task(number);
                self.end_doctests(cells, ended);
            }
        }
    }

    fn tell_line(&mut self, number: usize, line: &str) {
        self.timeline.line(number, line);
        (self.progress)(Event::Detail("Running", line));
    }

    fn names(&self, cells: &[usize]) -> Vec<String> {
        cells.iter().map(|at| self.ways[*at].cell.name.clone()).collect()
    }

    fn end_task(&mut self, number: usize) {
        self.running.remove(&number);
        self.timeline.end(number);
        self.slots.give();
    }

    /// What cargo made goes to the cells that it is for, and what can be tested already waits for a slot.
    fn add(&mut self, made: Made) {
        let Some(call) = &self.building else { return };
        let cells = call.cells.clone();
        let of = |triple: &Option<String>, ways: &[Way]| -> Vec<usize> {
            let is_for = |at: &&usize| triple.as_ref().is_none_or(|triple| ways[**at].cell.triple == *triple);
            cells.iter().filter(is_for).copied().collect()
        };
        match made {
            Made::Diagnostic(text) => {
                if self.shown.insert(text.clone()) {
                    (self.progress)(Event::Output(text.trim_end()));
                }
            }
            Made::Script(script, triple) => {
                self.told_by_scripts.read(&script);
                for at in of(&triple, &self.ways) {
                    self.ways[at].built.add_script(script.clone());
                    self.queue(&[at]);
                }
            }
            Made::Artefact(artefact, triple) => {
                for at in of(&triple, &self.ways) {
                    self.ways[at].built.add(artefact.clone());
                    self.queue(&[at]);
                }
            }
        }
    }

    /// Lets the tests of some cells that may be started wait for a slot; those of the host once for all of them.
    fn queue(&mut self, cells: &[usize]) {
        let mut shared: Vec<(Artefact, Vec<usize>)> = Vec::new();
        for &at in cells {
            for test in self.ways[at].startable(self.context) {
                let same = shared.iter_mut().find(|(it, _)| test.host && it.executable == test.executable);
                match same {
                    Some((_, cells)) => cells.push(at),
                    None => shared.push((test, vec![at])),
                }
            }
        }
        self.tasks.extend(shared.into_iter().map(|(test, cells)| Task::Suite(cells, test)));
    }

    fn end_call(&mut self, ended: Result<Ended, String>) {
        self.slots.take_back();
        self.timeline.end(self.call);
        self.moment.cargo = None;
        let Some(call) = self.building.take() else { return };
        self.tell_of_scripts(&call);
        match ended {
            Ok(Ended::Exited(status)) if status.success() => self.complete(&call.cells),
            Ok(Ended::Interrupted) => call.cells.iter().for_each(|at| self.ways[*at].stop(Stop::Interrupted)),
            Ok(Ended::Exited(_) | Ended::TimedOut) if call.cells.len() > 1 => {
                // One of them could not be built, and cargo did not go on with the others.
                (self.progress)(Event::Status("Building", "each target alone, as they could not be built together"));
                for at in call.cells.into_iter().rev() {
                    self.calls.push_front(Call::alone(at, self.ways[at].cell));
                }
            }
            Ok(Ended::Exited(_) | Ended::TimedOut) => {
                for at in call.cells {
                    let cell = self.ways[at].cell;
                    let line = format!("cargo {}", crosskit_core::explain::command(&cell.build));
                    let finding = Finding::error(Code::BuildFailed, format!("cargo could not build for {}", cell.name))
                        .note("its own messages stand above");
                    let found = self.ways[at].built.archives(self.context, cell);
                    let finding = found.iter().fold(finding, archives::told_beside);
                    let finding = finding.hint(format!("to see it alone: {line}"));
                    self.fail(at, Stop::BuildFailed, finding);
                }
            }
            Err(error) => {
                for at in call.cells {
                    self.fail(at, Stop::Internal, Finding::error(Code::Toolchain, error.clone()));
                }
            }
        }
    }

    /// What build scripts told in a call that has ended: their findings, and lines that are none of those.
    fn tell_of_scripts(&mut self, call: &Call) {
        let cells = || call.cells.iter().map(|at| self.ways[*at].cell);
        let linker = |target: &str| cells().find(|cell| cell.triple == target).and_then(|cell| cell.linker.clone());
        let ended = std::mem::take(&mut self.told_by_scripts).end(linker);
        ended.lines.iter().for_each(|line| (self.progress)(Event::Output(line)));
        ended.known.iter().for_each(|line| (self.progress)(Event::Detail("Told", &render::plain(line))));
        let about = |target: &str| cells().any(|cell| cell.triple == target);
        let findings: Vec<(Option<String>, Finding)> = ended
            .findings
            .into_iter()
            // What is found for the host kind is about all that is built.
            .map(|(target, finding)| (about(&target).then_some(target), finding))
            .chain(ended.unread.into_iter().map(|finding| (None, finding)))
            .collect();
        for (target, finding) in findings {
            if self.shown.insert(format!("{finding:?}")) {
                (self.progress)(Event::Finding(&finding));
            }
            for &at in &call.cells {
                let way = &mut self.ways[at];
                if target.as_ref().is_none_or(|target| way.cell.triple == *target) {
                    way.result.findings.push(finding.clone());
                }
            }
        }
    }

    /// All of these cells is built.
    fn complete(&mut self, cells: &[usize]) {
        for &at in cells {
            let findings = self.ways[at].verify(self.context);
            self.halted |= self.context.fail_fast && findings.iter().any(Finding::is_error);
            findings.iter().for_each(|finding| (self.progress)(Event::Finding(finding)));
            let way = &self.ways[at];
            if way.result.rung == Some(Rung::Verify) {
                let plural = if way.result.verified == 1 { "" } else { "s" };
                let text = format!("{} executable{plural} for {}", way.result.verified, way.cell.name);
                (self.progress)(Event::Status("Verified", &text));
            }
        }
        for &at in cells {
            let way = &self.ways[at];
            let Some(program) = way.cell.program.as_ref().filter(|_| way.stop.is_none()) else { continue };
            match start::program(self.context, way.cell, &way.built, program) {
                Ok(prepared) => self.ways[at].program = Some(prepared),
                Err(error) => self.fail(at, Stop::Internal, Finding::error(Code::Toolchain, error)),
            }
        }
        self.queue(cells);
        let with_doctests = cells.iter().filter(|at| self.ways[**at].has_doctests());
        let with_doctests: Vec<(usize, &Cell)> = with_doctests.map(|at| (*at, self.ways[*at].cell)).collect();
        for share in doc::shares(self.context, &with_doctests) {
            share.cells.iter().for_each(|at| self.ways[*at].open += 1);
            self.tasks.push_back(Task::Doc(share));
        }
        self.tasks.make_contiguous().sort_by_key(Task::turn);
        cells.iter().for_each(|at| self.finish_if_done(*at));
    }

    fn end_suites(&mut self, cells: &[usize], ended: Result<Option<Vec<Suite>>, String>) {
        for &at in cells {
            self.ways[at].open -= 1;
        }
        match ended {
            Ok(Some(suites)) => {
                for suite in suites {
                    self.add_suite(cells, suite);
                }
            }
            Ok(None) => cells.iter().for_each(|at| self.ways[*at].stop(Stop::Interrupted)),
            Err(error) => {
                let message = format!("a process could not be started: {error}");
                for &at in cells {
                    self.fail(at, Stop::Internal, Finding::error(Code::Toolchain, message.clone()));
                }
            }
        }
        cells.iter().for_each(|at| self.finish_if_done(*at));
    }

    fn end_doctests(&mut self, cells: Vec<usize>, ended: Result<doc::Ran, String>) {
        let ended = match ended {
            Ok(doc::Ran { suites, left, interrupted }) => {
                if interrupted {
                    cells.iter().for_each(|at| self.ways[*at].stop(Stop::Interrupted));
                } else if !left.is_empty() {
                    // It waits for its turn like any other: a cargo that builds holds the lock that it needs.
                    cells.iter().for_each(|at| self.ways[*at].open += 1);
                    self.tasks.push_front(Task::Doc(doc::Share { cells: cells.clone(), packages: left }));
                }
                Ok(Some(suites))
            }
            Err(error) => Err(error),
        };
        self.end_suites(&cells, ended);
    }

    fn add_suite(&mut self, cells: &[usize], suite: Suite) {
        let refused = matches!(suite.verdict, SuiteVerdict::Refused(_));
        if refused && cells.iter().all(|at| self.ways[*at].stop == Some(Stop::TestArguments)) {
            // It was started beside another, which has said the same.
            return;
        }
        let several = self.ways.len() > 1;
        let name = cells.first().map(|at| self.ways[*at].cell.name.clone()).filter(|_| several && !suite.host);
        self.counts.add(suite.counts);
        if let Some(cell) = cells.first().map(|at| self.ways[*at].cell).filter(|cell| cell.benches) {
            self.tell_emulator(cell, &suite);
        }
        (self.progress)(Event::Suite(name.as_deref(), &suite));
        for (number, &at) in cells.iter().enumerate() {
            let findings = self.ways[at].add(suite.clone());
            if number == 0 {
                findings.iter().for_each(|finding| (self.progress)(Event::Finding(finding)));
            }
        }
        if refused {
            // The others would say the same.
            cells.iter().for_each(|at| self.ways[*at].stop(Stop::TestArguments));
            self.drop_tasks(cells);
        }
        self.halted |= self.context.fail_fast && stop_of(&suite.verdict).is_some();
    }

    /// Says once of each emulator that it is measured as well.
    fn tell_emulator(&mut self, cell: &Cell, suite: &Suite) {
        let runner = &cell.runner_name;
        if cell.emulation.is_some() && !suite.host && self.shown.insert(runner.clone()) {
            let words = format!("`{runner}`, which is measured as well: compare with runs under it alone");
            (self.progress)(Event::Status("Emulated by", &words));
        }
    }

    /// Takes away what waits for some cells.
    fn drop_tasks(&mut self, cells: &[usize]) {
        let ways = &mut self.ways;
        self.tasks.retain_mut(|task| {
            let of_task = match task {
                Task::Suite(of, _) => of,
                Task::Doc(share) => &mut share.cells,
            };
            of_task.retain(|at| {
                let dropped = cells.contains(at);
                if dropped {
                    ways[*at].open -= 1;
                }
                !dropped
            });
            !of_task.is_empty()
        });
    }

    fn fail(&mut self, at: usize, stop: Stop, finding: Finding) {
        (self.progress)(Event::Finding(&finding));
        self.ways[at].fail(stop, finding);
        self.drop_tasks(&[at]);
        self.halted |= self.context.fail_fast;
        if self.ways[at].stage == Stage::Building {
            // Nothing more is built for it; tests that were begun before are heard to their end.
            self.ways[at].stage = Stage::Testing;
        }
        self.finish_if_done(at);
    }

    fn finish_if_done(&mut self, at: usize) {
        let way = &self.ways[at];
        if way.stage == Stage::Testing && way.open == 0 {
            self.finish(at);
        }
    }

    fn finish(&mut self, at: usize) {
        self.ways[at].finish(self.context);
        // Nothing asks for them any more, and a matrix may have many cells.
        self.ways[at].built = Built::default();
    }
}
