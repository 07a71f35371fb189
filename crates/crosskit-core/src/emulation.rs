//! In which way programs of another architecture are started here, as the launcher itself tells it.
//!
//! The launcher decides at each start, and is asked beforehand with [`QUESTION`]: what the kit says is its answer.

use std::fmt;

/// The launcher's first word when it is asked, before the emulator with its options and a program.
pub const QUESTION: &str = "--emulation";

/// The variable that demands one of [`Way::DEMANDED`].
pub const VARIABLE: &str = "CROSSKIT_EMULATION";

/// The emulator of the programs that some kernels of x86_64 run as they are.
pub const MAY_BE_NATIVE: &str = "qemu-i386";

/// How a program is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// As it is: it is the machine's own, or one of 32 bits that the kernel runs and for which all libraries are there.
    Native,
    /// By the kernel, which knows the emulator from an entry of the system's binfmt_misc; and so do its children.
    System,
    /// By the kernel, in a namespace that has a binfmt_misc of its own; and so do its children.
    Namespace,
    /// By the runner, which knows nothing of the program's children.
    Runner,
}

impl Way {
    /// The words that may be demanded.
    pub const DEMANDED: [&'static str; 3] = ["system", "namespace", "runner"];

    /// The word in answers and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Way::Native => "native",
            Way::System => "system",
            Way::Namespace => "namespace",
            Way::Runner => "runner",
        }
    }

    /// The way that a report speaks of.
    pub fn named(word: &str) -> Option<Way> {
        [Way::Native, Way::System, Way::Namespace, Way::Runner].into_iter().find(|way| way.as_str() == word)
    }

    /// Whether programs that the program starts are emulated as it is.
    pub fn reaches_children(self) -> bool {
        matches!(self, Way::System | Way::Namespace)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the launcher is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmulationQuery {
    /// The emulator and its options, without the sysroot where the answer does not depend on it: it tells the launcher
    /// which programs of 32 bits need the system's libraries.
    pub emulator: Vec<String>,
    /// The way that is demanded.
    pub demanded: Option<String>,
}

impl EmulationQuery {
    /// The question about a runner, which is given without the launcher.
    pub fn new(runner: &[String], demanded: Option<String>) -> EmulationQuery {
        let mut emulator = Vec::new();
        let mut words = runner.iter();
        let keeps_sysroot = runner.first().is_some_and(|emulator| emulator == MAY_BE_NATIVE);
        while let Some(word) = words.next() {
            if word == "-L" && !keeps_sysroot {
                words.next();
            } else {
                emulator.push(word.clone());
            }
        }
        EmulationQuery { emulator, demanded }
    }
}

/// The launcher's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emulation {
    /// The way; `None` where none works, or not the one that is demanded.
    pub way: Option<Way>,
    /// Why the ways before it do not work.
    pub notes: Vec<String>,
    /// What enables them.
    pub hints: Vec<String>,
}

impl Emulation {
    /// Reads what the launcher prints: the way, or `none`, and then a line for each note and hint. What is no answer is
    /// one that names no way.
    pub fn parse(text: &str) -> Emulation {
        let mut lines = text.lines();
        let word = lines.next().unwrap_or_default();
        let ways = [Way::Native, Way::System, Way::Namespace, Way::Runner];
        let mut answer = Emulation { way: ways.into_iter().find(|way| way.as_str() == word), ..Emulation::default() };
        for line in lines {
            if let Some(note) = line.strip_prefix("note: ") {
                answer.notes.push(note.to_owned());
            } else if let Some(hint) = line.strip_prefix("hint: ") {
                answer.hints.push(hint.to_owned());
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_way_and_why_those_before_it_do_not_work() {
        let answer = Emulation::parse("runner\nnote: `system`: why\nhint: do this\nnote: `namespace`: why not\n");
        assert_eq!(answer.way, Some(Way::Runner));
        assert_eq!(answer.notes, ["`system`: why", "`namespace`: why not"]);
        assert_eq!(answer.hints, ["do this"]);
        assert_eq!(Emulation::parse("none\nhint: x\n").way, None);
        assert_eq!(Emulation::parse(""), Emulation::default());
    }

    #[test]
    fn the_sysroot_is_no_part_of_the_question() {
        let words = ["qemu-arm", "-L", "/usr/arm", "-cpu", "max"].map(str::to_owned);
        assert_eq!(EmulationQuery::new(&words, None).emulator, ["qemu-arm", "-cpu", "max"]);
        assert_eq!(EmulationQuery::new(&words[..2], None).emulator, ["qemu-arm"]);
        let words = ["qemu-i386", "-L", "/usr/i686-linux-gnu"].map(str::to_owned);
        assert_eq!(EmulationQuery::new(&words, None).emulator, words, "it tells what else must be there");
    }
}
