//! Tests on the target itself, which has no libtest: they say by semihosting what libtest would print, and end with an
//! exit code.
//!
//! A test that panics ends the program, with the message and a code that is not 0.

#![no_std]
#![no_main]

use core::hint::black_box;
use core::sync::atomic::{AtomicU32, Ordering};

use codec::{Decoder, Encoder, Flags, Frame, Header, Timestamp};
use cortex_m_rt::entry;
use semihosting::{print, println, process};

const TESTS: [(&str, fn()); 3] = [
    ("a_written_frame_is_read_again", a_written_frame_is_read_again),
    ("a_changed_byte_is_noticed", a_changed_byte_is_noticed),
    ("a_static_has_its_value_and_can_be_written", a_static_has_its_value_and_can_be_written),
];

#[entry]
fn main() -> ! {
    println!("\nrunning {} tests", TESTS.len());
    for (name, test) in TESTS {
        print!("test {name} ... ");
        test();
        println!("ok");
    }
    println!("\ntest result: ok. {} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n", TESTS.len());
    process::exit(0)
}

const HEADER: Header = Header { flags: Flags::SYNCED, sequence: 7, timestamp: Timestamp::from_micros(1_500_000) };

/// A frame with two samples.
fn frame(buffer: &mut [u8]) -> &[u8] {
    let mut encoder = Encoder::new(buffer, HEADER).expect("the header fits");
    encoder.sample(1, black_box(21.5_f32)).expect("a sample fits");
    encoder.sample(2, black_box(-300_i16)).expect("a sample fits");
    encoder.finish()
}

fn a_written_frame_is_read_again() {
    let mut buffer = [0; 64];
    let bytes = frame(&mut buffer);
    let frame = Frame::parse(bytes).expect("it is intact");
    assert_eq!(frame.header(), HEADER);
    assert_eq!((frame.get(1), frame.get(2)), (Some(21.5_f32), Some(-300_i16)));
}

fn a_changed_byte_is_noticed() {
    let mut buffer = [0; 64];
    let length = frame(&mut buffer).len();
    for at in 0..length {
        let mut changed = buffer;
        changed[at] ^= 0x10;
        let mut decoder = Decoder::new();
        let mut input = &changed[..length];
        while let Some(item) = decoder.decode(&mut input) {
            assert!(item.is_err(), "byte {at}");
        }
    }
}

static STARTS: AtomicU32 = AtomicU32::new(41);

/// The start-up code copies it from the flash.
fn a_static_has_its_value_and_can_be_written() {
    assert_eq!(STARTS.load(Ordering::Relaxed), 41);
    STARTS.store(42, Ordering::Relaxed);
    assert_eq!(STARTS.load(Ordering::Relaxed), 42);
}
