//! Files made by hand, and what the compilers of this computer made: this test program itself.

use crosskit_core::artefact::{Arm, Detail, ElfKind, InstructionSet, Member, Pe, Version, Wasm};

use super::*;

/// Everything that [`content`] reads, of bytes.
fn of(bytes: &[u8]) -> object::Result<Artefact> {
    artefact(bytes, object_file::machine(header(bytes, 0, u64::MAX)).expect("the header is known"))
}

/// Numbers in the byte order of a file that is made.
struct Words {
    bytes: Vec<u8>,
    wide: bool,
    big: bool,
}

impl Words {
    fn number(&mut self, value: u64, size: usize) -> &mut Words {
        let little = value.to_le_bytes();
        let mut bytes = little[..size].to_vec();
        if self.big {
            bytes.reverse();
        }
        self.bytes.extend(bytes);
        self
    }

    fn half(&mut self, value: u64) -> &mut Words {
        self.number(value, 2)
    }

    fn word(&mut self, value: u64) -> &mut Words {
        self.number(value, 4)
    }

    /// What is as wide as an address.
    fn long(&mut self, value: u64) -> &mut Words {
        self.number(value, if self.wide { 8 } else { 4 })
    }

    /// The sizes of the headers: of the file, of a segment, of a section.
    fn sizes(&self) -> (u64, u64, u64) {
        if self.wide { (64, 56, 64) } else { (52, 32, 40) }
    }

