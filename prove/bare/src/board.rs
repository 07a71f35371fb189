//! A board in QEMU: it prints, is told its arguments, and ends by semihosting.

use core::fmt;

use semihosting::experimental::env;
use semihosting::{io, process};

/// What the program prints to.
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut stdout = io::stdout().map_err(|_| fmt::Error)?;
        io::Write::write_all(&mut stdout, text.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// The arguments after the program's name.
pub fn arguments(mut each: impl FnMut(&str)) {
    let Ok(arguments) = env::args::<1024>() else { return };
    (&arguments).skip(1).filter_map(Result::ok).for_each(|argument| each(argument));
}

pub fn exit(code: i32) -> ! {
    process::exit(code)
}

/// Where an exception of the processor leads: to hang would say less.
#[unsafe(no_mangle)]
extern "C" fn bare_stop() -> ! {
    panic!("an exception of the processor")
}

/// Where the start-up code goes once there is a stack.
#[unsafe(no_mangle)]
extern "C" fn bare_main() -> ! {
    crate::run()
}
