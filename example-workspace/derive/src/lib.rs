//! The derive macro of `codec::Telemetry`.

mod expand;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `codec::Telemetry` for a struct.
///
/// Each field is a channel: its attribute gives the number, its type the kind, and its name the
/// name.
///
/// ```
/// use codec::{Channel, Encoder, Frame, Header, Telemetry};
/// use derive::Telemetry;
///
/// #[derive(Debug, PartialEq, Telemetry)]
/// struct Attitude {
///     #[channel(1)]
///     pitch: f32,
///     #[channel(2)]
///     heading: u16,
/// }
///
/// let sent = Attitude { pitch: -1.25, heading: 270 };
/// let mut buffer = [0; 64];
/// let mut encoder = Encoder::new(&mut buffer, Header::default())?;
/// encoder.record(&sent)?;
///
/// let frame = Frame::parse(encoder.finish())?;
/// assert_eq!(Attitude::decode(&frame)?, sent);
/// assert_eq!(Attitude::CHANNELS[1], Channel::new::<u16>(2, "heading"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A field of a type that no channel carries does not compile:
///
/// ```compile_fail,E0277
/// #[derive(derive::Telemetry)]
/// struct Named {
///     #[channel(1)]
///     name: String,
/// }
/// ```
#[proc_macro_derive(Telemetry, attributes(channel))]
pub fn telemetry(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::telemetry(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
