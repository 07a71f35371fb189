//! WebAssembly without anything around it: what it needs of a host are four functions of WASI 0.1.

use core::fmt;

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn fd_write(file: i32, parts: *const Part, count: usize, written: *mut usize) -> i32;
    fn args_sizes_get(count: *mut usize, bytes: *mut usize) -> i32;
    fn args_get(places: *mut *mut u8, text: *mut u8) -> i32;
    fn proc_exit(code: i32) -> !;
}

/// Bytes to write.
#[repr(C)]
struct Part {
    start: *const u8,
    length: usize,
}

/// What the program prints to.
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let part = Part { start: rest.as_ptr(), length: rest.len() };
            let mut written = 0;
            // The host reads one part, which lives as long as the call.
            if unsafe { fd_write(1, &part, 1, &mut written) } != 0 || written == 0 {
                return Err(fmt::Error);
            }
            rest = rest.get(written..).unwrap_or_default();
        }
        Ok(())
    }
}

/// The arguments after the program's name.
pub fn arguments(mut each: impl FnMut(&str)) {
    let mut places = [core::ptr::null_mut(); 16];
    let mut text = [0u8; 1024];
    let (mut count, mut bytes) = (0, 0);
    // The host writes no more than it said, for which there is room.
    let failed = unsafe {
        args_sizes_get(&mut count, &mut bytes) != 0
            || count > places.len()
            || bytes > text.len()
            || args_get(places.as_mut_ptr(), text.as_mut_ptr()) != 0
    };
    if !failed {
        let arguments = text[..bytes].split(|byte| *byte == 0).skip(1).filter(|argument| !argument.is_empty());
        arguments.filter_map(|argument| core::str::from_utf8(argument).ok()).for_each(|argument| each(argument));
    }
}

pub fn exit(code: i32) -> ! {
    // It takes nothing but the code.
    unsafe { proc_exit(code) }
}

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    crate::run()
}
