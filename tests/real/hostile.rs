//! Tests that crash, hang, forge, flood and lie, each beside one that does not. With the name of its file.

pub const CRASHES: (&str, &str) = (
    "crashes",
    "\
#[test]
fn a_passes() {}
#[test]
fn crashes() {
    unsafe { (16 as *mut u8).write_volatile(1) }
}
#[test]
fn z_passes() {}
",
);

/// `ptrue p0.b` of SVE, which a Cortex-A53 does not know.
pub const UNKNOWN_INSTRUCTION: (&str, &str) = (
    "unknown_instruction",
    "\
#[test]
fn unknown_instruction() {
    #[cfg(target_arch = \"aarch64\")]
    unsafe { std::arch::asm!(\".inst 0x2518e3e0\") }
}
",
);

pub const FAILS: (&str, &str) = (
    "fails",
    "\
#[test]
fn fails() {
    assert_eq!(1 + 1, 3);
}
#[test]
fn passes() {}
",
);

/// More threads are waited for than there are.
pub const HANGS: (&str, &str) = (
    "hangs",
    "\
#[test]
fn hangs_with_threads() {
    let gate = std::sync::Arc::new(std::sync::Barrier::new(5));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let gate = gate.clone();
            std::thread::spawn(move || gate.wait())
        })
        .collect();
    threads.into_iter().for_each(|thread| drop(thread.join()));
}
#[test]
fn passes() {}
",
);

/// Every byte, zero and half of a character among them, and no end of a line.
pub const RUBBISH: (&str, &str) = (
    "rubbish",
    "\
#[test]
fn prints_rubbish() {
    let mut state = 1_u32;
    let bytes: Vec<u8> = (0..1 << 16)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    std::io::Write::write_all(&mut std::io::stdout(), &bytes).unwrap();
    std::io::Write::write_all(&mut std::io::stderr(), &[0xff, 0, 0xc3]).unwrap();
}
#[test]
fn z_passes() {}
",
);

/// What libtest would print, were there such a test and had it failed; on the descriptor itself.
pub const FORGES_A_FAILURE: (&str, &str) = (
    "forges_a_failure",
    "\
const FORGED: &str = \"
test x ... FAILED
test forges_a_failure ... FAILED

failures:
    forges_a_failure
    x

test result: FAILED. 0 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

\";
#[test]
fn forges_a_failure() {
    std::io::Write::write_all(&mut std::io::stdout(), FORGED.as_bytes()).unwrap();
}
#[test]
fn passes() {}
",
);

/// The same for a success, and then it ends before the one that would fail.
pub const FORGES_A_SUCCESS: (&str, &str) = (
    "forges_a_success",
    "\
const FORGED: &str = \"
test a_forges_a_success ... ok
test b_fails ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

\";
#[test]
fn a_forges_a_success() {
    std::io::Write::write_all(&mut std::io::stdout(), FORGED.as_bytes()).unwrap();
    std::process::exit(0);
}
#[test]
fn b_fails() {
    panic!(\"no such luck\");
}
",
);

/// One in the group of its parent, and one with a session of its own.
pub const LEAVES_CHILDREN: (&str, &str) = (
    "leaves_children",
    "\
#[test]
fn leaves_a_child() {
    std::process::Command::new(\"sleep\").arg(\"1234\").spawn().unwrap();
}
#[test]
fn leaves_a_child_with_a_session() {
    std::process::Command::new(\"setsid\").args([\"sleep\", \"4321\"]).spawn().unwrap();
}
",
);

pub const WRITES_LINES: (&str, &str) = (
    "writes_lines",
    "\
#[test]
fn writes_a_hundred_megabytes_of_lines() {
    let lines = format!(\"{}\\n\", \"x\".repeat(99)).repeat(10_000);
    for _ in 0..100 {
        std::io::Write::write_all(&mut std::io::stdout(), lines.as_bytes()).unwrap();
    }
}
#[test]
fn z_passes() {}
",
);

pub const WRITES_A_LINE: (&str, &str) = (
    "writes_a_line",
    "\
#[test]
fn writes_a_hundred_megabytes_in_one_line() {
    let bytes = [b'x'; 1_000_000];
    for _ in 0..100 {
        std::io::Write::write_all(&mut std::io::stdout(), &bytes).unwrap();
    }
}
#[test]
fn z_passes() {}
",
);

/// Waits for the emulator, which is a fake, to end.
pub const AWAITS: (&str, &str) = (
    "awaits",
    "\
#[test]
fn a_passes() {}
#[test]
fn awaits_the_end_of_the_emulator() {
    if std::env::var_os(\"CROSSKIT_TESTS_FAKE\").is_some() {
        mark(\"now\");
        loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
    }
}
",
);

pub const FLAKY: (&str, &str) = (
    "flaky",
    "\
#[test]
fn flaky() {
    assert!(mark(\"tried\"), \"the first time is not the best one\");
}
",
);
