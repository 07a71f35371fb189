//! Encoder and decoder of binary telemetry frames.
//!
//! A frame carries samples of some channels at one point in time:
//!
//! | offset | size | field                                                    |
//! |-------:|-----:|----------------------------------------------------------|
//! |      0 |    2 | magic, `TM`                                              |
//! |      2 |    1 | version, 1                                               |
//! |      3 |    1 | [`Flags`]                                                |
//! |      4 |    4 | sequence number                                          |
//! |      8 |    8 | [`Timestamp`] in microseconds                            |
//! |     16 |    2 | length of the payload, at most [`MAX_PAYLOAD_LEN`]       |
//! |     18 |    n | payload: samples, one after the other                    |
//! | 18 + n |    4 | CRC-32 of everything before it                           |
//!
//! A sample is the number of its channel (one byte), the tag of its [`Kind`] (one byte) and the
//! value. Header and checksum are big-endian, values are little-endian, as the converters that
//! produce them deliver them.
//!
//! [`Encoder`] writes a frame into a buffer of the caller. For the way back there are [`Frames`],
//! over bytes that are all there, [`Decoder`], for bytes that arrive in pieces, and, with the
//! feature `std`, `Reader`. All of them find the next frame after bytes that are not one. No
//! input makes them panic, and none of them allocates.
//!
//! ```
//! use codec::{Encoder, Frames, Header, Sample, Timestamp, Value};
//!
//! let header = Header { sequence: 7, timestamp: Timestamp::from_micros(1_500_000), ..Header::default() };
//! let mut buffer = [0; 64];
//! let mut encoder = Encoder::new(&mut buffer, header)?;
//! encoder.sample(1, 21.5_f32)?;
//! let bytes = encoder.finish();
//!
//! let frame = Frames::new(bytes).next().unwrap().unwrap();
//! assert_eq!(frame.header(), header);
//! assert!(frame.samples().eq([Sample { channel: 1, value: Value::F32(21.5) }]));
//! # Ok::<(), codec::EncodeError>(())
//! ```

#![no_std]

#[cfg(feature = "std")]
extern crate std;

mod crc;
mod encoder;
mod frame;
#[cfg(feature = "std")]
mod reader;
mod schema;
mod stream;
#[cfg(feature = "text")]
mod text;
mod value;

pub use crc::{Checksum, crc32};
pub use encoder::{EncodeError, Encoder};
pub use frame::{Flags, Frame, FrameError, Header, MAX_FRAME_LEN, MAX_PAYLOAD_LEN, MIN_FRAME_LEN, Samples, Timestamp};
#[cfg(feature = "std")]
pub use reader::Reader;
pub use schema::{Channel, SchemaError, Telemetry};
pub use stream::{Decoder, Frames, Skipped};
#[cfg(feature = "text")]
pub use text::ParseSampleError;
pub use value::{Kind, Sample, Scalar, Value};
