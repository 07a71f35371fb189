//! What every board and every firmware must do right.

#![no_std]
#![no_main]

use core::hint::black_box;

use codec::Decoder;

bare::tests!(integers, floating_point, memory, a_frame_is_decoded, noise_is_skipped);

/// A frame of the example's protocol, with noise of the line around it.
static RECEIVED: &[u8] = &[
    0x00, b'T', b'T', b'M', 0x01, 0x05, 0x00, 0x01, 0xe2, 0x40, 0x00, 0x06, 0x47, 0x48, 0x46, 0x20, 0x40, 0x01, 0x00,
    0x0d, 0x01, 0x23, 0x00, 0x00, 0xac, 0x41, 0x02, 0x12, 0xd4, 0xfe, 0x03, 0x01, 0x63, 0x1a, 0xe8, 0x99, 0x12, 0xff,
];

static mut COUNTER: u32 = 7;

fn integers() {
    assert_eq!(black_box(u32::MAX).wrapping_add(2), 1);
    assert_eq!(black_box(1u64 << 40) / black_box(3), 366_503_875_925);
    assert_eq!(black_box(0x1234_5678u32).to_be_bytes(), [0x12, 0x34, 0x56, 0x78]);
}

fn floating_point() {
    let third = black_box(1.0f64) / black_box(3.0);
    assert!((third * 3.0 - 1.0).abs() < 1e-12);
    assert_eq!((black_box(2.5f32) * 2.0) as u32, 5);
}

/// Data lies where it was linked, and can be written.
fn memory() {
    let counter = &raw mut COUNTER;
    // No other code looks at it.
    unsafe {
        assert_eq!(counter.read_volatile(), 7);
        counter.write_volatile(8);
        assert_eq!(counter.read_volatile(), 8);
    }
}

fn a_frame_is_decoded() {
    let mut decoder = Decoder::new();
    let mut input = RECEIVED;
    let mut frames = 0;
    while let Some(item) = decoder.decode(&mut input) {
        if let Ok(frame) = item {
            frames += 1;
            assert_eq!((frame.get(1), frame.get(2), frame.get(3)), (Some(21.5_f32), Some(-300_i16), Some(99_u8)));
        }
    }
    assert_eq!(frames, 1);
}

fn noise_is_skipped() {
    let mut decoder = Decoder::new();
    let mut input = RECEIVED;
    let mut skipped = 0;
    while let Some(item) = decoder.decode(&mut input) {
        skipped += item.err().map_or(0, |error| error.bytes);
    }
    assert_eq!(skipped, 3);
}
