//! What rustc makes of a linker's file name and of flags.

use std::collections::BTreeMap;

use crosskit_core::linking::linking;

use crate::rustc::{about_all, link, minor};
use crate::share;

/// File names of linkers: what rustc knows, what looks like it, and what people call their wrappers.
const NAMES: &[&str] = &[
    "aarch64-linux-gnu-gcc",
    "aarch64-linux-gnu-gcc-12",
    "aarch64-linux-gnu-gcc-12.3",
    "aarch64-linux-gnu-gcc-12.3.0",
    "aarch64-linux-gnu-ld",
    "aarch64-linux-gnu-ld.bfd",
    "arm-none-eabi-g++",
    "c++",
    "cc",
    "clang",
    "clang++-18",
    "clang-cl",
    "clang-with-mold",
    "clang.exe",
    "emcc",
    "g++",
    "gcc",
    "gcc-",
    "gcc-wrapper",
    "gcc.sh",
    "GCC",
    "ld",
    "ld.lld",
    "ld.lld-18",
    "ld64.lld",
    "lld",
    "lld-18",
    "lld-link",
    "link",
    "link.exe",
    "mold",
    "my-link",
    "my-linker.sh",
    "my-lld",
    "mygcc",
    "rust-lld",
    "tool-wasm-ld",
    "wasm-component-ld",
    "wasm-ld-18",
    "x86_64-w64-mingw32-gcc",
    "zigcc",
];

/// One target for each way in which rustc speaks to linkers, and for each default.
const TARGETS: &[&str] = &[
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "m68k-unknown-linux-gnu",
    "nvptx64-nvidia-cuda",
    "thumbv7em-none-eabihf",
    "wasm32-unknown-emscripten",
    "wasm32-unknown-unknown",
    "x86_64-apple-darwin",
    "x86_64-pc-solaris",
    "x86_64-pc-windows-gnu",
    "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-gnu",
    "x86_64-unknown-uefi",
];

/// Flags that have to do with it, as they follow Cargo's `-Clinker`.
const FLAGS: &[&[&str]] = &[
    &["-Clink-arg=-fuse-ld=bfd"],
    &["-Clink-arg=-fuse-ld=lld"],
    &["-C", "link_arg=-fuse-ld=mold"],
    &["-Clink-args=-O1 -fuse-ld=bfd", "--codegen=link-arg=-fuse-ld=lld"],
    &["-Clink-arg=-fuse-ld=lld", "-Clink-args=-fuse-ld=gold -O1"],
    &["-Clink-self-contained=no"],
    &["-Clink-self-contained=yes"],
    &["-Clink-self-contained=-linker"],
    &["-Clink-self-contained=yes", "-Clink-self-contained=-linker"],
    &["-Clinker-features=-lld"],
    &["-Clinker=gcc"],
    &["-Clinker=x-ld", "--codegen", "linker=/opt/bin/wrapper"],
];

/// The flavors that stable rustc takes. For most targets it refuses most of them.
const FLAVORS: &[&[&str]] = &[
    &["-Clinker-flavor=em"],
    &["-Clinker-flavor=gcc"],
    &["-Clinker-flavor=ld"],
    &["-Clinker-flavor=ld.lld"],
    &["-Clinker-flavor=ld64.lld"],
    &["-Clinker-flavor=lld-link"],
    &["-Clinker-flavor=msvc"],
    &["-Clinker-flavor=wasm-ld"],
    &["-Clinker-flavor=ld", "-C", "linker-flavor=gcc"],
];

/// The linkers that meet all of the flags: none, and one of each kind.
const BESIDE_FLAGS: &[Option<&str>] =
    &[None, Some("cc"), Some("x-gcc"), Some("x-ld"), Some("ld.lld"), Some("rust-lld")];

/// A target, what Cargo names as its linker, and the flags.
type Question = (&'static str, Option<String>, &'static [&'static str]);

/// Holds the kit's answers against rustc's: how often each style was seen, or the differences.
fn compare(questions: &[Question]) -> BTreeMap<String, usize> {
    let minor = minor();
    let questions: Vec<&Question> = questions.iter().step_by(share()).collect();
    let answers = about_all(&questions, |(triple, linker, flags)| {
        let linker = linker.iter().map(|linker| format!("-Clinker={linker}"));
        link(triple, &linker.chain(flags.iter().map(|flag| (*flag).to_owned())).collect::<Vec<_>>())
    });
    let (mut differences, mut styles) = (Vec::new(), BTreeMap::new());
    for ((triple, linker, flags), started) in questions.iter().zip(answers) {
        let question = format!("{triple} with {linker:?} and {flags:?}");
        let ours = linking(triple, linker.as_deref(), flags, minor).unwrap_or_else(|| panic!("{question}: nothing"));
        match started {
            Err(words) => {
                assert!(!flags.is_empty(), "{question}: {words}");
                *styles.entry("refused by rustc".to_owned()).or_default() += 1;
            }
            Ok(started) => {
                let style = started.style();
                *styles.entry(format!("{style:?}")).or_default() += 1;
                if (&ours.program, ours.style) != (&started.program, style) {
                    differences.push(format!("{question}\n  rustc: {style:?} {started:?}\n  kit: {ours:?}"));
                }
            }
        }
    }
    println!("{} questions: {styles:?}", questions.len());
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
    styles
}

#[test]
fn every_name_tells_what_it_tells_rustc() {
    let pairs = TARGETS.iter().flat_map(|triple| NAMES.iter().map(move |name| (*triple, *name)));
    let questions: Vec<Question> =
        pairs.map(|(triple, name)| (triple, Some(format!("/tools/{name}")), &[][..])).collect();
    let styles = compare(&questions);
    assert_eq!(styles.len(), 5, "not every style was seen: {styles:?}");
    assert!(share() > 1 || styles.values().all(|count| *count >= 10), "{styles:?}");
}

#[test]
fn every_flag_decides_as_for_rustc() {
    let mut questions: Vec<Question> = Vec::new();
    for triple in TARGETS {
        for flags in FLAGS {
            questions.extend(BESIDE_FLAGS.iter().map(|linker| (*triple, linker.map(str::to_owned), *flags)));
        }
        for flags in FLAVORS {
            questions.extend(BESIDE_FLAGS[..3].iter().map(|linker| (*triple, linker.map(str::to_owned), *flags)));
        }
    }
    let styles = compare(&questions);
    let refused = styles.get("refused by rustc").copied().unwrap_or_default();
    let asked = styles.values().sum::<usize>();
    assert!(refused * 2 < asked, "rustc refuses {refused} of {asked}");
    assert_eq!(styles.len(), 6, "not every style was seen: {styles:?}");
    assert!(share() > 1 || styles.values().all(|count| *count >= 40), "{styles:?}");
}
