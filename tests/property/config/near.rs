//! Statements at wanted keys and beside them, in all the forms that TOML has for a key: under a header, dotted from any
//! table above, in an inline table, and with its parts bare, quoted or escaped.

use crosskit_core::config::WantedKey;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A statement that is complete once the wanted keys are known.
#[derive(Clone, Debug)]
pub struct Near {
    key: Index,
    place: Place,
    /// How many parts of the path stand in a header.
    header: Index,
    /// How many of the others stand before an inline table; all of them if there is none.
    inline: Option<Index>,
    quotes: [Quotes; 4],
    dot: &'static str,
    value: Option<&'static str>,
}

/// Which key it is.
#[derive(Clone, Copy, Debug)]
enum Place {
    Wanted,
    Beside(&'static str),
    Above,
    Below,
}

#[derive(Clone, Copy, Debug)]
enum Quotes {
    Bare,
    Basic,
    Literal,
    Escaped,
}

/// A near statement in its parts.
#[derive(Clone, Debug)]
pub struct Line {
    /// The header above it; empty for the root.
    pub header: Vec<String>,
    /// The header as it is written.
    pub header_text: String,
    /// The key and the value.
    pub text: String,
}

/// A statement with one of these values, or with the wanted one.
pub fn near(values: &'static [&'static str]) -> impl Strategy<Value = Near> {
    let beside = ["ar", "linker", "runner", "rustflags", "ü", "", "n~"];
    let place = prop_oneof![
        8 => Just(Place::Wanted),
        5 => select(beside.to_vec()).prop_map(Place::Beside),
        1 => Just(Place::Above),
        1 => Just(Place::Below),
    ];
    let quotes = prop_oneof![
        5 => Just(Quotes::Bare),
        1 => Just(Quotes::Basic),
        1 => Just(Quotes::Literal),
        1 => Just(Quotes::Escaped),
    ];
    let inline = prop_oneof![4 => Just(None), 1 => any::<Index>().prop_map(Some)];
    let dot = select(&[".", ".", " . ", ".\t"][..]);
    let value = prop_oneof![1 => Just(None), 3 => select(values).prop_map(Some)];
    (any::<Index>(), place, any::<Index>(), inline, prop::array::uniform4(quotes), dot, value).prop_map(
        |(key, place, header, inline, quotes, dot, value)| Near { key, place, header, inline, quotes, dot, value },
    )
}

impl Near {
    /// The statement beside these keys; `None` if nothing is wanted.
    pub fn line(&self, wanted: &[WantedKey]) -> Option<Line> {
        let key = (!wanted.is_empty()).then(|| self.key.get(wanted))?;
        let mut path = key.path.clone();
        match self.place {
            Place::Wanted => {}
            Place::Beside(name) => *path.last_mut()? = name.to_owned(),
            Place::Above if path.len() > 1 => drop(path.pop()),
            Place::Above => {}
            Place::Below => path.push("value".to_owned()),
        }
        let (above, rest) = path.split_at(self.header.index(path.len()));
        let value = self.value.map_or_else(|| key.value.to_toml(), str::to_owned);
        let text = match self.inline {
            Some(inline) if rest.len() > 1 => {
                let (outer, inner) = rest.split_at(1 + inline.index(rest.len() - 1));
                format!("{} = {{ {} = {value}, z = 1 }}", self.dotted(outer), self.dotted(inner))
            }
            _ => format!("{} = {value}", self.dotted(rest)),
        };
        Some(Line { header: above.to_vec(), header_text: format!("[{}]", self.dotted(above)), text })
    }

    fn dotted(&self, path: &[String]) -> String {
        let parts = path.iter().zip(self.quotes.iter().cycle()).map(|(part, quotes)| quotes.write(part));
        parts.collect::<Vec<_>>().join(self.dot)
    }
}

impl Quotes {
    fn write(self, part: &str) -> String {
        let bare = !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_~".contains(&b));
        match self {
            Quotes::Bare if bare => part.to_owned(),
            Quotes::Bare | Quotes::Basic => format!("\"{part}\""),
            Quotes::Literal => format!("'{part}'"),
            Quotes::Escaped => {
                let mut letters = part.chars();
                let first = letters.next().map(|first| format!("\\U{:08x}", u32::from(first)));
                format!("\"{}{}\"", first.unwrap_or_default(), letters.as_str())
            }
        }
    }
}
