//! Decodes a frame in the image, and says through semihosting whether it is the right one.

#![no_std]
#![no_main]

use codec::{Decoder, Flags, Header, Timestamp};
use cortex_m_rt::entry;
use semihosting::{println, process};

/// A frame, as a sensor sent it, with noise of the line around it.
static RECEIVED: &[u8] = &[
    0x00, b'T', // noise
    b'T', b'M', 0x01, 0x05, // magic, version, flags
    0x00, 0x01, 0xe2, 0x40, // sequence
    0x00, 0x06, 0x47, 0x48, 0x46, 0x20, 0x40, 0x01, // timestamp
    0x00, 0x0d, // length of the payload
    0x01, 0x23, 0x00, 0x00, 0xac, 0x41, // channel 1
    0x02, 0x12, 0xd4, 0xfe, // channel 2
    0x03, 0x01, 0x63, // channel 3
    0x1a, 0xe8, 0x99, 0x12, // CRC-32
    0xff, // noise
];

const EXPECTED: Header = Header {
    flags: Flags::from_bits(0x05),
    sequence: 123_456,
    timestamp: Timestamp::from_micros(1_767_225_600_000_001),
};

#[entry]
fn main() -> ! {
    let (mut intact, mut skipped) = (0, 0);
    let mut decoder = Decoder::new();
    let mut input = RECEIVED;
    while let Some(item) = decoder.decode(&mut input) {
        match item {
            Ok(frame) => {
                let values = (frame.get(1), frame.get(2), frame.get(3));
                let expected = (Some(21.5_f32), Some(-300_i16), Some(99_u8));
                if frame.header() == EXPECTED && values == expected {
                    intact += 1;
                }
            }
            Err(error) => skipped += error.bytes,
        }
    }
    println!("frames intact: {intact}, bytes skipped: {skipped}");
    process::exit(i32::from((intact, skipped) != (1, 3)));
}
