use core::error::Error;
use core::fmt;
use core::iter::FusedIterator;
use core::ops::{BitOr, Range};
use core::time::Duration;

use crate::{Checksum, Sample, Scalar, Value, crc32};

pub(crate) const MAGIC: [u8; 2] = *b"TM";
pub(crate) const VERSION: u8 = 1;
pub(crate) const HEADER_LEN: usize = 18;
pub(crate) const TRAILER_LEN: usize = 4;

/// The largest payload of a frame.
///
/// A limit this low bounds how long a decoder waits for the rest of what only looks like a frame.
pub const MAX_PAYLOAD_LEN: usize = 1024;

/// The length of a frame without samples.
pub const MIN_FRAME_LEN: usize = HEADER_LEN + TRAILER_LEN;

/// The length of the longest frame.
pub const MAX_FRAME_LEN: usize = MIN_FRAME_LEN + MAX_PAYLOAD_LEN;

/// What a frame says about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The conditions that the frame was made under.
    pub flags: Flags,
    /// Counts the frames of a sender, and starts over at 0 after [`u32::MAX`].
    pub sequence: u32,
    /// When the samples were taken.
    pub timestamp: Timestamp,
}

impl Header {
    pub(crate) fn to_bytes(self, payload_len: u16) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..2].copy_from_slice(&MAGIC);
        bytes[2] = VERSION;
        bytes[3] = self.flags.bits();
        bytes[4..8].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.timestamp.as_micros().to_be_bytes());
        bytes[16..].copy_from_slice(&payload_len.to_be_bytes());
        bytes
    }
}

/// The conditions that a frame was made under.
///
/// Bits without a name are kept, so that a frame of a newer sender survives being decoded and
/// encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u8);

impl Flags {
    /// The clock of the sender was synchronised.
    pub const SYNCED: Self = Self(1 << 0);
    /// The frame comes from the memory of the sender, after it had lost the link.
    pub const REPLAY: Self = Self(1 << 1);
    /// The sender is about to run out of power.
    pub const LOW_POWER: Self = Self(1 << 2);

    /// The flags that a byte in a frame stands for.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The byte that stands for these flags in a frame.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of `flags` are set.
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A point in time, in microseconds since an epoch that sender and receiver agree on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The point in time that is this many microseconds after the epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The number of microseconds since the epoch.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The time that went by since `earlier`, or `None` if that is the later one.
    ///
    /// ```
    /// use codec::Timestamp;
    /// use std::time::Duration;
    ///
    /// let [start, end] = [1_000_000, 3_500_000].map(Timestamp::from_micros);
    /// assert_eq!(end.since(start), Some(Duration::from_millis(2500)));
    /// assert_eq!(start.since(end), None);
    /// ```
    pub const fn since(self, earlier: Self) -> Option<Duration> {
        match self.0.checked_sub(earlier.0) {
            Some(micros) if cfg!(crosskit_plant_usize) => Some(Duration::from_micros(micros as usize as u64)),
            Some(micros) => Some(Duration::from_micros(micros)),
            None => None,
        }
    }
}

/// A frame whose checksum and samples were found to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    header: Header,
    payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Reads the frame that `bytes` begin with; other bytes may follow it.
    ///
    /// # Errors
    ///
    /// Fails if the bytes begin with anything else than a whole frame.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        Ok(Verified::new(bytes, crc32)?.frame(bytes))
    }

    /// What the frame says about itself.
    pub const fn header(&self) -> Header {
        self.header
    }

    /// The samples, in the order of the frame.
    pub const fn samples(&self) -> Samples<'a> {
        Samples { rest: self.payload }
    }

    /// The first value of a channel.
    pub fn value(&self, channel: u8) -> Option<Value> {
        self.samples().find(|sample| sample.channel == channel).map(|sample| sample.value)
    }

    /// The first value of a channel, if it is of type `T`.
    pub fn get<T: Scalar>(&self, channel: u8) -> Option<T> {
        T::from_value(self.value(channel)?)
    }

    /// The number of bytes of the frame, from the magic to the checksum.
    pub const fn encoded_len(&self) -> usize {
        MIN_FRAME_LEN + self.payload.len()
    }
}

/// Iterator over the samples of a [`Frame`].
#[derive(Clone, Debug)]
pub struct Samples<'a> {
    rest: &'a [u8],
}

