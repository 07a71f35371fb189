//! What an executable says of itself. It is read here once more, so that a mistake in the kit's reader shows.

use std::fs;
use std::path::Path;

/// The part of the header that the guide's configs decide about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// `ELF` or `PE`.
    pub format: &'static str,
    /// The machine, in the words of the report.
    pub machine: &'static str,
    /// The loader that a dynamically linked ELF program asks for.
    pub loader: Option<String>,
}

impl Artefact {
    /// An ELF program that asks for no loader.
    pub fn elf(machine: &'static str) -> Artefact {
        Artefact { format: "ELF", machine, loader: None }
    }

    /// The same, linked dynamically.
    pub fn with_loader(self, loader: &str) -> Artefact {
        Artefact { loader: Some(loader.to_owned()), ..self }
    }

    /// A Windows program.
    pub fn pe(machine: &'static str) -> Artefact {
        Artefact { format: "PE", machine, loader: None }
    }
}

/// The type of the program header that names the loader.
const PT_INTERP: usize = 3;

#[track_caller]
fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A number in a file: every target of the guide is little endian.
fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    bytes[at..at + length].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// The address at which an ELF program of 32 bits begins.
#[track_caller]
pub fn entry(path: &Path) -> usize {
    number(&bytes(path), 24, 4)
}

/// Reads an executable.
#[track_caller]
pub fn read(path: &Path) -> Artefact {
    let bytes = bytes(path);
    let number = |at: usize, length: usize| number(&bytes, at, length);
    if bytes.starts_with(b"MZ") {
        let header = number(0x3c, 4);
        assert_eq!(&bytes[header..header + 4], b"PE\0\0", "{}", path.display());
        return Artefact::pe(match number(header + 4, 2) {
            0x8664 => "x86-64",
            other => panic!("{}: machine {other:#x}", path.display()),
        });
    }
    assert_eq!(&bytes[..4], b"\x7fELF", "{}", path.display());
    let machine = match number(18, 2) {
        40 => "Arm",
        62 => "x86-64",
        183 => "AArch64",
        other => panic!("{}: machine {other}", path.display()),
    };
    // Where the program headers begin, how long one is, and how many there are.
    let wide = bytes[4] == 2;
    let (table, length, count) = if wide {
        (number(32, 8), number(54, 2), number(56, 2))
    } else {
        (number(28, 4), number(42, 2), number(44, 2))
    };
    let mut headers = (0..count).map(|index| table + index * length);
    let loader = headers.find(|header| number(*header, 4) == PT_INTERP).map(|header| {
        let (from, length) = if wide {
            (number(header + 8, 8), number(header + 32, 8))
        } else {
            (number(header + 4, 4), number(header + 16, 4))
        };
        String::from_utf8_lossy(&bytes[from..from + length]).trim_end_matches('\0').to_owned()
    });
    Artefact { loader, ..Artefact::elf(machine) }
}
