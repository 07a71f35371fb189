use core::error::Error;
use core::fmt;
use core::iter::FusedIterator;

use crate::frame::{Frame, FrameError, MAGIC, MAX_FRAME_LEN, Verified};
use crate::{Checksum, crc32};

/// Bytes between frames that are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// How many bytes the decoder went on by; a longer stretch may come as several of these.
    pub bytes: usize,
    /// What is wrong with the first of them.
    pub reason: FrameError,
}

impl Skipped {
    /// Finds where the next frame could begin, other than at the start.
    fn new(bytes: &[u8], reason: FrameError) -> Self {
        let len = match reason {
            // The checksum vouches for the length, so nothing in between can be a frame.
            FrameError::Payload { frame_len } => frame_len,
            _ => {
                let next = (1..bytes.len()).find(|&at| {
                    let found = &bytes[at..];
                    found.starts_with(&MAGIC) || found == &MAGIC[..1]
                });
                next.unwrap_or(bytes.len())
            }
        };
        Self { bytes: len, reason }
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skipped {} bytes: {}", self.bytes, self.reason)
    }
}

impl Error for Skipped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.reason)
    }
}

/// Iterator over the frames in bytes that are all there.
///
/// Every byte belongs to exactly one item: to a frame, or to what was skipped.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    rest: &'a [u8],
    checksum: Checksum,
}

impl<'a> Frames<'a> {
    /// Looks for frames in `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::with_checksum(bytes, crc32)
    }

    /// Looks for frames in `bytes`, with another implementation of [`crc32`].
    pub fn with_checksum(bytes: &'a [u8], checksum: Checksum) -> Self {
        Self { rest: bytes, checksum }
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Result<Frame<'a>, Skipped>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (len, item) = match Verified::new(self.rest, self.checksum) {
            Ok(verified) => (verified.encoded_len(), Ok(verified.frame(self.rest))),
            Err(reason) => {
                let skipped = Skipped::new(self.rest, reason);
                (skipped.bytes, Err(skipped))
            }
        };
        self.rest = &self.rest[len..];
        Some(item)
    }
}

impl FusedIterator for Frames<'_> {}

/// Decodes bytes that arrive in pieces.
///
/// It keeps the beginning of a frame until the rest of it has arrived.
///
/// ```
/// use codec::{Decoder, Encoder, Header};
///
/// let mut buffer = [0; 32];
/// let bytes = Encoder::new(&mut buffer, Header::default())?.finish();
///
/// let mut decoder = Decoder::new();
/// let (mut first, mut second) = bytes.split_at(9);
/// assert_eq!(decoder.decode(&mut first), None);
/// assert_eq!(decoder.decode(&mut second).unwrap().unwrap().header(), Header::default());
/// assert_eq!(decoder.finish(), None);
/// # Ok::<(), codec::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    buffer: [u8; MAX_FRAME_LEN],
    /// Where in the buffer the bytes begin that belong to no item yet.
    start: usize,
    end: usize,
    checksum: Checksum,
}

impl Decoder {
    /// A decoder that has seen no bytes yet.
    pub const fn new() -> Self {
        Self::with_checksum(crc32)
    }

    /// A decoder that has seen no bytes yet, with another implementation of [`crc32`].
    pub const fn with_checksum(checksum: Checksum) -> Self {
        Self { buffer: [0; MAX_FRAME_LEN], start: 0, end: 0, checksum }
    }

    /// Takes bytes from the front of `input` up to the next item.
    ///
    /// `None` says that the input is used up.
    pub fn decode(&mut self, input: &mut &[u8]) -> Option<Result<Frame<'_>, Skipped>> {
        let found = self.advance(input, false)?;
        Some(self.item(found))
    }

    /// Gives out what is left when no more bytes will arrive; to be called until it is `None`.
    ///
    /// What looked like the beginning of a long frame may have whole frames in it.
    pub fn finish(&mut self) -> Option<Result<Frame<'_>, Skipped>> {
        let found = self.advance(&mut &[][..], true)?;
        Some(self.item(found))
    }

    pub(crate) fn advance(&mut self, input: &mut &[u8], at_end: bool) -> Option<Found> {
        loop {
            let bytes = &self.buffer[self.start..self.end];
            let (len, found) = match Verified::new(bytes, self.checksum) {
                Ok(verified) => (verified.encoded_len(), Ok((self.start, verified))),
                Err(FrameError::Incomplete { .. }) if !input.is_empty() => {
                    self.fill(input);
                    continue;
                }
                Err(FrameError::Incomplete { .. }) if bytes.is_empty() || !at_end => return None,
                Err(reason) => {
                    let skipped = Skipped::new(bytes, reason);
                    (skipped.bytes, Err(skipped))
                }
            };
            self.start += len;
            return Some(Found(found));
        }
    }

    pub(crate) fn item(&self, found: Found) -> Result<Frame<'_>, Skipped> {
        found.0.map(|(start, verified)| verified.frame(&self.buffer[start..]))
    }

    /// Moves bytes from the input into the buffer.
    ///
    /// An incomplete frame leaves room for at least one byte, as no frame is longer than the buffer.
    fn fill(&mut self, input: &mut &[u8]) {
        if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let room = &mut self.buffer[self.end..];
        let (taken, rest) = input.split_at(room.len().min(input.len()));
        room[..taken.len()].copy_from_slice(taken);
        self.end += taken.len();
        *input = rest;
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

/// An item that does not borrow the decoder yet: where a frame begins in the buffer, or why none.
pub(crate) struct Found(Result<(usize, Verified), Skipped>);