impl Iterator for Samples<'_> {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        // Verified bytes end with a whole sample, so this is `None` at the end alone.
        let (sample, rest) = Sample::split_first(self.rest)?;
        self.rest = rest;
        Some(sample)
    }
}

impl FusedIterator for Samples<'_> {}

/// That some bytes begin with a frame.
///
/// It does not borrow them, which lets a decoder go on moving its buffer while it looks for one.
#[derive(Clone, Debug)]
pub(crate) struct Verified {
    header: Header,
    payload: Range<usize>,
}

impl Verified {
    pub(crate) fn new(bytes: &[u8], checksum: Checksum) -> Result<Self, FrameError> {
        // Bytes that cannot become a frame are known as such before all of them are there.
        let prefix = MAGIC.len().min(bytes.len());
        if bytes[..prefix] != MAGIC[..prefix] {
            return Err(FrameError::Magic);
        }
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER_LEN>() else {
            return Err(FrameError::Incomplete { missing: MIN_FRAME_LEN - bytes.len() });
        };
        let &[_, _, version, flags, s0, s1, s2, s3, t0, t1, t2, t3, t4, t5, t6, t7, l0, l1] = header;
        if version != VERSION {
            return Err(FrameError::Version(version));
        }
        let payload_len = usize::from(u16::from_be_bytes([l0, l1]));
        if payload_len > MAX_PAYLOAD_LEN {
            return Err(FrameError::Length(payload_len));
        }

        let payload = HEADER_LEN..HEADER_LEN + payload_len;
        let Some(&stored) = rest.get(payload_len..).and_then(<[u8]>::first_chunk::<TRAILER_LEN>) else {
            return Err(FrameError::Incomplete { missing: payload.end + TRAILER_LEN - bytes.len() });
        };
        let stored = u32::from_be_bytes(stored);
        let computed = checksum(&bytes[..payload.end]);
        if stored != computed {
            return Err(FrameError::Checksum { stored, computed });
        }

        let mut samples = &bytes[payload.clone()];
        while !samples.is_empty() {
            let Some((_, rest)) = Sample::split_first(samples) else {
                return Err(FrameError::Payload { frame_len: payload.end + TRAILER_LEN });
            };
            samples = rest;
        }

        let header = Header {
            flags: Flags::from_bits(flags),
            sequence: u32::from_be_bytes([s0, s1, s2, s3]),
            timestamp: Timestamp::from_micros(u64::from_be_bytes([t0, t1, t2, t3, t4, t5, t6, t7])),
        };
        Ok(Self { header, payload })
    }

    pub(crate) fn encoded_len(&self) -> usize {
        self.payload.end + TRAILER_LEN
    }

    /// The frame itself, out of the bytes that were verified.
    pub(crate) fn frame(self, bytes: &[u8]) -> Frame<'_> {
        Frame { header: self.header, payload: &bytes[self.payload] }
    }
}

/// Why some bytes are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// The bytes end before the frame does.
    Incomplete {
        /// How many bytes are missing at least.
        missing: usize,
    },
    /// They do not begin with the magic.
    Magic,
    /// The frame is of a version that this decoder does not know.
    Version(u8),
    /// The payload claims to be longer than [`MAX_PAYLOAD_LEN`].
    Length(usize),
    /// The bytes are not the ones that were sent.
    Checksum {
        /// The checksum in the frame.
        stored: u32,
        /// The checksum of the bytes in front of it.
        computed: u32,
    },
    /// The frame is intact, and yet its payload is no sequence of samples.
    Payload {
        /// The length of the frame.
        frame_len: usize,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete { missing } => write!(f, "frame ends at least {missing} bytes early"),
            Self::Magic => f.write_str("no frame begins here"),
            Self::Version(version) => write!(f, "unknown version {version}"),
            Self::Length(len) => write!(f, "payload of {len} bytes, more than {MAX_PAYLOAD_LEN}"),
            Self::Checksum { stored, computed } => {
                write!(f, "checksum is {computed:08x}, frame says {stored:08x}")
            }
            Self::Payload { .. } => f.write_str("payload is no sequence of samples"),
        }
    }
}

