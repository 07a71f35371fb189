//! Which program really links for a target: the configured one, rustc's default, and lld or the driver's own linker
//! behind it.
//!
//! rustc knows for each target how its linker is spoken to, and corrects that by the linker's file name and by flags. A
//! test holds this against rustc 1.95: the default of every target that it knows, and what it makes of names and flags.
//! That drivers for `*-linux-gnu` are told to take LLD is rust-lang/rust#155437.

mod defaults;
mod flavor;

use std::path::Path;

pub use defaults::default_linker;
use flavor::Hints;

/// How rustc treats the linker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A compiler driver that takes its own linker.
    Driver,
    /// A compiler driver that rustc tells to take the LLD that comes with the toolchain.
    DriverWithLld,
    /// A compiler driver that is told to take LLD, and has to find one by itself.
    DriverWithOtherLld,
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

/// What links for a triple under rustc of this minor version; none where only rustc knows. `flags` are rustc's: the last
/// `-Clinker` wins over the configured linker, and the last `-fuse-ld` over everything that rustc adds.
pub fn linking(triple: &str, configured: Option<&str>, flags: &[&str], rustc_minor: u32) -> Option<Linking> {
    let default = defaults::of(triple, rustc_minor);
    let by_flag = codegen(flags, "linker").pop();
    let whose = match (by_flag, configured) {
        (Some(_), _) => "`-Clinker` is among the flags",
        (None, Some(_)) => "cargo passes it",
        (None, None) => "rustc's default for the target",
    };
    let expected = default.as_ref().map_or(defaults::GNU_DRIVER, |it| it.flavor);
    let insists_on_lld = default.as_ref().is_some_and(|it| it.insists_on_lld);
    let shows_lld = shows_lld(flags, default.as_ref().is_some_and(|it| it.shows_lld));
    let (program, mut flavor, mut reason) = match (by_flag.or(configured), codegen(flags, "linker-flavor").pop()) {
        (named, Some(flag)) => {
            // It also takes the place of the target's own program.
            let flavor = expected.corrected(Hints::of_flag(flag));
            let program = named.unwrap_or_else(|| flavor.program()).to_owned();
            (program, flavor, Some(format!("`-Clinker-flavor={flag}` is among the flags")))
        }
        (Some(named), None) => {
            let name = stem(named).unwrap_or_default();
            let hints = Hints::of_name(&name);
            let reason = match &default {
                _ if hints != Hints::default() => Some(format!("its name, `{name}`, tells rustc what it is")),
                _ if expected.tells_driver_of_lld() => {
                    Some(format!("its name, `{name}`, tells rustc nothing, so it adds `-fuse-ld=lld`"))
                }
                Some(default) if !expected.driver => Some(format!(
                    "its name tells rustc nothing, so it gets the flags of the target's default, {}",
                    default.program
                )),
                _ => None,
            };
            (named.to_owned(), expected.corrected(hints), reason)
        }
        (None, None) => {
            let reason = expected.tells_driver_of_lld().then(|| format!("{whose}, with `-fuse-ld=lld` added"));
            (default?.program, expected, reason)
        }
    };
    for feature in codegen(flags, "linker-features").iter().flat_map(|it| it.split(',')) {
        if let Some(lld) =
            [("+lld", true), ("-lld", false)].into_iter().find_map(|(it, lld)| (it == feature).then_some(lld))
        {
            flavor.lld = lld;
            reason = Some(format!("`-Clinker-features={feature}` is among the flags"));
        }
    }
    let by_flags =
        last_fuse_ld(flags).map(|chosen| (chosen, format!("`-fuse-ld={chosen}` among the flags comes last")));
    let insisted = insists_on_lld.then(|| ("lld", "rustc passes `-fuse-ld=lld` for the target".to_owned()));
    if let Some((chosen, why)) = by_flags.or(insisted).filter(|_| flavor.driver) {
        let style = match chosen {
            "lld" if flavor.lld && shows_lld => Style::DriverWithLld,
            "lld" => Style::DriverWithOtherLld,
            _ => Style::Driver,
        };
        return Some(Linking { program, style, why });
    }
    let why = match reason {
        Some(reason) if by_flag.is_some() => format!("{whose}; {reason}"),
        Some(reason) => reason,
        None => whose.to_owned(),
    };
    Some(Linking { program, style: flavor.style(shows_lld), why })
}

