//! Which program really links for a target: the configured one, rustc's default, and lld or the driver's own linker
//! behind it.
//!
//! rustc guesses from the linker's file name what kind of program it is. Tried with rustc 1.95, by a test for every name
//! and every target; the default of `*-linux-gnu` is rust-lang/rust#155437.

use std::path::Path;

/// How rustc treats the linker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A compiler driver that takes its own linker.
    Driver,
    /// A compiler driver that rustc tells to take the LLD that comes with the toolchain.
    DriverWithLld,
    /// A linker that is started by itself.
    Direct,
    /// LLD, started by itself.
    Lld,
}

/// What links, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linking {
    /// The program.
    pub program: String,
    /// How rustc treats it.
    pub style: Style,
    /// Why, in words.
    pub why: String,
}

/// The linker that rustc takes for a target where nothing names one; none where only rustc knows.
///
/// Source: `rustc --print all-target-specs-json`, with which a test compares.
pub fn default_linker(triple: &str) -> Option<String> {
    let words: Vec<&str> = triple.split('-').collect();
    let (arch, last) = (words.first().copied()?, words.last().copied()?);
    let has = |word: &str| words.contains(&word);
    let program = match last {
        "gnu" if has("windows") && has("uwp") => "gcc".to_owned(),
        "gnu" if has("windows") => format!("{arch}-w64-mingw32-gcc"),
        "gnullvm" => format!("{arch}-w64-mingw32-clang"),
        "msvc" => "link.exe".to_owned(),
        "wasip2" | "wasip3" => "wasm-component-ld".to_owned(),
        "emscripten" => "emcc".to_owned(),
        "uefi" => "rust-lld".to_owned(),
        _ if arch.starts_with("wasm") => "rust-lld".to_owned(),
        _ if has("none") => match arch {
            "avr" | "m68k" | "msp430" | "sparc" | "nvptx64" | "bpfeb" | "bpfel" => return None,
            _ if arch.starts_with("xtensa") => return None,
            _ => "rust-lld".to_owned(),
        },
        _ if has("unikraft") || arch == "hexagon" || has("wrs") => return None,
        _ if has("linux") || has("apple") || has("freebsd") || has("netbsd") || has("openbsd") => "cc".to_owned(),
        _ if has("dragonfly") || has("haiku") || has("illumos") || has("solaris") => "cc".to_owned(),
        _ => return None,
    };
    Some(program)
}

/// What links for a triple under rustc of this minor version. `flags` are rustc's: the last `-Clinker` wins over the
/// configured linker, and the last `-fuse-ld` over everything that rustc adds.
pub fn linking(triple: &str, configured: Option<&str>, flags: &[&str], rustc_minor: u32) -> Option<Linking> {
    let by_flag = codegen(flags, "linker").pop();
    let (program, whose) = match (by_flag, configured) {
        (Some(program), _) => (program.to_owned(), "`-Clinker` among the flags comes later than cargo's, and wins"),
        (None, Some(program)) => (program.to_owned(), "cargo passes it"),
        (None, None) => (default_linker(triple)?, "rustc's default for the target"),
    };
    let is_default = by_flag.is_none() && configured.is_none();
    let name = stem(&program);
    let lld_by_default = takes_lld(triple, rustc_minor);
    let (mut style, mut why) = match name.as_deref().and_then(style_of_name).filter(|_| !is_default) {
        Some(style) => (style, format!("its name, `{}`, tells rustc what it is", name.unwrap_or_default())),
        None if program == "rust-lld" || program == "wasm-component-ld" => (Style::Lld, whose.to_owned()),
        None if program == "link.exe" => (Style::Direct, whose.to_owned()),
        None if lld_by_default && is_default => (Style::DriverWithLld, format!("{whose}, with `-fuse-ld=lld` added")),
        None if lld_by_default => {
            let name = name.unwrap_or_default();
            (Style::DriverWithLld, format!("its name, `{name}`, tells rustc nothing, so it adds `-fuse-ld=lld`"))
        }
        None if default_linker(triple).is_some_and(|it| it == "rust-lld") => (
            Style::Lld,
            "its name tells rustc nothing, so it gets the flags of the target's default, rust-lld".to_owned(),
        ),
        None => (Style::Driver, whose.to_owned()),
    };
    if by_flag.is_some() {
        why = format!("{whose}; {why}");
    }
    if let Some(chosen) = codegen(flags, "link-arg").iter().rev().find_map(|it| it.strip_prefix("-fuse-ld="))
        && matches!(style, Style::Driver | Style::DriverWithLld)
    {
        style = if chosen == "lld" { Style::DriverWithLld } else { Style::Driver };
        why = format!("`-fuse-ld={chosen}` among the flags comes last");
    }
    Some(Linking { program, style, why })
}

/// Whether rustc takes its own LLD where the linker's name does not speak against it.
fn takes_lld(triple: &str, rustc_minor: u32) -> bool {
    let gnu = triple.contains("-linux-gnu") && !triple.starts_with("m68k");
    gnu && (rustc_minor >= 95 || (rustc_minor >= 90 && triple == "x86_64-unknown-linux-gnu"))
}

/// The file name as rustc looks at it: without the last extension, then without a version behind a dash.
fn stem(program: &str) -> Option<String> {
    let stem = Path::new(program).file_stem()?.to_str()?;
    let is_version = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    Some(match stem.rsplit_once('-') {
        Some((name, version)) if is_version(version) => name.to_owned(),
        _ => stem.to_owned(),
    })
}

fn style_of_name(stem: &str) -> Option<Style> {
    let is = |names: &[&str]| names.iter().any(|name| stem == *name || stem.ends_with(&format!("-{name}")));
    if stem == "emcc" || is(&["gcc", "g++", "clang", "clang++"]) {
        Some(Style::Driver)
    } else if matches!(stem, "lld" | "rust-lld" | "wasm-ld" | "lld-link") {
        Some(Style::Lld)
    } else if stem == "link" || is(&["ld"]) {
        Some(Style::Direct)
    } else {
        None
    }
}

/// The values of a codegen option among flags, in all four ways of writing it.
pub fn codegen<'a>(flags: &[&'a str], option: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut flags = flags.iter().copied();
    while let Some(flag) = flags.next() {
        let value = match flag {
            "-C" | "--codegen" => flags.next(),
            _ => flag.strip_prefix("-C").or_else(|| flag.strip_prefix("--codegen=")),
        };
        found.extend(value.and_then(|value| value.strip_prefix(option)?.strip_prefix('=')));
    }
    found
}

impl Style {
    /// The style in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Style::Driver => "the driver's own linker",
            Style::DriverWithLld => "the toolchain's LLD, through the driver",
            Style::Direct => "itself, without a driver",
            Style::Lld => "LLD, without a driver",
        }
    }
}
