//! CRC-32 and COBS framing in C.
//!
//! [`crc32`] computes what `codec::crc32` does, eight bytes at a time. [`cobs_encode`] makes bytes
//! free of zeros, so that a zero can mark the end of a frame on a serial line.

use std::error::Error;
use std::fmt;

mod ffi {
    unsafe extern "C" {
        pub(super) fn telemetry_crc32(data: *const u8, len: usize) -> u32;
        pub(super) fn telemetry_cobs_encode(data: *const u8, len: usize, out: *mut u8) -> usize;
        pub(super) fn telemetry_cobs_decode(data: *const u8, len: usize, out: *mut u8, out_len: *mut usize) -> bool;
    }
}

/// Computes the CRC-32 of `bytes`, as Ethernet and gzip define it.
///
/// ```
/// assert_eq!(native::crc32(b"123456789"), 0xcbf4_3926);
/// ```
pub fn crc32(bytes: &[u8]) -> u32 {
    // SAFETY: The function reads these bytes alone.
    unsafe { ffi::telemetry_crc32(bytes.as_ptr(), bytes.len()) }
}

/// Stuffs `bytes` so that none of them is zero.
///
/// ```
/// let stuffed = native::cobs_encode(&[1, 0, 2]);
/// assert_eq!(stuffed, [2, 1, 2, 2]);
/// assert_eq!(native::cobs_decode(&stuffed)?, [1, 0, 2]);
/// # Ok::<(), native::CobsError>(())
/// ```
pub fn cobs_encode(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0; bytes.len() + bytes.len() / 254 + 1];
    // SAFETY: The function reads `bytes` and writes at most as many bytes as `out` has.
    let len = unsafe { ffi::telemetry_cobs_encode(bytes.as_ptr(), bytes.len(), out.as_mut_ptr()) };
    out.truncate(len);
    out
}

/// Reverts [`cobs_encode`].
///
/// # Errors
///
/// Fails if the bytes have a zero among them, are cut, or are none at all.
pub fn cobs_decode(bytes: &[u8]) -> Result<Vec<u8>, CobsError> {
    let mut out = vec![0; bytes.len()];
    let mut len = 0;
    // SAFETY: The function reads `bytes`, writes at most as many to `out`, and sets `len`.
    let intact = unsafe { ffi::telemetry_cobs_decode(bytes.as_ptr(), bytes.len(), out.as_mut_ptr(), &mut len) };
    if !intact {
        return Err(CobsError);
    }
    out.truncate(len);
    Ok(out)
}

/// Some bytes are not what [`cobs_encode`] makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CobsError;

impl fmt::Display for CobsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes are not COBS")
    }
}

impl Error for CobsError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that repeat with a period that no table and no group has.
    fn pattern(len: usize) -> Vec<u8> {
        (0..len).map(|at| (at * 31 % 257) as u8).collect()
    }

    #[test]
    fn known_checksums() {
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32(b"a"), 0xe8b7_be43);
        assert_eq!(crc32(&[0xff; 32]), 0xff6c_ab0b);
    }

    #[test]
    fn checksums_agree_with_codec_at_every_length_and_alignment() {
        let bytes = pattern(300);
        for start in 0..8 {
            for end in start..bytes.len() {
                let bytes = &bytes[start..end];
                assert_eq!(crc32(bytes), codec::crc32(bytes), "{start}..{end}");
            }
        }
    }

    #[test]
    fn decodes_what_codec_encoded() {
        let mut buffer = [0; 64];
        let mut encoder = codec::Encoder::new(&mut buffer, codec::Header::default()).unwrap();
        encoder.sample(1, 1.0_f64).unwrap();
        let bytes = encoder.finish();
        let frame = codec::Frames::with_checksum(bytes, crc32).next().unwrap().unwrap();
        assert_eq!(frame.get(1), Some(1.0_f64));
    }

    #[test]
    fn known_cobs_bytes() {
        for (bytes, stuffed) in [
            (&[][..], &[1][..]),
            (&[0], &[1, 1]),
            (&[0, 0], &[1, 1, 1]),
            (&[0x11, 0x22, 0, 0x33], &[3, 0x11, 0x22, 2, 0x33]),
            (&[0x11, 0, 0, 0], &[2, 0x11, 1, 1, 1]),
        ] {
            assert_eq!(cobs_encode(bytes), stuffed);
            assert_eq!(cobs_decode(stuffed).as_deref(), Ok(bytes));
        }
    }

    #[test]
    fn a_full_cobs_group_stands_for_no_zero() {
        let full = [7; 254];
        assert_eq!(cobs_encode(&full), [&[0xff][..], &full].concat());
        assert_eq!(cobs_encode(&[7; 255])[255..], [2, 7]);
        assert_eq!(cobs_encode(&[&full[..], &[0]].concat())[255..], [1, 1]);
    }

    #[test]
    fn cobs_bytes_survive_at_every_length() {
        for len in 0..1100 {
            for bytes in [pattern(len), vec![0; len], vec![1; len]] {
                let stuffed = cobs_encode(&bytes);
                assert!(!stuffed.contains(&0), "{len} bytes");
                assert_eq!(cobs_decode(&stuffed), Ok(bytes));
            }
        }
    }

    #[test]
    fn broken_cobs_bytes_are_refused() {
        for bytes in [&[][..], &[0], &[3, 1], &[2, 0], &[2, 1, 0], &[0xff, 1]] {
            assert_eq!(cobs_decode(bytes), Err(CobsError), "{bytes:?}");
        }
    }
}
