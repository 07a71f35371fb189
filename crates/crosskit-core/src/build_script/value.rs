//! What is known of a value in a build script: which questions about the host it depends on, and where it came from.

use std::collections::BTreeSet;

/// Where a value came from, and what a condition looked at. A set of the constants below.
pub(super) type Marks = u16;

/// It comes from `TARGET`, `HOST` or a `CARGO_CFG_…`: whoever looks at it thinks of the target.
pub(super) const TARGET: Marks = 1;
/// The condition around it looks at the architecture of the target, and at nothing else of it.
pub(super) const TARGET_ARCH: Marks = 1 << 1;
/// It comes from a feature, or from a variable that is nobody's but the user's.
pub(super) const ON_REQUEST: Marks = 1 << 2;
/// A path below `OUT_DIR`.
pub(super) const OUT_DIR: Marks = 1 << 3;
/// A path below the package.
pub(super) const PACKAGE: Marks = 1 << 4;
/// A compiler of the target, as the cc crate finds it, or a command with it.
pub(super) const COMPILER: Marks = 1 << 5;
/// What was built for the target.
pub(super) const BUILT: Marks = 1 << 6;
/// A `Command`.
pub(super) const COMMAND: Marks = 1 << 7;
/// Options for opening a file to write to.
pub(super) const WRITES: Marks = 1 << 8;
/// What configures a build by CMake or by autotools, which its `build()` starts.
pub(super) const CONFIGURES: Marks = 1 << 9;
/// The triple of the host, or what is told it.
pub(super) const HOST: Marks = 1 << 10;

/// The code stands within a condition on the target, and not merely behind one that leaves for some targets.
pub(super) const WITHIN: Marks = 1 << 11;

/// A comparison of `HOST` with `TARGET`.
pub(super) const NATIVE: Marks = 1 << 12;

/// What looks for a library by pkg-config.
pub(super) const LOOKS: Marks = 1 << 13;

/// A value, as far as it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    /// The questions about the host that decide it, by their numbers.
    pub asked: BTreeSet<usize>,
    /// The starts of tools of the host that it is the command, or the output, of.
    pub tools: BTreeSet<usize>,
    pub marks: Marks,
    /// Whether it is made of words that the script itself holds: then to choose it is to decide.
    pub choice: bool,
    /// The whole text, where the script holds it.
    pub text: Option<String>,
}

impl Value {
    pub fn marked(marks: Marks) -> Value {
        Value { marks, ..Value::default() }
    }

    pub fn literal(text: String) -> Value {
        Value { choice: is_choice(&text), text: Some(text), ..Value::default() }
    }

    /// Both values at once: either may be meant, or one is made of both.
    pub fn join(&mut self, other: &Value) {
        self.asked.extend(&other.asked);
        self.tools.extend(&other.tools);
        self.marks |= other.marks;
        self.choice |= other.choice;
        if self.text != other.text {
            self.text = None;
        }
    }

    /// Whether it is the name of a program of the host.
    pub fn is_program(&self) -> bool {
        self.text.as_deref().is_some_and(is_program)
    }

    /// The same value after it was decided under these questions, which matter where it is one of the script's own words.
    pub fn decided_by(mut self, asked: &BTreeSet<usize>) -> Value {
        if self.choice {
            self.asked.extend(asked);
        }
        self
    }
}

/// Programs that are started on the host, whatever the target is.
const HOST_PROGRAMS: &[&str] = &[
    "bash",
    "cmake",
    "cmd",
    "git",
    "gmake",
    "make",
    "mingw32-make",
    "nmake",
    "ninja",
    "perl",
    "powershell",
    "python",
    "python3",
    "sh",
    "where",
    "which",
];

/// Whether a text can be a decision about the target. Separators of paths are none, nor are names of programs of the host.
pub(super) fn is_choice(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    lower.contains(|c: char| c.is_alphanumeric()) && !is_program(&lower)
}

fn is_program(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    let ends = [".exe", ".cmd", ".bat", ".sh", ".ps1"];
    ends.iter().any(|end| lower.ends_with(end)) || HOST_PROGRAMS.contains(&lower.as_str())
}

/// The questions and conditions under which a piece of code runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Under {
    pub asked: BTreeSet<usize>,
    pub marks: Marks,
}

impl Under {
    /// Whether the code around has looked at the target already.
    pub fn is_aware(&self, asks_for_arch: bool) -> bool {
        self.marks & TARGET != 0 || asks_for_arch && self.marks & TARGET_ARCH != 0
    }

    /// The same without the questions that the look at the target excuses, `arch` telling of each whether it asks for the
    /// architecture alone: nothing that is decided here is decided by those.
    pub fn without_excused(mut self, arch: impl Fn(usize) -> bool) -> Under {
        let marks = Under { asked: BTreeSet::new(), marks: self.marks };
        self.asked.retain(|number| !marks.is_aware(arch(*number)));
        self
    }

    /// Whether the code is meant for some targets, or for the host's: where the script leaves early for some, all others are
    /// left, and a tool of the host is right for none but the host.
    pub fn chooses_tools(&self) -> bool {
        self.marks & (WITHIN | HOST) != 0
    }

    pub fn on_request(&self) -> bool {
        self.marks & ON_REQUEST != 0
    }
}
