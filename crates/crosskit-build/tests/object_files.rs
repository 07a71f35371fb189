//! The machines of targets, compared with what rustc knows about its targets and with objects that it makes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crosskit_build::object_file::{expected, machine, matches, Endian, Format, Machine};

/// Targets whose files no rule here can name: PTX is text, the GPU machine has variants, AIX has XCOFF.
const UNKNOWN: [&str; 3] = ["amdgcn-amd-amdhsa", "nvptx64-nvidia-cuda", "powerpc64-ibm-aix"];

/// rustc on stable, with its unstable options.
fn rustc(args: &[&str]) -> Command {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command.env("RUSTC_BOOTSTRAP", "1").args(args);
    command
}

fn stdout(args: &[&str]) -> String {
    let output = rustc(args).output().expect("rustc starts");
    assert!(output.status.success(), "rustc {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("rustc prints UTF-8")
}

/// The string values of every target's specification.
fn specifications() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    let mut triple = String::new();
    // The layout is that of a pretty-printer: two spaces before a triple, four before its keys.
    for line in stdout(&["-Zunstable-options", "--print", "all-target-specs-json"]).lines() {
        let text = line.trim_start();
        let depth = line.len() - text.len();
        let Some((key, value)) = text.split_once("\": ") else { continue };
        let key = key.trim_start_matches('"').to_string();
        if depth == 2 {
            triple = key;
            all.insert(triple.clone(), BTreeMap::new());
        } else if depth == 4 {
            let value = value.trim_end_matches(',').trim_matches('"').to_string();
            all.entry(triple.clone()).or_default().insert(key, value);
        }
    }
    all
}

#[test]
fn every_target_of_rustc_has_the_machine_of_its_specification() {
    let specifications = specifications();
    let triples = stdout(&["--print", "target-list"]);
    assert!(triples.lines().count() > 200, "{triples}");
    for triple in triples.lines() {
        let Some(found) = expected(triple) else {
            assert!(UNKNOWN.contains(&triple), "{triple} is not known");
            continue;
        };
        let specification = &specifications[triple];
        let value = |key: &str, default: &'static str| specification.get(key).map_or(default, String::as_str);
        let format = match value("binary-format", "elf") {
            // The specifications of some WebAssembly targets leave out their format.
            _ if value("arch", "").starts_with("wasm") => Format::Wasm,
            "elf" => Format::Elf,
            "coff" => Format::Coff,
            "mach-o" => Format::MachO,
            other => panic!("{triple} has format {other}"),
        };
        let endian = if value("target-endian", "little") == "big" { Endian::Big } else { Endian::Little };
        // Where pointers have 16 bits, files are of the 32-bit class.
        let bits = if value("target-pointer-width", "") == "64" { 64 } else { 32 };
        assert_eq!((found.format, found.endian, found.bits), (format, endian, Some(bits)), "{triple}");
        let arch = value("arch", "").to_lowercase();
        let name = found.name().to_lowercase().replace(['-', ' '], "");
        let same = name == arch.replace('_', "")
            || arch.starts_with(&name)
            || name.starts_with(&arch)
            || (name == "webassembly" && arch.starts_with("wasm"));
        assert!(same, "{triple}: {name} is not {arch}");
        if let Some(float_abi) = found.float_abi {
            assert_eq!(format!("{float_abi:?}").to_lowercase(), value("llvm-floatabi", ""), "{triple}");
        }
    }
}

fn object(dir: &Path, triple: &str) -> Vec<u8> {
    let source = dir.join("empty.rs");
    fs::write(&source, "#![feature(no_core)]\n#![no_core]\n#![crate_type = \"lib\"]\n").expect("the source is written");
    let object = dir.join(format!("{triple}.o"));
    let mut command = rustc(&["--emit=obj", "-Ccodegen-units=1", "--target", triple, "-o"]);
    command.arg(&object).arg(&source);
    if triple.starts_with("avr") {
        command.arg("-Ctarget-cpu=atmega328p");
    }
    let output = command.output().expect("rustc starts");
    assert!(output.status.success(), "{triple}: {}", String::from_utf8_lossy(&output.stderr));
    fs::read(&object).expect("the object is there")
}

#[test]
fn real_objects_of_every_machine_are_recognised() {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("object-files");
    fs::create_dir_all(&dir).expect("the directory is made");
    // What the header of an object leaves open does not make another machine.
    let coarse = |machine: Machine| Machine {
        float_abi: None,
        bits: machine.bits.filter(|_| machine.format != Format::Wasm),
        ..machine
    };
    let mut compared = 0;
    let mut one_each: BTreeMap<Machine, String> = BTreeMap::new();
    for triple in stdout(&["--print", "target-list"]).lines() {
        // The LLVM that rustc ships does not fit its Xtensa targets, and objects for BPF are LLVM bitcode.
        if triple.starts_with("xtensa") || triple.starts_with("bpf") {
            continue;
        }
        if let Some(machine) = expected(triple) {
            one_each.entry(coarse(machine)).or_insert_with(|| triple.to_string());
        }
    }
    for (wanted, triple) in &one_each {
        let file = machine(&object(&dir, triple)).unwrap_or_else(|| panic!("the object of {triple} is not recognised"));
        assert_eq!(file.machines, [*wanted], "{triple}");
        assert_ne!(file.linked, Some(true), "{triple}");
        for (other, other_triple) in &one_each {
            assert_eq!(matches(other_triple, &file), Some(other == wanted), "{triple} for {other_triple}");
        }
        compared += 1;
    }
    assert!(compared > 30, "only {compared} machines were compared");
}

#[test]
fn this_test_is_a_linked_file_for_the_host() {
    let program = std::env::current_exe().and_then(fs::read).expect("the test reads itself");
    let file = machine(&program).expect("a program has a known header");
    assert_eq!(file.linked, Some(true));
    let version = stdout(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    assert_eq!(matches(host, &file), Some(true), "{host}: {file}");
}
