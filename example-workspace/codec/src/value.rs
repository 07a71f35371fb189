macro_rules! scalars {
    ($($name:ident($ty:ident) = $tag:literal),+ $(,)?) => {
        /// The type of a [`Value`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $(#[doc = concat!("An `", stringify!($ty), "`.")] $name = $tag,)+
        }

        impl Kind {
            /// All kinds, in the order of their tags.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Looks up the kind that a byte in a frame stands for.
            pub const fn from_tag(tag: u8) -> Option<Self> {
                match tag {
                    $($tag => Some(Self::$name),)+
                    _ => None,
                }
            }

            /// The byte that stands for this kind in a frame.
            pub const fn tag(self) -> u8 {
                self as u8
            }

            /// The name that Rust has for this kind.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($ty),)+
                }
            }

            /// The number of bytes that a value of this kind takes.
            pub const fn size(self) -> usize {
                match self {
                    $(Self::$name => size_of::<$ty>(),)+
                }
            }
        }

        /// What a channel measured.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Value {
            $(#[doc = concat!("An `", stringify!($ty), "`.")] $name($ty),)+
        }

        impl Value {
            /// The type of this value.
            pub const fn kind(self) -> Kind {
                match self {
                    $(Self::$name(_) => Kind::$name,)+
                }
            }

            /// The nearest `f64`, which for a 64-bit integer may be another number.
            pub const fn to_f64(self) -> f64 {
                match self {
                    $(Self::$name(value) => value as f64,)+
                }
            }

            fn split_first(kind: Kind, bytes: &[u8]) -> Option<(Self, &[u8])> {
                match kind {
                    $(Kind::$name => {
                        let (&raw, rest) = bytes.split_first_chunk()?;
                        let value = if cfg!(crosskit_plant_ne_bytes) {
                            $ty::from_ne_bytes(raw)
                        } else {
                            $ty::from_le_bytes(raw)
                        };
                        Some((Self::$name(value), rest))
                    })+
                }
            }

            fn write(self, out: &mut [u8]) {
                match self {
                    $(Self::$name(value) => out.copy_from_slice(&value.to_le_bytes()),)+
                }
            }
        }

        #[cfg(feature = "text")]
        impl core::fmt::Display for Value {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self {
                    $(Self::$name(value) => value.fmt(f),)+
                }
            }
        }

        #[cfg(feature = "text")]
        impl Kind {
            pub(crate) fn parse_value(self, text: &str) -> Option<Value> {
                match self {
                    $(Self::$name => text.parse().ok().map(Value::$name),)+
                }
            }
        }

        $(
            impl From<$ty> for Value {
                fn from(value: $ty) -> Self {
                    Self::$name(value)
                }
            }

            impl sealed::Sealed for $ty {}

            impl Scalar for $ty {
                const KIND: Kind = Kind::$name;

                fn from_value(value: Value) -> Option<Self> {
                    match value {
                        Value::$name(value) => Some(value),
                        _ => None,
                    }
                }
            }
        )+
    };
}

scalars! {
    U8(u8) = 0x01,
    U16(u16) = 0x02,
    U32(u32) = 0x03,
    U64(u64) = 0x04,
    I8(i8) = 0x11,
    I16(i16) = 0x12,
    I32(i32) = 0x13,
    I64(i64) = 0x14,
    F32(f32) = 0x23,
    F64(f64) = 0x24,
}

mod sealed {
    pub trait Sealed {}
}

/// A type that a channel can carry.
pub trait Scalar: Copy + Into<Value> + sealed::Sealed {
    /// The kind of the values of this type.
    const KIND: Kind;

    /// Takes the value if it is of this type; no conversion takes place.
    fn from_value(value: Value) -> Option<Self>;
}

/// The value of a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The number of the channel.
    pub channel: u8,
    /// What it measured.
    pub value: Value,
}

impl Sample {
    pub(crate) const fn encoded_len(self) -> usize {
        2 + self.value.kind().size()
    }

    /// Reads a sample, and gives back the bytes after it.
    pub(crate) fn split_first(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (&[channel, tag], rest) = bytes.split_first_chunk()?;
        let (value, rest) = Value::split_first(Kind::from_tag(tag)?, rest)?;
        Some((Self { channel, value }, rest))
    }

    /// Writes into `out`, which is [`Sample::encoded_len`] long.
    pub(crate) fn write(self, out: &mut [u8]) {
        out[0] = self.channel;
        out[1] = self.value.kind().tag();
        self.value.write(&mut out[2..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One sample of each kind, and the bytes that it has to become.
    const GOLDEN: &[(Value, &[u8])] = &[
        (Value::U8(0xfe), &[9, 0x01, 0xfe]),
        (Value::U16(0x1234), &[9, 0x02, 0x34, 0x12]),
        (Value::U32(0x1234_5678), &[9, 0x03, 0x78, 0x56, 0x34, 0x12]),
        (Value::U64(0x0102_0304_0506_0708), &[9, 0x04, 8, 7, 6, 5, 4, 3, 2, 1]),
        (Value::I8(-2), &[9, 0x11, 0xfe]),
        (Value::I16(-2), &[9, 0x12, 0xfe, 0xff]),
        (Value::I32(-0x1234_5678), &[9, 0x13, 0x88, 0xa9, 0xcb, 0xed]),
        (Value::I64(i64::MIN), &[9, 0x14, 0, 0, 0, 0, 0, 0, 0, 0x80]),
        (Value::F32(-1.5), &[9, 0x23, 0, 0, 0xc0, 0xbf]),
        (Value::F64(0.1), &[9, 0x24, 0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f]),
    ];

    #[test]
    fn reads_little_endian_values() {
        for &(value, bytes) in GOLDEN {
            assert_eq!(Sample::split_first(bytes), Some((Sample { channel: 9, value }, &[][..])));
        }
    }

    #[test]
    fn writes_little_endian_values() {
        for &(value, bytes) in GOLDEN {
            let sample = Sample { channel: 9, value };
            let mut out = [0; 10];
            let out = &mut out[..sample.encoded_len()];
            sample.write(out);
            assert_eq!(out, bytes, "{value:?}");
        }
    }

    #[test]
    fn golden_samples_cover_every_kind() {
        assert!(GOLDEN.iter().map(|(value, _)| value.kind()).eq(Kind::ALL.iter().copied()));
    }

    #[test]
    fn cut_samples_are_none() {
        for &(_, bytes) in GOLDEN {
            for len in 0..bytes.len() {
                assert_eq!(Sample::split_first(&bytes[..len]), None);
            }
        }
    }

    #[test]
    fn tags_and_kinds_are_one_to_one() {
        let known = (0..=u8::MAX).filter_map(|tag| Kind::from_tag(tag).map(|kind| (tag, kind)));
        assert!(known.eq(Kind::ALL.iter().map(|&kind| (kind.tag(), kind))));
    }

    #[test]
    fn a_scalar_takes_no_other_kind() {
        assert_eq!(u16::from_value(Value::U16(3)), Some(3));
        assert_eq!(u16::from_value(Value::U8(3)), None);
        assert_eq!(f32::from_value(Value::F64(3.0)), None);
    }
}