    fn header(&mut self, kind: u64, machine: u64, entry: u64, flags: u64, segments: u64, sections: u64) {
        let (own, segment, section) = self.sizes();
        let class = if self.wide { 2 } else { 1 };
        self.bytes.extend([0x7f, b'E', b'L', b'F', class, if self.big { 2 } else { 1 }, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        self.half(kind).half(machine).word(1).long(entry);
        let table = if sections == 0 { 0 } else { own + segments * segment };
        self.long(if segments == 0 { 0 } else { own }).long(table).word(flags).half(own);
        self.half(segment).half(segments).half(section).half(sections).half(0);
    }

    fn segment(&mut self, kind: u64, at: u64, size: u64) {
        self.word(kind);
        if self.wide {
            self.word(4).long(at).long(at).long(at).long(size).long(size).long(1);
        } else {
            self.long(at).long(at).long(at).long(size).long(size).word(4).long(1);
        }
    }

    fn section(&mut self, kind: u64, at: u64, size: u64) {
        self.linked_section(kind, at, size, 0);
    }

    fn linked_section(&mut self, kind: u64, at: u64, size: u64, link: u64) {
        self.word(0).word(kind).long(0).long(0).long(at).long(size).word(link).word(0).long(1).long(0);
    }
}

/// A dynamic program without section headers: an interpreter, one needed library, and the flag of programs that may be
/// loaded anywhere.
fn dynamic(wide: bool, big: bool, machine: u64, flags: u64) -> Vec<u8> {
    let mut file = Words { bytes: Vec::new(), wide, big };
    let (own, segment, _) = file.sizes();
    let start = own + 3 * segment;
    let interpreter = b"/lib/ld-x.so.1\0";
    let strings = b"\0libx.so.9\0";
    let entries = start + (interpreter.len() + strings.len()) as u64;
    let long = if wide { 8 } else { 4 };
    file.header(3, machine, 0, flags, 3, 0);
    file.segment(1, 0, entries + 10 * long);
    file.segment(3, start, interpreter.len() as u64);
    file.segment(2, entries, 10 * long);
    file.bytes.extend(interpreter);
    file.bytes.extend(strings);
    for (tag, value) in [(1, 1), (5, start + interpreter.len() as u64), (10, 11), (0x6fff_fffb, 0x0800_0000), (0, 0)] {
        file.long(tag).long(value);
    }
    file.bytes
}

#[test]
fn a_loader_finds_what_is_needed_without_section_headers() {
    for (wide, big, machine) in [(true, false, 183), (true, true, 22), (false, false, 40), (false, true, 20)] {
        let artefact = of(&dynamic(wide, big, machine, 0x400)).expect("it is whole");
        let Detail::Elf(elf) = &artefact.detail else { panic!("{artefact:?}") };
        assert_eq!(elf.kind, ElfKind::PositionIndependent);
        assert_eq!(elf.interpreter.as_deref(), Some("/lib/ld-x.so.1"));
        assert_eq!((elf.needed.as_slice(), elf.dynamic), (["libx.so.9".to_owned()].as_slice(), true));
        assert_eq!((elf.flags, &elf.glibc), (0x400, &None), "versions stand in sections");
    }
}

/// A program for ARM with build attributes.
fn arm(entry: u64, attributes: &[u8]) -> Vec<u8> {
    let mut file = Words { bytes: Vec::new(), wide: false, big: false };
    let (own, _, section) = file.sizes();
    file.header(2, 40, entry, 0x0500_0400, 0, 2);
    file.section(0, 0, 0);
    // Each length counts itself and what stands before it of its part.
    let scope = 5 + attributes.len() as u64;
    let vendor = 4 + 6 + scope;
    file.section(0x7000_0003, own + 2 * section, 1 + vendor);
    file.bytes.push(b'A');
    file.word(vendor);
    file.bytes.extend(b"aeabi\0\x01");
    file.word(scope);
    file.bytes.extend(attributes);
    file.bytes
}

#[test]
fn build_attributes_name_the_kind_of_arm_processor() {
    let read = |entry, attributes: &[u8]| match of(&arm(entry, attributes)).map(|it| it.detail) {
        Ok(Detail::Elf(elf)) => elf.arm,
        other => panic!("{other:?}"),
    };
    // A name, a version, the profile; what is not of interest is passed by, text and numbers.
    let whole = b"\x05cortex-m4\0\x06\x0d\x20\x01gnu\0\x43x\0\x07M\x09\x02";
    assert_eq!(read(0x8001, whole), Arm { profile: Some('M'), entry: Some(InstructionSet::Thumb) });
    assert_eq!(read(0x8000, b"\x07A"), Arm { profile: Some('A'), entry: None });
    assert_eq!(read(0x8000, b"\x06\x0d"), Arm::default());
    assert_eq!(read(0x8000, b"\x07\x80"), Arm::default(), "a number that never ends");
}

/// An image with a table of imports, all in one section.
fn image(wide: bool, subsystem: u16) -> Vec<u8> {
    let mut file = Words { bytes: vec![0; 0x40], wide: true, big: false };
    file.bytes[..2].copy_from_slice(b"MZ");
    file.bytes[0x3c] = 0x40;
    file.bytes.extend(b"PE\0\0");
    let optional = if wide { 240 } else { 224 };
    file.half(if wide { 0x8664 } else { 0x14c }).half(1).word(0).word(0).word(0).half(optional).half(0x22);
    let start = file.bytes.len();
    file.half(if wide { 0x20b } else { 0x10b });
    file.bytes.resize(start + optional as usize, 0);
    file.bytes[start + 68..start + 70].copy_from_slice(&subsystem.to_le_bytes());
    let directories = start + if wide { 108 } else { 92 };
    file.bytes[directories..directories + 4].copy_from_slice(&16u32.to_le_bytes());
    file.bytes[directories + 12..directories + 16].copy_from_slice(&0x1000u32.to_le_bytes());
    file.bytes[directories + 16..directories + 20].copy_from_slice(&40u32.to_le_bytes());
    file.bytes.extend(b".idata\0\0");
    let at = file.bytes.len() as u64 + 32;
    file.word(0x100).word(0x1000).word(0x100).word(at).word(0).word(0).word(0).word(0xc000_0040);
    // One library and the end of the table, then the library's name.
    file.word(0).word(0).word(0).word(0x1028).word(0x1028);
    file.bytes.extend([0; 20]);
    file.bytes.extend(b"KERNEL32.dll\0");
    file.bytes.resize(at as usize + 0x100, 0);
    file.bytes
}

#[test]
fn an_image_names_its_subsystem_and_its_libraries() {
    for wide in [true, false] {
        let artefact = of(&image(wide, 3)).expect("it is whole");
        let imports = vec!["KERNEL32.dll".to_owned()];
        assert_eq!(artefact.detail, Detail::Pe(Pe { subsystem: 3, library: false, imports }), "{wide}");
    }
}

#[test]
fn a_module_names_what_it_imports_from() {
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    // A section of no interest, then imports: a function, a table, a memory, a global, and a function again.
    module.extend(b"\x00\x03\x02hi\x02\x2e\x05");
    module.extend(b"\x03env\x01f\x00\x05");
    module.extend(b"\x03env\x01t\x01\x70\x01\x01\x80\x01");
    module.extend(b"\x03env\x01m\x02\x00\x02");
    module.extend(b"\x01g\x01g\x03\x7f\x00");
    module.extend(b"\x04wasi\x01x\x00\x00");
    let read = |bytes: &[u8]| of(bytes).map(|it| it.detail);
    let imports = |names: &[&str]| names.iter().map(|&it| it.to_owned()).collect();
    let whole = Detail::Wasm(Wasm { component: false, imports: imports(&["env", "g", "wasi"]) });
    assert_eq!(read(&module), Ok(whole));
    assert_eq!(read(b"\0asm\x0d\0\x01\0"), Ok(Detail::Wasm(Wasm { component: true, imports: Vec::new() })));
    assert_eq!(read(b"\0asm\x01\0\0\0"), Ok(Detail::Wasm(Wasm::default())));
}

/// An archive with members of these bytes.
fn archive_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, content) in members {
        bytes.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, content.len()).bytes());
        bytes.extend(*content);
        bytes.extend((content.len() % 2 == 1).then_some(b'\n'));
    }
    bytes
}

