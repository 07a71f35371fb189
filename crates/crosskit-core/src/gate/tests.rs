//! Each rule once broken and once kept, and what every proven target makes.

use super::*;
use crate::artefact::{Demand, Member, Pe, Wasm};
use crate::object_file::{Format, expected};

fn of(triple: &str, detail: Detail) -> Content {
    let machine = expected(triple).expect(triple);
    Content::Artefact(Artefact { file: ObjectFile { machines: vec![machine], linked: Some(true) }, detail })
}

/// A dynamic executable with an interpreter and needed libraries.
fn dynamic(interpreter: &str, needed: &[&str]) -> Elf {
    Elf {
        kind: ElfKind::PositionIndependent,
        dynamic: true,
        interpreter: Some(interpreter.to_owned()),
        needed: needed.iter().map(|&it| it.to_owned()).collect(),
        glibc: Some(Vec::new()),
        ..Elf::default()
    }
}

fn static_executable() -> Elf {
    Elf { kind: ElfKind::Executable, glibc: Some(Vec::new()), ..Elf::default() }
}

/// The codes and rules that a file breaks.
fn broken_rules(content: &Content, triple: &str) -> Vec<String> {
    told(content, Expected { triple, glibc: None })
}

fn told(content: &Content, expected: Expected) -> Vec<String> {
    let rule = |finding: &Finding| {
        let note = finding.notes.iter().find_map(|note| note.strip_prefix("rule `")).expect("every finding has a rule");
        format!("{} {}", finding.code, note.split('`').next().unwrap_or_default())
    };
    check("f", content, expected).iter().map(rule).collect()
}

#[test]
fn another_machine_is_told_alone() {
    let file = of("x86_64-unknown-linux-gnu", Detail::Elf(dynamic("/lib64/ld-linux-x86-64.so.2", &["libc.so.6"])));
    assert_eq!(broken_rules(&file, "aarch64-unknown-linux-gnu"), ["X031 machine"]);
    assert_eq!(broken_rules(&file, "x86_64-unknown-linux-gnux32"), ["X031 machine"]);
    assert_eq!(broken_rules(&file, "x86_64-pc-windows-gnu"), ["X031 machine"]);
    assert_eq!(broken_rules(&file, "x86_64-unknown-linux-gnu"), [""; 0]);
    assert_eq!(broken_rules(&Content::Unknown, "x86_64-unknown-linux-gnu"), ["X031 machine"]);
}

#[test]
fn soft_float_is_none_for_a_hard_float_target() {
    let file = of("armv7-unknown-linux-gnueabi", Detail::Elf(dynamic("/lib/ld-linux.so.3", &["libc.so.6"])));
    let both = ["X046 float-abi", "X047 interpreter"];
    assert_eq!(broken_rules(&file, "armv7-unknown-linux-gnueabihf"), both);
    assert_eq!(broken_rules(&file, "armv7-unknown-linux-gnueabi"), [""; 0]);
}

#[test]
fn flags_name_the_calling_convention() {
    let elf = |flags| Detail::Elf(Elf { flags, ..static_executable() });
    let lp64 = of("riscv64gc-unknown-linux-musl", elf(1));
    assert_eq!(broken_rules(&lp64, "riscv64gc-unknown-linux-musl"), ["X046 calling-convention"]);
    assert_eq!(broken_rules(&lp64, "riscv64imac-unknown-none-elf"), [""; 0]);
    let v1 = of("powerpc64-unknown-linux-musl", elf(1));
    assert_eq!(broken_rules(&v1, "powerpc64-unknown-linux-musl"), ["X046 calling-convention"]);
    assert_eq!(broken_rules(&v1, "powerpc64-unknown-linux-gnu"), [""; 0]);
}

#[test]
fn a_cortex_m_has_thumb_alone() {
    let elf = |profile, entry| Detail::Elf(Elf { arm: Arm { profile, entry }, ..static_executable() });
    let thumb = Some(InstructionSet::Thumb);
    let board = |detail| broken_rules(&of("thumbv7m-none-eabi", detail), "thumbv7m-none-eabi");
    assert_eq!(board(elf(Some('M'), thumb)), [""; 0]);
    assert_eq!(board(elf(None, None)), [""; 0]);
    assert_eq!(board(elf(None, Some(InstructionSet::Arm))), ["X046 instruction-set"]);
    assert_eq!(board(elf(Some('A'), thumb)), ["X046 instruction-set"]);
    let of_m = of("armv7a-none-eabi", elf(Some('M'), thumb));
    assert_eq!(broken_rules(&of_m, "armv7a-none-eabi"), ["X046 instruction-set"]);
    let of_a = of("armv7a-none-eabi", elf(Some('A'), Some(InstructionSet::Arm)));
    assert_eq!(broken_rules(&of_a, "armv7a-none-eabi"), [""; 0]);
}

