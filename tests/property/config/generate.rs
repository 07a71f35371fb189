//! Config files, wanted keys, and text that is neither.
//!
//! The configs are put together from statements in all the forms that TOML has for a key, around the few tables that
//! crosskit writes to, so that its keys meet every form of neighbour. A statement that would make the text invalid is
//! left out.

use crosskit_core::config::{WantedKey, WantedValue};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const HEADERS: &[&str] = &[
    "[target]",
    "[target.T]",
    "[ target . \"T\" ]",
    "[target.'U']",
    "[target.T.ssl]",
    "[target.T.linker]",
    "[target.\"thumbv8m.main-none-eabi\"]",
    "[target.thumbv8m]",
    "[target.'cfg(unix)']",
    "[env]",
    "[env.R]",
    "[alias]",
    "[[list]]",
    "[list.sub]",
    "[[list.sub]]",
    "[[target]]",
    "[[target.T]]",
    "[empty]",
    "[\"\"]",
];

const KEYS: &[&str] = &[
    "target",
    "target.T",
    "target.T.ar",
    "target.T.linker",
    "target . 'U' . \"runner\"",
    "T",
    "T.ar",
    "T.linker",
    "U.linker",
    "linker",
    "\"runner\"",
    "'ar'",
    "thumbv8m.main-none-eabi.ar",
    "env",
    "env.R",
    "R",
    "R.value",
    "CC_T",
    "xtask",
    "alias.xtask",
    "k",
    "\"ü𝄞\"",
    "''",
    "1",
];

const VALUES: &[&str] = &[
    "1",
    "-0x1F",
    "nan",
    "1.5e3",
    "true",
    "1979-05-27 07:32:00",
    "\"ld\"",
    "'run'",
    "\"\\\"# crosskit\\\"\"",
    "'ü𝄞 # crosskit'",
    "\"\"\"ld\"\"\"",
    "'''@# crosskit@k = 1 # crosskit@@[target.T] # crosskit@'''",
    "\"\"\"@\\@  x\"\"\"",
    "[]",
    "[1, [2, {a = 3}]]",
    "[ # crosskit@  'x', # crosskit@@  # crosskit@]",
    "{}",
    "{ value = \"run\", relative = true }",
    "{ linker = 'cc' }",
    "{ T = { linker = 'ld', ar.x = [ { y = 1 } ] } }",
    "{ # crosskit@  T.x = 1, # crosskit@}",
];

const COMMENTS: &[&str] =
    &["", " ", "#", " # ü𝄞", "\t# not crosskit", " # crosskit-build", " # crosskit.toml", " ## \t", " # crosskits"];

const MARKS: &[&str] =
    &["", " # mine", " # crosskit", "# crosskit: note", " #crosskit ", " # crosskit: keep the blank line above"];

/// A line as the user may have written it, with `@` for each line end.
fn statement(comments: &'static [&'static str]) -> impl Strategy<Value = String> {
    let pair = (select(KEYS), select(&["=", " = ", "\t= "][..]), select(VALUES));
    let line = prop_oneof![
        2 => Just(String::new()),
        2 => select(HEADERS).prop_map(str::to_owned),
        4 => pair.prop_map(|(key, equals, value)| format!("{key}{equals}{value}")),
    ];
    let indent = prop_oneof![4 => Just(""), 1 => Just("  "), 1 => Just("\t")];
    (indent, line, select(comments)).prop_map(|(indent, line, comment)| format!("{indent}{line}{comment}"))
}

/// A valid config: most line ends of one kind or mixed, with or without a byte order mark and a last line end.
fn config_with(comments: &'static [&'static str]) -> impl Strategy<Value = String> {
    let line_ends =
        prop_oneof![Just(vec!["\n"]), Just(vec!["\r\n"]), Just(vec!["\n", "\r\n"]), Just(vec!["\r\n", "\r\n", "\n"])];
    (prop::collection::vec(statement(comments), 0..14), line_ends, any::<bool>(), any::<bool>()).prop_map(
        |(statements, line_ends, bom, last_line_end)| {
            let mut line_ends = line_ends.iter().cycle();
            let mut text = String::from(if bom { "\u{feff}" } else { "" });
            for statement in &statements {
                let mut longer = text.clone();
                for line in statement.split('@') {
                    longer.push_str(line);
                    longer.extend(line_ends.next().copied());
                }
                if longer.parse::<toml::Table>().is_ok() {
                    text = longer;
                }
            }
            if !last_line_end {
                let open = text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).map(str::len);
                text.truncate(open.unwrap_or(text.len()));
            }
            text
        },
    )
}

/// A config without marks.
pub fn plain_config() -> impl Strategy<Value = String> {
    config_with(COMMENTS)
}

/// A config in which some keys and headers carry the mark.
pub fn marked_config() -> impl Strategy<Value = String> {
    config_with(MARKS)
}

/// Text that is hardly ever TOML, but made of its pieces.
pub fn soup() -> impl Strategy<Value = String> {
    let pieces = [
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "\"",
        "'",
        "\"\"\"",
        "'''",
        "\\",
        "\\u",
        "#",
        "# crosskit",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\u{feff}",
        "\0",
        "ü",
        "𝄞",
        "target",
        "T",
        "linker",
        "env",
        "R",
        "1",
        "-",
        ":",
        "nan",
        "[target.T]\n",
        "[target.T] # crosskit\n",
        "linker = 'x'",
        " # crosskit\n",
        "R = { value = 1 }",
        "a.b = 1\n",
    ];
    prop::collection::vec(select(pieces.to_vec()), 0..24).prop_map(|pieces| pieces.concat())
}

fn wanted_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("ld".to_owned()),
        Just("run".to_owned()),
        Just("a \"b\" \\ c # crosskit\n[x]\r\n".to_owned()),
        any::<String>(),
    ]
}

/// Some of the keys that a policy wants.
pub fn wanted() -> impl Strategy<Value = Vec<WantedKey>> {
    let paths = [
        "target/T/linker",
        "target/T/runner",
        "target/U/linker",
        "target/thumbv8m/main-none-eabi/linker",
        "target/cfg(unix)/runner",
        "env/R",
        "env/CC_T",
        "env/ü",
        "alias/xtask",
        "k",
    ];
    (subsequence(paths.to_vec(), 0..=paths.len()).prop_shuffle()).prop_flat_map(|paths| {
        let values = prop::collection::vec((wanted_value(), any::<bool>()), paths.len());
        values.prop_map(move |values| {
            let keys = paths.iter().zip(values).map(|(path, (value, relative))| WantedKey {
                path: path.split('/').map(str::to_owned).collect(),
                value: if relative { WantedValue::EnvRelative(value) } else { WantedValue::String(value) },
            });
            keys.collect()
        })
    })
}
