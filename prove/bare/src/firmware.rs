//! A program of UEFI: it prints to the firmware's console and ends with a status.

use core::ffi::c_void;
use core::fmt;
use core::sync::atomic::{AtomicPtr, Ordering};

use r_efi::efi::{Handle, Status, SystemTable};
use r_efi::protocols::loaded_image;

static SYSTEM: AtomicPtr<SystemTable> = AtomicPtr::new(core::ptr::null_mut());
static IMAGE: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());

/// What the program prints to.
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            let mut buffer = [0u16; 4];
            let length = if character == '\n' {
                buffer[..2].copy_from_slice(&[b'\r'.into(), b'\n'.into()]);
                2
            } else {
                character.encode_utf16(&mut buffer).len()
            };
            debug_assert!(length < buffer.len());
            // The firmware's table outlives the program, and the text ends with a zero.
            unsafe {
                let console = (*SYSTEM.load(Ordering::Relaxed)).con_out;
                ((*console).output_string)(console, buffer.as_mut_ptr());
            }
        }
        Ok(())
    }
}

/// The arguments after the program's name: the shell gives them as one line.
pub fn arguments(mut each: impl FnMut(&str)) {
    let mut image: *mut loaded_image::Protocol = core::ptr::null_mut();
    let mut guid = loaded_image::PROTOCOL_GUID;
    // The firmware fills in the pointer, and what it leads to stays as long as the program.
    let line = unsafe {
        let services = (*SYSTEM.load(Ordering::Relaxed)).boot_services;
        let found = ((*services).handle_protocol)(
            IMAGE.load(Ordering::Relaxed),
            &mut guid,
            (&raw mut image).cast::<*mut c_void>(),
        );
        if found.is_error() || (*image).load_options.is_null() {
            return;
        }
        core::slice::from_raw_parts((*image).load_options.cast::<u16>(), (*image).load_options_size as usize / 2)
    };
    let mut text = [0u8; 1024];
    let mut length = 0;
    for character in char::decode_utf16(line.iter().copied().take_while(|unit| *unit != 0)) {
        let Ok(character) = character else { continue };
        if length + character.len_utf8() <= text.len() {
            length += character.encode_utf8(&mut text[length..]).len();
        }
    }
    let Ok(line) = core::str::from_utf8(&text[..length]) else { return };
    words(line).skip(1).for_each(|word| each(word));
}

/// The words of a line, which blanks divide unless quotes hold them together.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    core::iter::from_fn(move || {
        rest = rest.trim_start();
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None if rest.is_empty() => return None,
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        rest = after;
        Some(word)
    })
}

pub fn exit(code: i32) -> ! {
    let status = if code == 0 { Status::SUCCESS } else { Status::from_usize(1 << (usize::BITS - 1) | code as usize) };
    // The handle is the program's own, and nothing of it is used after.
    unsafe {
        let services = (*SYSTEM.load(Ordering::Relaxed)).boot_services;
        ((*services).exit)(IMAGE.load(Ordering::Relaxed), status, 0, core::ptr::null_mut());
    }
    loop {
        core::hint::spin_loop();
    }
}

#[unsafe(no_mangle)]
extern "efiapi" fn efi_main(image: Handle, system: *mut SystemTable) -> Status {
    IMAGE.store(image, Ordering::Relaxed);
    SYSTEM.store(system, Ordering::Relaxed);
    crate::run()
}