#[test]
fn a_program_has_the_loader_and_the_c_library_of_its_target() {
    let glibc =
        |triple| of(triple, Detail::Elf(dynamic("/lib64/ld-linux-x86-64.so.2", &["libgcc_s.so.1", "libc.so.6"])));
    let both = ["X047 interpreter", "X047 c-library"];
    assert_eq!(broken_rules(&glibc("x86_64-unknown-linux-musl"), "x86_64-unknown-linux-musl"), both);
    let musl =
        of("x86_64-unknown-linux-gnu", Detail::Elf(dynamic("/lib/ld-musl-x86_64.so.1", &["libc.musl-x86_64.so.1"])));
    assert_eq!(broken_rules(&musl, "x86_64-unknown-linux-gnu"), both);
    assert_eq!(broken_rules(&musl, "x86_64-unknown-linux-musl"), [""; 0]);
    // Where the loader lies is a matter of the distribution.
    let nix = dynamic("/nix/store/zz-glibc-2.40/lib/ld-linux-x86-64.so.2", &["libc.so.6"]);
    assert_eq!(broken_rules(&of("x86_64-unknown-linux-gnu", Detail::Elf(nix)), "x86_64-unknown-linux-gnu"), [""; 0]);
}

#[test]
fn nothing_is_loaded_on_a_board() {
    let file = |elf| of("x86_64-unknown-none", Detail::Elf(elf));
    let hosted = file(dynamic("/lib64/ld-linux-x86-64.so.2", &["libc.so.6"]));
    assert_eq!(broken_rules(&hosted, "x86_64-unknown-none"), ["X047 freestanding"]);
    // rustc makes an executable for any address, with a dynamic section that asks for nothing.
    let own = Elf { kind: ElfKind::PositionIndependent, dynamic: true, glibc: None, ..Elf::default() };
    assert_eq!(broken_rules(&file(own), "x86_64-unknown-none"), [""; 0]);
}

#[test]
fn the_newest_glibc_is_the_one_of_the_settings() {
    let triple = "aarch64-unknown-linux-gnu";
    let version = |text: &str| Version::parse(text).expect(text);
    let demand = |text: &str, symbols: &[&str], weak| Demand {
        version: version(text),
        symbols: symbols.iter().map(|&it| it.to_owned()).collect(),
        weak,
    };
    let many = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let glibc = Some(vec![demand("2.17", &["memcpy"], false), demand("2.34", &many, false), demand("2.38", &[], true)]);
    let elf = Elf { glibc, ..dynamic("/lib/ld-linux-aarch64.so.1", &["libc.so.6"]) };
    let newest = version("2.28");
    let findings = check("f", &of(triple, Detail::Elf(elf.clone())), Expected { triple, glibc: Some(&newest) });
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!(finding.message, format!("`f` needs glibc 2.34, and crosskit.toml allows 2.28 on {triple}"));
    assert_eq!(finding.notes[1..], ["2.34: `a`, `b`, `c`, `d`, `e`, `f` and 2 more"]);
    for newest in ["2.34", "2.40"] {
        let newest = version(newest);
        assert_eq!(told(&of(triple, Detail::Elf(elf.clone())), Expected { triple, glibc: Some(&newest) }), [""; 0]);
    }
    let stripped = Elf { glibc: None, ..elf };
    let findings = told(&of(triple, Detail::Elf(stripped)), Expected { triple, glibc: Some(&newest) });
    assert_eq!(findings, ["X048 glibc"]);
}

#[test]
fn firmware_starts_images_for_efi() {
    let image = |triple: &str, subsystem, imports: &[&str]| {
        let imports = imports.iter().map(|&it| it.to_owned()).collect();
        broken_rules(&of(triple, Detail::Pe(Pe { subsystem, library: false, imports })), triple)
    };
    assert_eq!(image("x86_64-unknown-uefi", 10, &[]), [""; 0]);
    assert_eq!(image("x86_64-unknown-uefi", 11, &[]), [""; 0]);
    assert_eq!(image("x86_64-unknown-uefi", 3, &["KERNEL32.dll"]), ["X031 subsystem", "X047 freestanding"]);
    assert_eq!(image("x86_64-pc-windows-gnu", 3, &["KERNEL32.dll"]), [""; 0]);
    assert_eq!(image("x86_64-pc-windows-gnu", 2, &[]), [""; 0]);
    assert_eq!(image("x86_64-pc-windows-gnu", 10, &[]), ["X031 subsystem"]);
}

