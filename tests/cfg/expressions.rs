//! The expressions that are compared: corners that somebody thought of, and made ones.

use std::collections::{BTreeMap, BTreeSet};

use crate::random::Random;
use crate::rustc::{KNOWN, Known};

/// The seed, unless the environment names another.
const SEED: u64 = 2026;

/// How many expressions there are, unless the environment asks for more. With fewer, the corners would be most of them.
const COUNT: usize = 300;

/// Names that an expression may ask for: set on some targets, set by flags, set by nobody, literals and operators.
const NAMES: &[&str] = &[
    "unix",
    "unix",
    "windows",
    "windows",
    "debug_assertions",
    "test",
    "doc",
    "miri",
    "proc_macro",
    "feature",
    "mine",
    "true",
    "false",
    "r#true",
    "r#false",
    "r#unix",
    "r#windows",
    "r#async",
    "async",
    "r#all",
    "r#any",
    "r#not",
    "r#x",
    "_",
    "_x9",
    "Unix",
    "unix_",
    "r",
    "rr",
    "allx",
    "nota",
    "target_thread_local",
    "overflow_checks",
];

/// Keys that rustc never prints.
const UNKNOWN_KEYS: &[&str] =
    &["feature", "r#feature", "target_colour", "target", "accessible", "version", "true", "r#all", "r#target_os", "x"];

/// Values that no key of a target has; some flags set a key to one.
const ODD_VALUES: &[&str] = &[
    "",
    " ",
    "3",
    "x",
    "é → (,)",
    "日本",
    "a\\b\\",
    "\\n",
    "\\",
    "'",
    "(",
    ")",
    ",",
    "=",
    "#",
    "\t",
    "\n",
    "r#x",
    "\u{0}",
];

/// What may stand where it should not.
const STRAY: &[&str] = &[
    "(", ")", ",", "=", "\"", "'", " ", "\t", "\n", "\r", "\u{a0}", "#", "r#", "!", "&&", "|", "9", "-", ".", "\\",
    "é", "a", "not", "all(", "cfg(", "==", ";", "//", "\u{feff}", "\u{0}",
];