/// Whether rustc shows a driver the toolchain's LLD, by the target or by flags.
fn shows_lld(flags: &[&str], by_target: bool) -> bool {
    let (mut enabled, mut disabled) = (by_target, false);
    for value in codegen(flags, "link-self-contained").iter().flat_map(|it| it.split(',')) {
        match value {
            "y" | "yes" | "on" | "true" => (enabled, disabled) = (true, false),
            "n" | "no" | "off" | "false" => (enabled, disabled) = (by_target, true),
            "+linker" => enabled = true,
            "-linker" => disabled = true,
            _ => {}
        }
    }
    enabled && !disabled
}

/// What the last `-fuse-ld` among the arguments for the linker names.
fn last_fuse_ld<'a>(flags: &[&'a str]) -> Option<&'a str> {
    let arguments = options(flags).filter_map(|option| {
        let (name, value) = option.split_once('=')?;
        is_option(name, "link-arg")
            .then(|| vec![value])
            .or_else(|| is_option(name, "link-args").then(|| value.split(' ').collect()))
    });
    arguments.flatten().filter_map(|argument: &str| argument.strip_prefix("-fuse-ld=")).last()
}

/// The file name as rustc looks at it: without the last extension, then without a number behind a dash.
fn stem(program: &str) -> Option<String> {
    let stem = Path::new(program).file_stem()?.to_str()?;
    Some(match stem.rsplit_once('-') {
        Some((name, version)) if version.chars().all(char::is_numeric) => name.to_owned(),
        _ => stem.to_owned(),
    })
}

/// The values of a codegen option among flags, in all four ways of writing it.
pub fn codegen<'a>(flags: &[&'a str], option: &str) -> Vec<&'a str> {
    let values = options(flags).filter_map(|it| it.split_once('=').filter(|(name, _)| is_option(name, option)));
    values.map(|(_, value)| value).collect()
}

/// The flags with each option and its value in one word, and the number of the flag with which it begins: so two ways
/// of writing the same are equal.
pub fn in_one_word(flags: &[&str]) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    let mut flags = flags.iter().copied().enumerate();
    while let Some((at, flag)) = flags.next() {
        let separate = ["-C", "--codegen", "-L", "-l", "-A", "-D", "-F", "-W", "--cfg", "--sysroot"].contains(&flag);
        let value = if separate { flags.next().map(|(_, value)| value) } else { None };
        let word = match value {
            Some(value) if flag.starts_with("--") => format!("{flag}={value}"),
            Some(value) => format!("{flag}{value}"),
            None => flag.to_owned(),
        };
        words.push((
            at,
            match word.strip_prefix("-C").or_else(|| word.strip_prefix("--codegen=")) {
                Some(option) => match option.split_once('=') {
                    Some((name, value)) => format!("-C{}={value}", name.replace('_', "-")),
                    None => format!("-C{}", option.replace('_', "-")),
                },
                None => word,
            },
        ));
    }
    words
}

/// rustc takes underscores in the place of dashes.
fn is_option(name: &str, option: &str) -> bool {
    name.replace('_', "-") == option
}

/// The codegen options among flags.
fn options<'a>(flags: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let mut flags = flags.iter().copied();
    std::iter::from_fn(move || {
        loop {
            let flag = flags.next()?;
            let option = match flag {
                "-C" | "--codegen" => flags.next(),
                _ => flag.strip_prefix("-C").or_else(|| flag.strip_prefix("--codegen=")),
            };
            if option.is_some() {
                return option;
            }
        }
    })
}

impl Style {
    /// The style in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Style::Driver => "the driver's own linker",
            Style::DriverWithLld => "the toolchain's LLD, through the driver",
            Style::DriverWithOtherLld => "the LLD that the driver finds",
            Style::Direct => "itself, without a driver",
            Style::Lld => "LLD, without a driver",
        }
    }
}
