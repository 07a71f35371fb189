//! The checksum that decoders use: the one in C, or where there is none, the one of `codec`.

#[cfg(target_env = "musl")]
pub(crate) use codec::crc32;
#[cfg(not(target_env = "musl"))]
pub(crate) use native::crc32;

pub(crate) const NAME: &str = if cfg!(target_env = "musl") { "portable" } else { "native" };