#[test]
fn members_are_read_one_by_one() {
    let object = |machine| {
        let mut file = Words { bytes: Vec::new(), wide: true, big: false };
        file.header(1, machine, 0, 0, 0, 0);
        file.bytes
    };
    let bytes = archive_of(&[("arm.o/", &object(183)), ("notes.txt/", b"odd"), ("x86.o/", &object(62))]);
    assert!(archive::is_archive(bytes.as_slice()));
    let members = archive::members(bytes.as_slice(), Path::new("libx.a")).expect("it is whole");
    let told: Vec<String> = members
        .iter()
        .map(|Member { name, artefact }| {
            format!(
                "{name}: {}",
                artefact.as_ref().map_or("-".to_owned(), |it| format!("{} {}", it.file.name(), it.kind()))
            )
        })
        .collect();
    assert_eq!(told, ["arm.o: AArch64 object", "notes.txt: -", "x86.o: x86-64 object"]);
}

/// A table of versions in which each of a thousand libraries asks 65,535 times for the same one.
#[test]
fn versions_that_go_in_circles_are_no_table() {
    const LIBRARIES: u64 = 1000;
    let mut file = Words { bytes: Vec::new(), wide: true, big: false };
    let (own, _, section) = file.sizes();
    let strings = b"\0GLIBC_2.4\0";
    file.header(3, 183, 0, 0, 0, 3);
    file.section(0, 0, 0);
    let start = own + 3 * section;
    file.section(3, start, strings.len() as u64);
    file.linked_section(0x6fff_fffe, start + strings.len() as u64, 16 * (LIBRARIES + 1), 1);
    file.bytes.extend(strings);
    for left in (1..=LIBRARIES).rev() {
        file.half(1).half(0xffff).word(1).word(16 * left).word(if left > 1 { 16 } else { 0 });
    }
    file.word(0).half(0).half(2).word(1).word(0);
    let artefact = of(&file.bytes).expect("the rest is whole");
    let Detail::Elf(elf) = &artefact.detail else { panic!("{artefact:?}") };
    assert_eq!(elf.glibc, None);
}

/// What is cut off or broken is an error or tells less; it never ends the kit.
#[test]
fn broken_files_are_no_panic() {
    let files = [dynamic(true, false, 183, 0), arm(0x8001, b"\x07M"), image(true, 3), image(false, 10)];
    for file in files {
        for end in 0..file.len() {
            if let Some(known) = object_file::machine(&file[..end]) {
                let _ = artefact(&file[..end], known);
            }
        }
        for at in 0..file.len() {
            for value in [0, 0x7f, 0xff] {
                let mut broken = file.clone();
                broken[at] = value;
                if let Some(known) = object_file::machine(header(broken.as_slice(), 0, u64::MAX)) {
                    let _ = artefact(broken.as_slice(), known);
                }
            }
        }
    }
    let archive = archive_of(&[("a.o/", b"1234"), ("b.o/", b"5")]);
    for end in 0..archive.len() {
        let _ = archive::members(&archive[..end], Path::new("a"));
    }
}

/// This program was linked by the linker of this computer.
#[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[test]
fn this_program_is_for_this_computer() {
    let own = std::env::current_exe().expect("it has a path");
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let told = |triple: &str, glibc: Option<&str>| {
        let glibc = glibc.and_then(Version::parse);
        let findings = check(&own, Expected { triple, glibc: glibc.as_ref() });
        findings.iter().map(|finding| finding.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(told(&triple, None), [""; 0]);
    assert_eq!(told(&triple, Some("2.999")), [""; 0]);
    assert_eq!(told(&triple, Some("2.2")), ["X048"]);
    assert_eq!(told(&triple.replace("gnu", "musl"), None), ["X047", "X047", "X047"]);
    assert_eq!(told("riscv64gc-unknown-linux-gnu", None), ["X031"]);

    let Ok(Content::Artefact(artefact)) = content(&own) else { panic!("it is an executable") };
    let Detail::Elf(elf) = artefact.detail else { panic!("it is ELF") };
    assert!(elf.needed.iter().any(|library| library == "libc.so.6"), "{:?}", elf.needed);
    let demands = elf.glibc.expect("it has section headers");
    let versions: Vec<&Version> = demands.iter().map(|demand| &demand.version).collect();
    assert!(versions.is_sorted() && versions.len() > 2, "{versions:?}");
    assert!(demands.iter().any(|demand| demand.symbols.iter().any(|it| it == "__libc_start_main")), "{demands:?}");
}

/// Nobody writes to it, and who opens it waits for one that does.
#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn a_pipe_is_an_error_and_not_waited_for() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let path = std::env::temp_dir().join(format!("crosskit-pipe-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe can be made");
    let error = content(&path).expect_err("it is no file");
    std::fs::remove_file(&path).expect("it can be removed");
    assert_eq!(error.to_string(), "it is no regular file");
}

#[test]
fn a_directory_and_a_file_that_is_not_there_are_errors() {
    assert!(content(Path::new(env!("CARGO_MANIFEST_DIR"))).is_err());
    assert!(content(Path::new("/nothing/of/this/name")).is_err());
}
