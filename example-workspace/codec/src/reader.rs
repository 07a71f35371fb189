use std::io::{self, BufRead, ErrorKind};

use crate::{Checksum, Decoder, Frame, Skipped, crc32};

/// Reads frames from a stream.
///
/// ```
/// use codec::{Encoder, Header, Reader};
///
/// let mut buffer = [0; 32];
/// let bytes = Encoder::new(&mut buffer, Header::default())?.finish();
///
/// let mut reader = Reader::new(bytes);
/// while let Some(item) = reader.next_frame()? {
///     match item {
///         Ok(frame) => println!("{:?}", frame.header()),
///         Err(skipped) => eprintln!("{skipped}"),
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    inner: R,
    decoder: Decoder,
}

impl<R: BufRead> Reader<R> {
    /// Reads frames from `inner`.
    pub const fn new(inner: R) -> Self {
        Self::with_checksum(inner, crc32)
    }

    /// Reads frames from `inner`, with another implementation of [`crc32`].
    pub const fn with_checksum(inner: R, checksum: Checksum) -> Self {
        Self { inner, decoder: Decoder::with_checksum(checksum) }
    }

    /// Reads up to the next item; `None` is the end of the stream.
    ///
    /// # Errors
    ///
    /// Fails if the stream does. What was read before is not lost, and a later call goes on.
    pub fn next_frame(&mut self) -> io::Result<Option<Result<Frame<'_>, Skipped>>> {
        loop {
            let available = match self.inner.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let at_end = available.is_empty();
            let mut rest = available;
            let found = self.decoder.advance(&mut rest, at_end);
            let used = available.len() - rest.len();
            self.inner.consume(used);
            match found {
                Some(found) => return Ok(Some(self.decoder.item(found))),
                None if at_end => return Ok(None),
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};
    use std::vec::Vec;

    use super::*;
    use crate::frame::tests::{GOLDEN, GOLDEN_HEADER};

    /// Gives a byte at a time, and is interrupted before each.
    struct Halting<'a> {
        bytes: &'a [u8],
        interrupted: bool,
    }

    impl Read for Halting<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(ErrorKind::Interrupted.into());
            }
            let len = buffer.len().min(1);
            self.bytes.read(&mut buffer[..len])
        }
    }

    #[test]
    fn reads_frames_from_a_halting_stream() {
        let bytes = [GOLDEN, b"noise", GOLDEN].concat();
        let mut reader = Reader::new(BufReader::new(Halting { bytes: &bytes, interrupted: false }));
        let (mut headers, mut skipped) = (Vec::new(), 0);
        while let Some(item) = reader.next_frame().unwrap() {
            match item {
                Ok(frame) => headers.push(frame.header()),
                Err(error) => skipped += error.bytes,
            }
        }
        assert_eq!(headers, [GOLDEN_HEADER; 2]);
        assert_eq!(skipped, b"noise".len());
    }

    /// Fails once, in the middle of a frame.
    struct Failing<'a> {
        parts: [&'a [u8]; 2],
        failed: bool,
    }

    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.parts[0].read(buffer)? {
                0 if !self.failed => {
                    self.failed = true;
                    Err(ErrorKind::TimedOut.into())
                }
                0 => self.parts[1].read(buffer),
                len => Ok(len),
            }
        }
    }

    #[test]
    fn goes_on_after_an_error_of_the_stream() {
        let parts = GOLDEN.split_at(20).into();
        let mut reader = Reader::new(BufReader::new(Failing { parts, failed: false }));
        assert_eq!(reader.next_frame().unwrap_err().kind(), ErrorKind::TimedOut);
        assert_eq!(reader.next_frame().unwrap().unwrap().unwrap().header(), GOLDEN_HEADER);
        assert!(reader.next_frame().unwrap().is_none());
    }
}