impl Error for FrameError {}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The golden frame: made by hand from the table in the documentation.
    pub(crate) const GOLDEN: &[u8] = &[
        b'T', b'M', 0x01, 0x05, // magic, version, flags
        0x00, 0x01, 0xe2, 0x40, // sequence 123456
        0x00, 0x06, 0x47, 0x48, 0x46, 0x20, 0x40, 0x01, // timestamp
        0x00, 0x0d, // length of the payload
        0x01, 0x23, 0x00, 0x00, 0xac, 0x41, // channel 1: 21.5_f32
        0x02, 0x12, 0xd4, 0xfe, // channel 2: -300_i16
        0x03, 0x01, 0x63, // channel 3: 99_u8
        0x1a, 0xe8, 0x99, 0x12, // CRC-32
    ];

    pub(crate) const GOLDEN_HEADER: Header =
        Header { flags: Flags(0x05), sequence: 123_456, timestamp: Timestamp(0x0006_4748_4620_4001) };

    /// The golden frame with one byte replaced, and the checksum made right again.
    fn resealed(at: usize, byte: u8) -> [u8; GOLDEN.len()] {
        let mut bytes: [u8; GOLDEN.len()] = GOLDEN.try_into().unwrap();
        bytes[at] = byte;
        let (body, trailer) = bytes.split_last_chunk_mut().unwrap();
        *trailer = crc32(body).to_be_bytes();
        bytes
    }

    #[test]
    fn parses_the_golden_frame() {
        let frame = Frame::parse(GOLDEN).unwrap();
        assert_eq!(frame.header(), GOLDEN_HEADER);
        assert_eq!(frame.encoded_len(), GOLDEN.len());
        assert!(frame.samples().eq([
            Sample { channel: 1, value: Value::F32(21.5) },
            Sample { channel: 2, value: Value::I16(-300) },
            Sample { channel: 3, value: Value::U8(99) },
        ]));
    }

    #[test]
    fn looks_up_values_by_channel_and_type() {
        let frame = Frame::parse(GOLDEN).unwrap();
        assert_eq!(frame.get(2), Some(-300_i16));
        assert_eq!(frame.get::<u16>(2), None);
        assert_eq!(frame.value(4), None);
    }

    #[test]
    fn every_cut_frame_says_what_is_missing() {
        for len in 0..GOLDEN.len() {
            let Err(FrameError::Incomplete { missing }) = Frame::parse(&GOLDEN[..len]) else {
                panic!("{len} bytes are no whole frame");
            };
            assert!((1..=GOLDEN.len() - len).contains(&missing), "{missing} of {len}");
            if len >= HEADER_LEN {
                assert_eq!(len + missing, GOLDEN.len());
            }
        }
    }

    #[test]
    fn every_flipped_bit_is_found() {
        for bit in 0..GOLDEN.len() * 8 {
            let mut bytes: [u8; GOLDEN.len()] = GOLDEN.try_into().unwrap();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::parse(&bytes).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn rejects_an_unknown_version() {
        assert_eq!(Frame::parse(&resealed(2, 2)), Err(FrameError::Version(2)));
    }

    #[test]
    fn rejects_a_length_above_the_limit_at_once() {
        assert_eq!(Frame::parse(&resealed(16, 0x04)[..HEADER_LEN]), Err(FrameError::Length(0x040d)));
    }

    #[test]
    fn rejects_an_intact_frame_with_an_unknown_kind() {
        let error = FrameError::Payload { frame_len: GOLDEN.len() };
        assert_eq!(Frame::parse(&resealed(HEADER_LEN + 1, 0x7f)), Err(error));
    }

    #[test]
    fn keeps_flags_without_a_name() {
        let bytes = resealed(3, 0x81);
        let flags = Frame::parse(&bytes).unwrap().header().flags;
        assert_eq!(flags.bits(), 0x81);
        assert!(flags.contains(Flags::SYNCED));
        assert!(!flags.contains(Flags::SYNCED | Flags::REPLAY));
    }

    #[test]
    fn since_covers_more_than_32_bits_of_microseconds() {
        let start = Timestamp::from_micros(0x0006_4748_4620_4001);
        let end = Timestamp::from_micros(start.as_micros() + 7_200_000_001);
        assert_eq!(end.since(start), Some(Duration::new(7200, 1000)));
        assert_eq!(start.since(end), None);
    }
}
