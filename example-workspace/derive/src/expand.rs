use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, LitInt, Result, Type};

pub(crate) fn telemetry(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "only a struct can be telemetry"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "channels take their names from named fields"));
    };
    let channels = fields.named.iter().map(Channel::new).collect::<Result<Vec<_>>>()?;
    refuse_duplicates(&channels)?;

    let entries = channels.iter().map(|Channel { id, field, ty }| {
        let name = field.to_string();
        let name = name.trim_start_matches("r#");
        quote!(::codec::Channel::new::<#ty>(#id, #name))
    });
    let encode = channels.iter().map(|Channel { id, field, .. }| quote!(encoder.sample(#id, self.#field)?;));
    let decode = channels
        .iter()
        .enumerate()
        .map(|(at, Channel { field, .. })| quote!(#field: <Self as ::codec::Telemetry>::CHANNELS[#at].read(frame)?));
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::codec::Telemetry for #name #type_generics #where_clause {
            const CHANNELS: &'static [::codec::Channel] = &[#(#entries),*];

            fn encode(
                &self,
                encoder: &mut ::codec::Encoder<'_>,
            ) -> ::core::result::Result<(), ::codec::EncodeError> {
                #(#encode)*
                ::core::result::Result::Ok(())
            }

            fn decode(
                frame: &::codec::Frame<'_>,
            ) -> ::core::result::Result<Self, ::codec::SchemaError> {
                ::core::result::Result::Ok(Self { #(#decode),* })
            }
        }
    })
}

struct Channel<'a> {
    id: u8,
    field: &'a Ident,
    ty: &'a Type,
}

impl<'a> Channel<'a> {
    fn new(field: &'a Field) -> Result<Self> {
        let Field { attrs, ident: Some(ident), ty, .. } = field else {
            return Err(Error::new_spanned(field, "channels take their names from named fields"));
        };
        let mut attributes = attrs.iter().filter(|attribute| attribute.path().is_ident("channel"));
        match (attributes.next(), attributes.next()) {
            (Some(attribute), None) => {
                let id = attribute.parse_args::<LitInt>()?.base10_parse()?;
                Ok(Self { id, field: ident, ty })
            }
            (None, _) => Err(Error::new_spanned(ident, "field has no `#[channel(number)]`")),
            (_, Some(second)) => Err(Error::new_spanned(second, "field has a channel already")),
        }
    }
}

/// A frame may repeat a channel, but a field that is never read back is a mistake.
fn refuse_duplicates(channels: &[Channel<'_>]) -> Result<()> {
    let errors = channels.iter().enumerate().filter_map(|(at, Channel { id, field, .. })| {
        let first = channels[..at].iter().find(|earlier| earlier.id == *id)?;
        Some(Error::new_spanned(field, format!("channel {id} is `{}` already", first.field)))
    });
    let combined = errors.reduce(|mut all, error| {
        all.combine(error);
        all
    });
    combined.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(item: &str) -> std::result::Result<String, Vec<String>> {
        let input = syn::parse_str(item).expect("the test has valid Rust");
        telemetry(&input)
            .map(|tokens| tokens.to_string())
            .map_err(|error| error.into_iter().map(|error| error.to_string()).collect())
    }

    #[track_caller]
    fn assert_expands_to(item: &str, expected: &TokenStream) {
        let (expansion, expected) = (expand(item).unwrap(), expected.to_string());
        assert!(expansion.contains(&expected), "{expected}\nis not in\n{expansion}");
    }

    #[test]
    fn channels_come_in_the_order_of_the_fields() {
        assert_expands_to(
            "struct S { #[channel(7)] a: u8, #[channel(0x02)] b: f64 }",
            &quote!(&[::codec::Channel::new::<u8>(7u8, "a"), ::codec::Channel::new::<f64>(2u8, "b")]),
        );
    }

    #[test]
    fn a_raw_identifier_is_named_without_its_prefix() {
        assert_expands_to("struct S { #[channel(1)] r#type: u8 }", &quote!((1u8, "type")));
    }

    #[test]
    fn generics_are_kept() {
        assert_expands_to(
            "struct S<T> where T: ::codec::Scalar { #[channel(1)] a: T }",
            &quote!(impl<T> ::codec::Telemetry for S<T> where T: ::codec::Scalar),
        );
    }

    #[test]
    fn other_attributes_are_left_alone() {
        assert!(expand("struct S { #[doc = \"\"] #[channel(1)] #[serde(skip)] a: u8 }").is_ok());
    }

    #[test]
    fn all_duplicates_are_reported() {
        let item = "struct S { #[channel(1)] a: u8, #[channel(1)] b: u8, #[channel(1)] c: u8 }";
        let errors = expand(item).unwrap_err();
        assert_eq!(errors, ["channel 1 is `a` already", "channel 1 is `a` already"]);
    }

    #[test]
    fn what_is_no_channel_is_refused() {
        for (item, error) in [
            ("enum E { A }", "only a struct can be telemetry"),
            ("struct S(#[channel(1)] u8);", "channels take their names from named fields"),
            ("struct S { a: u8 }", "field has no `#[channel(number)]`"),
            ("struct S { #[channel(1)] #[channel(2)] a: u8 }", "field has a channel already"),
            ("struct S { #[channel(256)] a: u8 }", "number too large to fit in target type"),
            ("struct S { #[channel(\"1\")] a: u8 }", "expected integer literal"),
        ] {
            assert_eq!(expand(item).unwrap_err(), [error], "{item}");
        }
    }
}
