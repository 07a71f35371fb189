//! The words that configs are made of. `@` stands for a line end and `~` for the number of the statement, by which
//! words that would be there twice differ.

use proptest::prelude::*;
use proptest::sample::select;

pub const HEADERS: &[&str] = &[
    "[target]",
    "[target.T]",
    "[ target . \"T\" ]",
    "[target.'U']",
    "[target.T.ssl]",
    "[target.T.linker]",
    "[target.\"thumbv8m.main-none-eabi\"]",
    "[target.thumbv8m]",
    "[target.'cfg(unix)']",
    "[target.'cfg(all(unix, target_arch = \"arm~\"))']",
    "[target.x86_64-unknown-linux-gnu~]",
    "[env]",
    "[env.R]",
    "[alias]",
    "[build]",
    "[profile.dev.package.\"p~\"]",
    "[profile.ü~]",
    "[registries . my-~]",
    "[[list]]",
    "[list.sub]",
    "[[list.sub]]",
    "[[target]]",
    "[[target.T]]",
    "[empty]",
    "[\"\"]",
    "[\"k \\\"~\"]",
];

pub const KEYS: &[&str] = &[
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
    "rustflags",
    "k~",
    "key-~",
    "K~.a . b",
    "\"q ~\"",
    "'ü~'",
    "\"\\u00FC-~\".\"x.y\"",
    "~",
];

pub const VALUES: &[&str] = &[
    "1",
    "-0x1F",
    "true",
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
    "[@  \"-C\", \"link-arg=-fuse-ld=lld\", # why@\t'--cfg=a'@]",
    "{}",
    "{ value = \"run\", relative = true }",
    "{ linker = 'cc' }",
    "{ T = { linker = 'ld', ar.x = [ { y = 1 } ] } }",
    "{ # crosskit@  T.x = 1, # crosskit@}",
    "nan",
    "1.5e3",
    "1979-05-27 07:32:00",
];

/// The values without those of a kind that Cargo's configuration does not have.
pub const LOADABLE: &[&str] = VALUES.split_at(VALUES.len() - 3).0;

pub const COMMENTS: &[&str] =
    &["", "", " ", "#", " # ü𝄞", "\t# not crosskit", " # crosskit-build", " # crosskit.toml", " ## \t", " # crosskits"];

pub const MARKS: &[&str] =
    &["", "", " # mine", " # crosskit", "# crosskit: note", " #crosskit ", " # crosskit: keep the blank line above"];

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
