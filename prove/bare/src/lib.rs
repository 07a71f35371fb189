//! Start-up and a test harness for machines without an operating system.
//!
//! What it prints is what libtest prints, so that whoever reads the one reads the other. A test that panics is told as
//! failed, and the ones after it still run.

#![no_std]

#[cfg(target_os = "uefi")]
#[path = "firmware.rs"]
mod machine;
#[cfg(all(target_os = "none", not(any(target_arch = "x86_64", target_arch = "loongarch64", target_arch = "wasm32"))))]
#[path = "board.rs"]
mod machine;
#[cfg(target_arch = "wasm32")]
#[path = "host.rs"]
mod machine;
#[cfg(all(target_os = "none", any(target_arch = "x86_64", target_arch = "loongarch64")))]
#[path = "serial.rs"]
mod machine;
#[cfg(all(target_os = "none", not(target_arch = "wasm32")))]
mod start;

use core::fmt::Write;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// A test: its name, and what it does.
pub type Test = (&'static str, fn());

#[doc(hidden)]
pub use machine::Console;

/// Makes a program of test functions.
#[macro_export]
macro_rules! tests {
    ($($name:ident),+ $(,)?) => {
        #[unsafe(no_mangle)]
        static BARE_TESTS: $crate::Tests = $crate::Tests(&[$((stringify!($name), $name as fn())),+]);
    };
}

/// The tests of the program, of which there is one list.
#[repr(transparent)]
pub struct Tests(pub &'static [Test]);

unsafe extern "Rust" {
    static BARE_TESTS: Tests;
}

/// The test that runs, and the ones that failed, as bits.
static CURRENT: AtomicUsize = AtomicUsize::new(0);
static FAILED: AtomicU32 = AtomicU32::new(0);

fn tests() -> &'static [Test] {
    // The macro `tests` defines it, with this type.
    unsafe { BARE_TESTS.0 }
}

/// Whether a test is asked for: by its name or a part of it, or because no name is given.
fn is_wanted(name: &str) -> bool {
    let (mut any, mut wanted) = (false, false);
    machine::arguments(|argument| {
        if !argument.starts_with('-') {
            any = true;
            wanted |= name.contains(argument);
        }
    });
    wanted || !any
}

fn wanted() -> impl Iterator<Item = (usize, &'static Test)> {
    tests().iter().enumerate().filter(|(_, (name, _))| is_wanted(name))
}

/// Runs all tests, and ends the program.
fn run() -> ! {
    let _ = writeln!(Console, "\nrunning {} tests", wanted().count());
    run_from(0)
}

fn run_from(first: usize) -> ! {
    for (number, (name, test)) in wanted().skip_while(|(number, _)| *number < first) {
        CURRENT.store(number, Ordering::Relaxed);
        let _ = write!(Console, "test {name} ... ");
        test();
        let _ = writeln!(Console, "ok");
    }
    finish()
}

fn finish() -> ! {
    let failed = FAILED.load(Ordering::Relaxed);
    let is_failed = |number: &usize| failed >> number & 1 == 1;
    if failed != 0 {
        let _ = writeln!(Console, "\nfailures:");
        for (_, (name, _)) in wanted().filter(|(number, _)| is_failed(number)) {
            let _ = writeln!(Console, "    {name}");
        }
    }
    let (all, failures) = (wanted().count(), failed.count_ones() as usize);
    let result = if failures == 0 { "ok" } else { "FAILED" };
    let passed = all - failures;
    let rest = tests().len() - all;
    let _ = writeln!(
        Console,
        "\ntest result: {result}. {passed} passed; {failures} failed; 0 ignored; 0 measured; {rest} filtered out\n"
    );
    machine::exit(if failures == 0 { 0 } else { 101 })
}

/// There is nothing to unwind to, so the rest of the tests runs from here.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    let current = CURRENT.load(Ordering::Relaxed);
    FAILED.store(FAILED.load(Ordering::Relaxed) | 1 << current, Ordering::Relaxed);
    let _ = writeln!(Console, "FAILED\n{info}");
    run_from(current + 1)
}