/// Expressions, mistakes and platforms that have to be there whatever the seed.
const CORNERS: &[&str] = &[
    // Operators.
    "cfg(all())",
    "cfg(any())",
    "cfg(not(all()))",
    "cfg(not(any()))",
    "cfg(all(unix,))",
    "cfg(any(unix , windows , ))",
    "cfg(all(any(), all()))",
    "cfg(not(not(not(unix))))",
    "cfg(not(all(unix, not(any(windows, target_os = \"linux\")))))",
    "cfg(  all  (  unix  ,  target_os  =  \"linux\"  )  )",
    "cfg(all(unix,target_os=\"linux\"))",
    // Literals, raw names, names like operators.
    "cfg(true)",
    "cfg(false)",
    "cfg(r#true)",
    "cfg(r#false)",
    "cfg(not(true))",
    "cfg(true = \"x\")",
    "cfg(r#x)",
    "cfg(r#unix)",
    "cfg(r#target_os = \"linux\")",
    "cfg(r#async)",
    "cfg(async)",
    "cfg(r#all)",
    "cfg(r#all = \"x\")",
    "cfg(all(r#not, r#any))",
    "cfg(True)",
    "cfg(ALL())",
    // What Cargo never sets, or always.
    "cfg(debug_assertions)",
    "cfg(not(debug_assertions))",
    "cfg(test)",
    "cfg(not(test))",
    "cfg(any(test, unix))",
    "cfg(proc_macro)",
    "cfg(r#proc_macro)",
    "cfg(not(proc_macro))",
    "cfg(feature)",
    "cfg(feature = \"x\")",
    "cfg(not(feature = \"x\"))",
    "cfg(panic = \"unwind\")",
    "cfg(panic = \"abort\")",
    "cfg(panic)",
    // Keys.
    "cfg(target_os)",
    "cfg(target_has_atomic)",
    "cfg(target_has_atomic = \"ptr\")",
    "cfg(target_has_atomic = \"128\")",
    "cfg(target_feature = \"neon\")",
    "cfg(target_feature = \"crt-static\")",
    "cfg(target_feature = \"+neon\")",
    "cfg(target_pointer_width = \"65\")",
    "cfg(target_pointer_width = \"16\")",
    "cfg(target_endian = \"middle\")",
    "cfg(target_abi = \"\")",
    "cfg(target_abi = \"eabihf\")",
    "cfg(target_colour = \"green\")",
    "cfg(not(target_colour = \"green\"))",
    "cfg(target_os = \"Linux\")",
    "cfg(target_os = \" linux\")",
    "cfg(unix = \"\")",
    "cfg(mine)",
    "cfg(level = \"3\")",
    // Strings.
    "cfg(word = \"é → (,)\")",
    "cfg(path = \"a\\b\\\")",
    "cfg(path = \"a\\\"b\")",
    "cfg(path = \"a\\\\\")",
    "cfg(x = \"\t\n\")",
    "cfg(x = \"日本\")",
    "cfg(x = '3')",
    "cfg(x = \"3')",
    "cfg(x = \"3)",
    "cfg(x = r\"3\")",
    "cfg(x = b\"3\")",
    "cfg(x = \"3\" \"4\")",
    "cfg(x = 3)",
    "cfg(x = unix)",
    "cfg(x = )",
    "cfg(x == \"3\")",
    "cfg( = \"3\")",
    "cfg(\"x\" = \"3\")",
    "cfg(\"x\")",
    "cfg('x')",
    "cfg(target_os = (\"linux\"))",
    // White space.
    "cfg( unix )",
    "cfg(\tunix)",
    "cfg(unix\n)",
    "cfg(\u{a0}unix)",
    "cfg (unix)",
    "cfg( )",
    " cfg(unix)",
    "cfg(unix) ",
    "cfg(unix)\n",
    // Everything else that is malformed.
    "",
    "cfg",
    "cfg(",
    "cfg)",
    "cfg()",
    "()",
    "cfg(unix",
    "cfg[unix]",
    "cfg{unix}",
    "#[cfg(unix)]",
    "cfg(cfg(unix))",
    "CFG(unix)",
    "cfg!(unix)",
    "cfg(unix))",
    "cfg((unix))",
    "cfg(unix windows)",
    "cfg(unix, windows)",
    "cfg(unix,)",
    "cfg(,)",
    "cfg(unix || windows)",
    "cfg(!unix)",
    "cfg(foo(unix))",
    "cfg(r#not(unix))",
    "cfg(all)",
    "cfg(all unix)",
    "cfg(all = \"x\")",
    "cfg(not)",
    "cfg(not())",
    "cfg(not(unix,))",
    "cfg(not(unix, windows))",
    "cfg(not unix)",
    "cfg(all(unix)",
    "cfg(all(unix windows))",
    "cfg(all(,))",
    "cfg(all(unix,,windows))",
    "cfg(any(,unix))",
    "cfg(all(unix);)",
    "cfg(9x)",
    "cfg(-x)",
    "cfg(x-y)",
    "cfg(target.os = \"linux\")",
    "cfg(é)",
    "cfg(uniх)",
    "cfg(r#)",
    "cfg(r#9)",
    "cfg(r# unix)",
    "cfg(r #unix)",
    "cfg(r#r#unix)",
    "cfg(R#unix)",
    "cfg(r##unix)",
    "cfg(r#\"unix\"#)",
    "cfg(#unix)",
    "cfg(unix#)",
    "cfg(unix) all(unix)",
    "cfg(unix)cfg(windows)",
    "any(cfg(unix), cfg(windows))",
    "not(windows)",
    // Platforms that are no expressions.
    "unix",
    "x86_64-unknown-linux-gnu",
    "thumbv8m.main-none-eabi",
    "no such target",
];

/// The expressions of this run, each once; the corners come first.
pub fn all() -> Vec<String> {
    let (seed, count) = settings();
    let mut generator = Generator::new(seed, &KNOWN);
    let mut expressions: Vec<String> = CORNERS.iter().map(|corner| (*corner).to_owned()).collect();
    expressions.extend(nested_deeply());
    let mut seen: BTreeSet<String> = expressions.iter().cloned().collect();
    while expressions.len() < count {
        let expression = generator.platform();
        if seen.insert(expression.clone()) {
            expressions.push(expression);
        }
    }
    expressions
}

