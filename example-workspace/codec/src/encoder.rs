use core::error::Error;
use core::fmt;

use crate::frame::{HEADER_LEN, Header, MAX_PAYLOAD_LEN, MIN_FRAME_LEN, TRAILER_LEN};
use crate::{Sample, Telemetry, Value, crc32};

/// Writes one frame into a buffer.
///
/// A sample that does not fit is an error and leaves the frame as it was, so that a caller can
/// finish it and put the sample into the next one.
#[derive(Debug)]
pub struct Encoder<'a> {
    header: Header,
    buffer: &'a mut [u8],
    payload_len: usize,
}

impl<'a> Encoder<'a> {
    /// Begins a frame.
    ///
    /// # Errors
    ///
    /// Fails if the buffer is shorter than [`MIN_FRAME_LEN`].
    pub fn new(buffer: &'a mut [u8], header: Header) -> Result<Self, EncodeError> {
        if buffer.len() < MIN_FRAME_LEN {
            return Err(EncodeError::BufferTooShort);
        }
        Ok(Self { header, buffer, payload_len: 0 })
    }

    /// Adds the value of a channel.
    ///
    /// # Errors
    ///
    /// Fails if neither the buffer nor the frame has room for it.
    pub fn sample(&mut self, channel: u8, value: impl Into<Value>) -> Result<(), EncodeError> {
        let sample = Sample { channel, value: value.into() };
        let payload_len = self.payload_len + sample.encoded_len();
        if payload_len > MAX_PAYLOAD_LEN {
            return Err(EncodeError::FrameFull);
        }
        let payload_end = self.buffer.len() - TRAILER_LEN;
        let Some(out) = self.buffer[HEADER_LEN..payload_end].get_mut(self.payload_len..payload_len) else {
            return Err(EncodeError::BufferTooShort);
        };
        sample.write(out);
        self.payload_len = payload_len;
        Ok(())
    }

    /// Adds all channels of a record, or none of them.
    ///
    /// # Errors
    ///
    /// Fails if neither the buffer nor the frame has room for them.
    pub fn record(&mut self, record: &impl Telemetry) -> Result<(), EncodeError> {
        let before = self.payload_len;
        record.encode(self).inspect_err(|_| self.payload_len = before)
    }

    /// Completes the frame.
    pub fn finish(self) -> &'a [u8] {
        let Self { header, buffer, payload_len } = self;
        // The limit that `sample` keeps is far below what the field holds.
        let header = header.to_bytes(payload_len as u16);
        let (body, rest) = buffer.split_at_mut(HEADER_LEN + payload_len);
        body[..HEADER_LEN].copy_from_slice(&header);
        rest[..TRAILER_LEN].copy_from_slice(&crc32(body).to_be_bytes());
        &buffer[..MIN_FRAME_LEN + payload_len]
    }
}

/// Why something does not fit into a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The buffer is too short.
    BufferTooShort,
    /// The payload would become longer than [`MAX_PAYLOAD_LEN`].
    FrameFull,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BufferTooShort => "buffer is too short for the frame",
            Self::FrameFull => "frame has no room for another sample",
        })
    }
}

impl Error for EncodeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::tests::{GOLDEN, GOLDEN_HEADER};
    use crate::{Channel, Frame, MAX_FRAME_LEN, SchemaError};

    #[test]
    fn writes_the_golden_frame() {
        // What a longer frame left in the buffer must not show.
        let mut buffer = [0xaa; 64];
        let mut encoder = Encoder::new(&mut buffer, GOLDEN_HEADER).unwrap();
        encoder.sample(1, 21.5_f32).unwrap();
        encoder.sample(2, -300_i16).unwrap();
        encoder.sample(3, 99_u8).unwrap();
        assert_eq!(encoder.finish(), GOLDEN);
    }

    #[test]
    fn a_frame_may_fill_its_buffer_to_the_last_byte() {
        let mut buffer = [0; MIN_FRAME_LEN + 3];
        let mut encoder = Encoder::new(&mut buffer, Header::default()).unwrap();
        assert_eq!(encoder.sample(1, 1_u16), Err(EncodeError::BufferTooShort));
        assert_eq!(encoder.sample(1, 1_u8), Ok(()));
        assert_eq!(encoder.sample(1, 1_u8), Err(EncodeError::BufferTooShort));
        let bytes = encoder.finish();
        assert_eq!(bytes.len(), MIN_FRAME_LEN + 3);
        assert_eq!(Frame::parse(bytes).unwrap().get(1), Some(1_u8));
    }

    #[test]
    fn the_shortest_buffer_holds_a_frame_without_samples() {
        let mut buffer = [0; MIN_FRAME_LEN];
        assert!(Encoder::new(&mut buffer[1..], Header::default()).is_err());
        let bytes = Encoder::new(&mut buffer, Header::default()).unwrap().finish();
        assert_eq!(Frame::parse(bytes).unwrap().samples().count(), 0);
    }

    #[test]
    fn a_frame_ends_at_the_limit_of_the_format() {
        let mut buffer = [0; 2 * MAX_FRAME_LEN];
        let mut encoder = Encoder::new(&mut buffer, Header::default()).unwrap();
        let fitting = (0..).take_while(|_| encoder.sample(1, 1_u8).is_ok()).count();
        assert_eq!(fitting, MAX_PAYLOAD_LEN / 3);
        assert_eq!(encoder.sample(1, 1_u8), Err(EncodeError::FrameFull));
        assert_eq!(Frame::parse(encoder.finish()).unwrap().samples().count(), fitting);
    }

    struct Pair(u8, u32);

    impl Telemetry for Pair {
        const CHANNELS: &'static [Channel] = &[Channel::new::<u8>(1, "first"), Channel::new::<u32>(2, "second")];

        fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), EncodeError> {
            encoder.sample(1, self.0)?;
            encoder.sample(2, self.1)
        }

        fn decode(frame: &Frame<'_>) -> Result<Self, SchemaError> {
            Ok(Self(Self::CHANNELS[0].read(frame)?, Self::CHANNELS[1].read(frame)?))
        }
    }

    #[test]
    fn a_record_is_added_whole_or_not_at_all() {
        let mut buffer = [0; MIN_FRAME_LEN + 9 + 5];
        let mut encoder = Encoder::new(&mut buffer, Header::default()).unwrap();
        assert_eq!(encoder.record(&Pair(1, 2)), Ok(()));
        assert_eq!(encoder.record(&Pair(3, 4)), Err(EncodeError::BufferTooShort));
        let frame = Frame::parse(encoder.finish()).unwrap();
        assert_eq!(frame.samples().count(), 2);
        assert!(matches!(Pair::decode(&frame), Ok(Pair(1, 2))));
    }
}
