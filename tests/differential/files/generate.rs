//! Sets of config files with a few tables and keys in common.

use super::{Files, HOME, INCLUDED, PARENT, ROOT};
use crate::random::Random;

const TABLES: &[&str] = &[
    "",
    "[foo]",
    "[foo.a]",
    "[target.x]",
    "[target.'cfg(unix)']",
    "[env]",
    "[alias]",
    "[build]",
    "[profile.dev]",
    "[registries.r]",
    "[\"q t\" . 'ü']",
    "[[list]]",
];

const KEYS: &[&str] =
    &["a", "b", "linker", "runner", "rustflags", "sub.b", "'d e'", "A.value", "Z", "''", "\"\\u0061\"", "'ü'"];

/// Values of the kinds that Cargo merges.
const VALUES: &[&str] = &[
    "'x'",
    "'x'",
    "\"y\"",
    "1",
    "true",
    "['x']",
    "['x', 1]",
    "[]",
    "{}",
    "{ a = 1 }",
    "{ value = 'x', relative = true }",
    "[{ a = 1 }, [1]]",
];

/// Values that are rarely written, and that Cargo takes all the same; or not, for the digits of some.
const UNUSUAL: &[&str] = &[
    "9223372036854775807",
    "-9223372036854775808",
    "+1",
    "1_000",
    "0x7F_ff",
    "0o17",
    "0b1",
    "0xFFFFFFFFFFFFFFFF",
    "9223372036854775808",
    "-9223372036854775809",
    "\"\"\"\n  two \\\n  lines\"\"\"",
    "'''\n'x' '''",
    "\"\\u00e9 \\U0001d11e\"",
    "\"\\e \\x41\"",
    "{ a = 1, }",
    "{\n  a = 1, # why\n  b.c = 2\n}",
    "[\n  1, # why\n]",
    "{ a.b = 1, a.c = 2 }",
];

/// Values of kinds that Cargo's configuration does not have.
const UNSUPPORTED: &[&str] = &[
    "1.5",
    "-0.0",
    "1e5",
    "nan",
    "-inf",
    "1979-05-27",
    "07:32:00",
    "07:32",
    "1979-05-27 07:32:00",
    "1979-05-27T07:32:00.999Z",
    "[1, [2.5]]",
    "{ x = [{ y = 1.5 }] }",
];

/// What is no value at all.
const INVALID: &[&str] = &[
    "01",
    "1__0",
    "-0x1F",
    "tru",
    "'x",
    "[1",
    "{ a = 1, a = 2 }",
    "{ a = { b = 1 }, a.c = 1 }",
    "'\u{7}'",
    "'a\rb'",
    "\"\\q\"",
    "\"\\ud800\"",
    "1979-13-40",
    ".5",
    "1 2",
    "1\nü = 2",
    "",
];

/// The files that there are. The nearest one may include another.
pub fn files(random: &mut Random) -> Files {
    let mut files = Files::new();
    // Cargo stops at the first file that it cannot read, so that half of the sets have none.
    let values = if random.chance(50) { values } else { any_values };
    for path in [ROOT, PARENT, HOME] {
        if random.chance(85) {
            files.insert(path, document(random, values));
        }
    }
    if random.chance(20)
        && let Some(root) = files.get_mut(ROOT)
    {
        let includes =
            ["['more.toml']", "[{ path = 'more.toml', optional = true }]", "[{ path = 'more.toml' }]", "'more.toml'"];
        root.insert_str(0, &format!("include = {}\n", random.word(&includes)));
        if random.chance(80) {
            files.insert(INCLUDED, document(random, values));
        }
    }
    files
}

fn document(random: &mut Random, value: fn(&mut Random) -> String) -> String {
    let line_end = random.word(&["\n", "\n", "\r\n"]);
    let mut text = String::from(if random.chance(5) { "\u{feff}" } else { "" });
    let tables = 1 + random.below(4);
    for table in random.some(tables, TABLES) {
        if !table.is_empty() {
            text.push_str(&format!("{table}\n"));
        }
        let keys = 1 + random.below(3);
        for key in random.some(keys, KEYS) {
            text.push_str(&format!("{key} = {}\n", value(random)));
        }
    }
    text.replace('\n', line_end)
}

fn values(random: &mut Random) -> String {
    random.word(VALUES).to_owned()
}

fn any_values(random: &mut Random) -> String {
    match random.below(100) {
        0..4 => random.word(UNUSUAL).to_owned(),
        4..6 => random.word(UNSUPPORTED).to_owned(),
        6 => random.word(INVALID).to_owned(),
        // Both parsers bound how deep values nest.
        7 => {
            let depth = 60 + random.below(80);
            format!("{}{}", "[".repeat(depth), "]".repeat(depth))
        }
        _ => values(random),
    }
}
