use core::error::Error;
use core::fmt;

use crate::{EncodeError, Encoder, Frame, Kind, Scalar};

/// A record whose fields are channels.
///
/// The derive macro of the same name implements it for a struct.
pub trait Telemetry: Sized {
    /// The channels, in the order of the fields.
    const CHANNELS: &'static [Channel];

    /// Adds the fields to a frame.
    ///
    /// # Errors
    ///
    /// Fails if a field does not fit; see [`Encoder::record`] for a call that then adds none.
    fn encode(&self, encoder: &mut Encoder<'_>) -> Result<(), EncodeError>;

    /// Takes the fields from a frame, which may have other channels as well.
    ///
    /// # Errors
    ///
    /// Fails if a channel is missing or of another type than the field.
    fn decode(frame: &Frame<'_>) -> Result<Self, SchemaError>;
}

/// What is known about a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Channel {
    /// Its number.
    pub id: u8,
    /// Its name, which does not appear in frames.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
}

impl Channel {
    /// Describes a channel that carries a `T`.
    pub const fn new<T: Scalar>(id: u8, name: &'static str) -> Self {
        Self { id, name, kind: T::KIND }
    }

    /// Takes the value of this channel from a frame.
    ///
    /// # Errors
    ///
    /// Fails if the frame does not have the channel, or has it with another type than `T`.
    pub fn read<T: Scalar>(self, frame: &Frame<'_>) -> Result<T, SchemaError> {
        let value = frame.value(self.id).ok_or(SchemaError::Missing { channel: self })?;
        T::from_value(value).ok_or(SchemaError::Kind { channel: self, found: value.kind() })
    }
}

/// Why a frame is not the record that it was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaError {
    /// A channel is missing.
    Missing {
        /// The channel.
        channel: Channel,
    },
    /// A channel is of another type.
    Kind {
        /// The channel, with the type that it should be of.
        channel: Channel,
        /// The type that it is of.
        found: Kind,
    },
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { channel: Channel { id, name, .. } } => {
                write!(f, "channel {id} ({name}) is missing")
            }
            Self::Kind { channel: Channel { id, name, kind }, found } => {
                write!(f, "channel {id} ({name}) is {}, not {}", found.name(), kind.name())
            }
        }
    }
}

impl Error for SchemaError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::tests::GOLDEN;

    #[test]
    fn a_channel_reads_its_own_type_alone() {
        let frame = Frame::parse(GOLDEN).unwrap();
        let channel = Channel::new::<i16>(2, "heading");
        assert_eq!(channel.read(&frame), Ok(-300_i16));

        let channel = Channel::new::<u16>(2, "heading");
        assert_eq!(channel.read::<u16>(&frame), Err(SchemaError::Kind { channel, found: Kind::I16 }));

        let channel = Channel::new::<u16>(9, "speed");
        assert_eq!(channel.read::<u16>(&frame), Err(SchemaError::Missing { channel }));
    }
}
