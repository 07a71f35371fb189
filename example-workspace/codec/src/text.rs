use core::error::Error;
use core::fmt;
use core::str::FromStr;

use crate::{Flags, Frame, Kind, Sample, Timestamp};

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Writes seconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.as_micros();
        write!(f, "{}.{:06}", micros / 1_000_000, micros % 1_000_000)
    }
}

/// Writes the names of the flags, and the bits without a name as a number.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut unnamed = self.bits();
        let mut separator = "";
        for (flag, name) in [(Self::SYNCED, "synced"), (Self::REPLAY, "replay"), (Self::LOW_POWER, "low-power")] {
            if self.contains(flag) {
                unnamed &= !flag.bits();
                write!(f, "{separator}{name}")?;
                separator = "+";
            }
        }
        match unnamed {
            0 if separator.is_empty() => f.write_str("-"),
            0 => Ok(()),
            _ => write!(f, "{separator}{unnamed:#04x}"),
        }
    }
}

/// Writes `channel:kind=value`, from which [`Sample::from_str`] makes the same sample.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}={}", self.channel, self.value.kind(), self.value)
    }
}

/// Writes sequence number, time, flags and samples, in one line.
impl fmt::Display for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.header();
        write!(f, "#{} {} {}", header.sequence, header.timestamp, header.flags)?;
        self.samples().try_for_each(|sample| write!(f, " {sample}"))
    }
}

/// Reads `channel:kind=value`.
///
/// ```
/// use codec::{Sample, Value};
///
/// assert_eq!("4:i16=-90".parse(), Ok(Sample { channel: 4, value: Value::I16(-90) }));
/// ```
impl FromStr for Sample {
    type Err = ParseSampleError;

    fn from_str(text: &str) -> Result<Self, ParseSampleError> {
        let (channel, rest) = text.split_once(':').ok_or(ParseSampleError::Form)?;
        let (kind, value) = rest.split_once('=').ok_or(ParseSampleError::Form)?;
        let channel = channel.parse().map_err(|_| ParseSampleError::Channel)?;
        let kind = Kind::ALL.iter().find(|known| known.name() == kind).ok_or(ParseSampleError::Kind)?;
        let value = kind.parse_value(value).ok_or(ParseSampleError::Value(*kind))?;
        Ok(Self { channel, value })
    }
}

/// Why some text is not a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseSampleError {
    /// It is not of the form `channel:kind=value`.
    Form,
    /// The channel is no number from 0 to 255.
    Channel,
    /// There is no such kind.
    Kind,
    /// The value is not of the kind.
    Value(Kind),
}

impl fmt::Display for ParseSampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("a sample is written as channel:kind=value"),
            Self::Channel => f.write_str("a channel is a number from 0 to 255"),
            Self::Kind => {
                f.write_str("a kind is one of")?;
                Kind::ALL.iter().try_for_each(|kind| write!(f, " {kind}"))
            }
            Self::Value(kind) => write!(f, "the value is no {kind}"),
        }
    }
}

impl Error for ParseSampleError {}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString;

    use super::*;
    use crate::Value;
    use crate::frame::tests::GOLDEN;

    #[test]
    fn writes_the_golden_frame_in_one_line() {
        let text = Frame::parse(GOLDEN).unwrap().to_string();
        assert_eq!(text, "#123456 1767225600.000001 synced+low-power 1:f32=21.5 2:i16=-300 3:u8=99");
    }

    #[test]
    fn samples_survive_being_written_and_read() {
        for value in [
            Value::U64(u64::MAX),
            Value::I64(i64::MIN),
            Value::I8(-1),
            Value::F32(f32::MIN_POSITIVE),
            Value::F64(0.1 + 0.2),
            Value::F64(f64::NEG_INFINITY),
        ] {
            let sample = Sample { channel: 200, value };
            assert_eq!(sample.to_string().parse(), Ok(sample));
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_sample() {
        for (text, error) in [
            ("", ParseSampleError::Form),
            ("1:u8", ParseSampleError::Form),
            ("256:u8=1", ParseSampleError::Channel),
            ("1:u128=1", ParseSampleError::Kind),
            ("1:u8=256", ParseSampleError::Value(Kind::U8)),
            ("1:i16=", ParseSampleError::Value(Kind::I16)),
        ] {
            assert_eq!(text.parse::<Sample>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn flags_have_names_or_numbers() {
        for (bits, text) in [(0, "-"), (2, "replay"), (0x80, "0x80"), (0x41, "synced+0x40")] {
            assert_eq!(Flags::from_bits(bits).to_string(), text);
        }
    }
}
