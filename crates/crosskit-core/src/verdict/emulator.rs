//! When it is the emulator that failed, and not what it ran.

use super::End;

/// How QEMU's user mode says that it passes on a signal of the program: the program's own end.
const OF_PROGRAM: &str = "qemu: uncaught target signal ";

/// How QEMU says that it cannot go on. Source: QEMU 7.2, `cpu_abort` in `cpu.c`, `accel/tcg`, and glib's assertions.
const OWN_WORDS: &[&str] =
    &["qemu: fatal: ", "ERROR:../", "Bail out! ERROR:../", "qemu: internal error", "qemu: unhandled CPU exception"];

/// SIGILL of Linux.
const ILLEGAL_INSTRUCTION: i32 = 4;

/// Signals of Linux by which a faulty program ends: ILL, ABRT, BUS, SEGV.
const OF_FAULTS: &[i32] = &[ILLEGAL_INSTRUCTION, 6, 7, 11];

/// What the emulator says, or did, that shows the fault to be its own; none where it is not.
pub fn fault<'a>(emulator: &str, end: End, output: &'a str) -> Option<String> {
    let name = emulator.split(' ').next().and_then(|program| program.rsplit('/').next()).unwrap_or_default();
    if !name.starts_with("qemu-") || end == End::Code(0) {
        return None;
    }
    // Where tests run one by one, libtest has announced the test on the same line.
    let told = || {
        let after_name = |line: &'a str| line.strip_prefix("test ")?.split_once(" ... ").map(|(_, rest)| rest);
        output.lines().map(move |line| after_name(line).unwrap_or(line))
    };
    let is_own = |line: &&str| {
        let of_system = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
        of_system.is_some_and(|it| it.contains("fatal")) || OWN_WORDS.iter().any(|words| line.starts_with(words))
    };
    if let Some(line) = told().find(is_own) {
        return Some(line.to_owned());
    }
    let signal = match end {
        End::Signal(signal) => Some(signal),
        // A shell in between says so by the code.
        End::Code(code) => Some(code - 128),
        End::TimedOut => None,
    };
    let signal = signal.filter(|signal| OF_FAULTS.contains(signal))?;
    match told().find_map(|line| line.strip_prefix(OF_PROGRAM)) {
        Some(_) if signal == ILLEGAL_INSTRUCTION => Some(
            "SIGILL: the emulated processor does not know an instruction, or the program ended itself by one"
                .to_owned(),
        ),
        Some(_) => None,
        None => Some(format!("it was ended by signal {signal} of its own, and passed none on from the program")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QEMU: &str = "qemu-aarch64 -L /usr/aarch64-linux-gnu";

    #[test]
    fn a_signal_of_the_program_is_its_own() {
        let output = "running 1 test\nqemu: uncaught target signal 11 (Segmentation fault) - core dumped\n";
        assert_eq!(fault(QEMU, End::Signal(11), output), None);
        assert_eq!(fault(QEMU, End::Code(139), output), None);
        let alone =
            "running 1 test\ntest a::b ... qemu: uncaught target signal 11 (Segmentation fault) - core dumped\n";
        assert_eq!(fault(QEMU, End::Signal(11), alone), None, "libtest announces a test that is alone");
    }

    #[test]
    fn qemu_ends_itself() {
        assert!(fault(QEMU, End::Signal(11), "running 1 test\n").is_some());
        assert!(fault(QEMU, End::Code(139), "").is_some(), "through a shell");
        let words = "ERROR:../../accel/tcg/cpu-exec.c:954:cpu_exec: assertion failed: (cpu == current_cpu)";
        assert_eq!(fault(QEMU, End::Signal(6), &format!("a\n{words}\n")), Some(words.to_owned()));
        let system = "qemu-system-arm -cpu cortex-m4";
        assert!(fault(system, End::Code(1), "qemu: fatal: Lockup: can't escalate\n").is_some());
    }

    #[test]
    fn an_instruction_that_the_processor_does_not_know() {
        let output = "qemu: uncaught target signal 4 (Illegal instruction) - core dumped\n";
        assert!(fault(QEMU, End::Signal(4), output).is_some_and(|words| words.contains("instruction")));
    }

    #[test]
    fn other_ends_are_no_fault_of_an_emulator() {
        assert_eq!(fault(QEMU, End::Code(101), "qemu: uncaught target signal 11"), None);
        assert_eq!(fault(QEMU, End::Code(0), "ERROR:../x"), None);
        assert_eq!(fault(QEMU, End::Signal(9), ""), None, "somebody killed it");
        assert_eq!(fault(QEMU, End::TimedOut, ""), None);
        for other in ["", "native", "wine", "ssh pi@board"] {
            assert_eq!(fault(other, End::Signal(11), ""), None, "{other}");
        }
    }
}