/// The seed and the number of expressions.
pub fn settings() -> (u64, usize) {
    let count = number("CROSSKIT_CFG_EXPRESSIONS").map_or(COUNT, |count| COUNT.max(count as usize));
    (number("CROSSKIT_CFG_SEED").unwrap_or(SEED), count)
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|error| panic!("{variable}={value}: {error}")))
}

/// As deep as an expression may be.
fn nested_deeply() -> impl Iterator<Item = String> {
    let limit = crosskit_core::cfgs::NESTING_LIMIT;
    [limit - 1, limit].into_iter().map(|depth| format!("cfg({}unix{})", "not(".repeat(depth), ")".repeat(depth)))
}

struct Generator {
    random: Random,
    /// What rustc prints for some target: keys with all their values.
    values: Vec<(String, Vec<String>)>,
}

impl Generator {
    fn new(seed: u64, known: &Known) -> Generator {
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in known.targets.iter().flat_map(|target| target.printed.lines()) {
            if let Some((key, value)) = line.split_once('=') {
                values.entry(key.to_owned()).or_default().insert(value.trim_matches('"').to_owned());
            }
        }
        let values = values.into_iter().map(|(key, values)| (key, values.into_iter().collect())).collect();
        Generator { random: Random::new(seed), values }
    }

    /// A well-formed expression, or one with damage, which mostly is a mistake.
    fn platform(&mut self) -> String {
        let depth = self.random.below(6);
        let expression = self.expression(depth);
        let mut text = format!("cfg({}{expression}{})", self.gap(), self.gap());
        if self.random.one_in(3) {
            for _ in 0..=self.random.below(2) {
                text = self.damaged(&text);
            }
        }
        text
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.one_in(4) {
            return self.leaf();
        }
        let operator = *self.random.pick(&["all", "any", "any", "not"]);
        let count = if operator == "not" { 1 } else { self.random.below(4) };
        let mut text = format!("{operator}{}({}", self.gap(), self.gap());
        for place in 0..count {
            let inner = self.expression(depth - 1);
            let last = place + 1 == count;
            let comma = !last || operator != "not" && self.random.one_in(5);
            text = format!("{text}{inner}{}{}{}", self.gap(), if comma { "," } else { "" }, self.gap());
        }
        text + ")"
    }

    fn leaf(&mut self) -> String {
        let (key, right) = match self.random.below(10) {
            0..=1 => return (*self.random.pick(NAMES)).to_owned(),
            2 => return self.key().0,
            3 => ((*self.random.pick(UNKNOWN_KEYS)).to_owned(), String::new()),
            _ => self.key(),
        };
        let value = match self.random.below(10) {
            0 => (*self.random.pick(ODD_VALUES)).to_owned(),
            1 => self.key().1,
            2 => right.to_uppercase(),
            _ => right,
        };
        format!("{key}{}={}\"{value}\"", self.gap(), self.gap())
    }

    /// A key that rustc prints, and one of the values that it has somewhere.
    fn key(&mut self) -> (String, String) {
        let (key, values) = self.random.pick(&self.values).clone();
        let value = self.random.pick(&values).clone();
        (key, value)
    }

    fn gap(&mut self) -> &'static str {
        self.random.pick::<&str>(&["", "", "", " ", " ", "   "])
    }

    /// The text with one thing taken out, put in or put in another's place.
    fn damaged(&mut self, text: &str) -> String {
        let at: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let place = self.random.below(at.len());
        let (start, end) = (at[place], at[(place + 1).min(at.len() - 1)]);
        let stray = *self.random.pick(STRAY);
        match self.random.below(7) {
            0 => format!("{}{}", &text[..start], &text[end..]),
            1 | 2 => format!("{}{stray}{}", &text[..start], &text[start..]),
            3 => format!("{}{stray}{}", &text[..start], &text[end..]),
            4 => format!("{})", &text[..start]),
            5 => text.replacen('"', "'", 1 + self.random.below(2)),
            _ => text.replacen([',', '=', '('], " ", 1),
        }
    }
}
