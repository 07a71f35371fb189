//! What a WebAssembly file says of itself.
//!
//! A parser for the format is larger than all else that is read, and one section is of interest.
//! Source: "WebAssembly Core Specification", "Binary Format".

use object::read::ReadRef;

use crosskit_core::artefact::Wasm;

/// Whether it is a component, and what a module imports from.
pub(super) fn read<'a, R: ReadRef<'a>>(data: R) -> object::Result<Wasm> {
    const COMPONENT: &[u8] = &[0x0d, 0, 1, 0];
    const IMPORTS: u8 = 2;
    if data.read_bytes_at(4, 4) == Ok(COMPONENT) {
        return Ok(Wasm { component: true, imports: Vec::new() });
    }
    let length = data.len().unwrap_or(0);
    let mut at = 8;
    while at < length {
        // A section begins with its kind and its size, which takes 5 bytes at most.
        let begin = data.read_bytes_at(at, (length - at).min(6)).unwrap_or_default();
        let mut cursor = Cursor(begin);
        let (Some(kind), Some(size)) = (cursor.byte(), cursor.number()) else { break };
        at += (begin.len() - cursor.0.len()) as u64;
        if kind == IMPORTS {
            let section = data.read_bytes_at(at, size.min(length - at)).unwrap_or_default();
            return Ok(Wasm { component: false, imports: imports(section) });
        }
        at = at.saturating_add(size);
    }
    Ok(Wasm::default())
}

/// The names of the modules, as far as the section can be read.
fn imports(section: &[u8]) -> Vec<String> {
    let mut cursor = Cursor(section);
    let mut modules: Vec<String> = Vec::new();
    for _ in 0..cursor.number().unwrap_or(0) {
        let (Some(module), Some(_)) = (cursor.name(), cursor.name()) else { break };
        let module = String::from_utf8_lossy(module).into_owned();
        if !modules.contains(&module) {
            modules.push(module);
        }
        if cursor.described().is_none() {
            break;
        }
    }
    modules
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// An unsigned number, seven bits to a byte.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn name(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (name, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(name)
    }

    /// Passes by what is imported: a function, a table, a memory, a global or a tag.
    fn described(&mut self) -> Option<()> {
        match self.byte()? {
            0 => drop(self.number()?),
            1 => {
                self.value_type()?;
                self.limits()?;
            }
            2 => self.limits()?,
            3 => {
                self.value_type()?;
                self.byte()?;
            }
            4 => {
                self.byte()?;
                self.number()?;
            }
            _ => return None,
        }
        Some(())
    }

    fn value_type(&mut self) -> Option<()> {
        // References to a type name it behind.
        if matches!(self.byte()?, 0x63 | 0x64) {
            self.number()?;
        }
        Some(())
    }

    fn limits(&mut self) -> Option<()> {
        let has_most = self.byte()? & 1 == 1;
        self.number()?;
        if has_most {
            self.number()?;
        }
        Some(())
    }
}