#[test]
fn components_are_for_wasi_2() {
    let wasm = |triple: &str, component| {
        let detail = Detail::Wasm(Wasm { component, imports: Vec::new() });
        let file = ObjectFile { machines: vec![expected(triple).expect(triple)], linked: None };
        broken_rules(&Content::Artefact(Artefact { file, detail }), triple)
    };
    assert_eq!(wasm("wasm32-wasip2", true), [""; 0]);
    assert_eq!(wasm("wasm32-wasip2", false), ["X031 wasm"]);
    assert_eq!(wasm("wasm32-wasip1", false), [""; 0]);
    assert_eq!(wasm("wasm32-wasip1-threads", true), ["X031 wasm"]);
    assert_eq!(wasm("wasm32v1-none", false), [""; 0]);
}

#[test]
fn every_member_of_an_archive_is_for_the_target() {
    let member = |name: &str, triple: Option<&str>| Member {
        name: name.to_owned(),
        artefact: triple.map(|triple| {
            let file = ObjectFile { machines: vec![expected(triple).expect(triple)], linked: Some(false) };
            Artefact { file, detail: Detail::Header }
        }),
    };
    let (arm, x86) = (Some("armv7-unknown-linux-gnueabihf"), Some("x86_64-unknown-linux-gnu"));
    let good = vec![member("a.o", arm), member("lib.rmeta", None)];
    let triple = "armv7-unknown-linux-gnueabihf";
    assert_eq!(broken_rules(&Content::Archive(good), triple), [""; 0]);
    let mut members = vec![member("a.o", arm)];
    members.extend((0..7).map(|at| member(&format!("x{at}.o"), x86)));
    let finding = archive(&Archive { path: "/o/libz.a", package: Some("native") }, &members, triple).expect("foreign");
    assert_eq!(finding.code, Code::ForeignMember);
    assert_eq!(finding.message, format!("`/o/libz.a`, which `native` links, is not for {triple}"));
    assert_eq!(finding.notes[1], "member `x0.o` is x86-64 (ELF 64-bit little-endian)");
    assert_eq!(finding.notes[6], "and 2 more, of 8 members in all");
}

/// What rustc and the usual linkers make for every target of the catalogue breaks no rule: a static executable, and one
/// with the loader that is known.
#[test]
fn no_target_of_the_catalogue_raises_a_false_alarm() {
    let catalogue = crate::target::Catalogue::built_in().expect("targets.toml parses");
    let mut known = 0;
    for row in catalogue.rows() {
        let triple = row.triple.as_str();
        let Some(machine) = expected(triple) else { continue };
        let detail = match machine.format {
            Format::Elf => Detail::Elf(static_executable()),
            Format::Coff => {
                Detail::Pe(Pe { subsystem: if triple.ends_with("-uefi") { 10 } else { 3 }, ..Pe::default() })
            }
            Format::Wasm => Detail::Wasm(Wasm { component: triple.ends_with("wasip2"), imports: Vec::new() }),
            Format::MachO => Detail::Header,
        };
        let flags = match Abi::of_triple(triple) {
            Some(Abi::Float { arch: Arch::RiscV, width, .. }) => 2 * width as u32,
            Some(Abi::Float { width, .. }) => 1 + width as u32,
            Some(Abi::PowerPc64(version)) => u32::from(version),
            Some(Abi::Mips { .. }) | None => 0,
        };
        let detail = match detail {
            Detail::Elf(elf) => Detail::Elf(Elf { flags, ..elf }),
            other => other,
        };
        assert_eq!(broken_rules(&of(triple, detail), triple), [""; 0], "{triple}");
        if let Some(names) = interpreters(triple) {
            known += 1;
            let elf = Elf { flags, ..dynamic(&format!("/lib/{}", names[0]), &["libgcc_s.so.1"]) };
            assert_eq!(broken_rules(&of(triple, Detail::Elf(elf)), triple), [""; 0], "{triple}");
        }
        if System::of(triple) == System::Glibc || System::of(triple) == System::Musl {
            assert!(interpreters(triple).is_some(), "{triple} has a loader");
        }
    }
    assert!(known > 30, "{known} loaders are known");
}
