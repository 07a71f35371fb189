//! The linker script of a board, for the build scripts of the packages that run on one.

use std::path::Path;
use std::{env, fs};

/// Writes the script for the memory that `PROVE_ROM` and `PROVE_RAM` name, each an origin and a length, and passes it
/// to the linker of tests. QEMU loads each section where it belongs, so nothing is copied at the start.
pub fn script() {
    for name in ["PROVE_ROM", "PROVE_RAM"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let is = |name: &str, value: &str| env::var(name).as_deref() == Ok(value);
    if !is("CARGO_CFG_TARGET_OS", "none") || is("CARGO_CFG_TARGET_ARCH", "wasm32") {
        return;
    }
    let rom = env::var("PROVE_ROM").expect("PROVE_ROM names the board's memory");
    let ram = env::var("PROVE_RAM").unwrap_or_default();
    let memory = |name: &str, access: &str, place: &str| {
        let (origin, length) = place.split_once(' ').expect("an origin and a length");
        format!("{name} ({access}) : ORIGIN = {origin}, LENGTH = {length}")
    };
    let (memories, data) = if ram.is_empty() {
        (memory("ROM", "rwx", &rom), "ROM")
    } else {
        (format!("{} {}", memory("ROM", "rx", &rom), memory("RAM", "rwx", &ram)), "RAM")
    };
    let text = format!(
        "MEMORY {{ {memories} }}
ENTRY(_start)
SECTIONS {{
  .note : {{ KEEP(*(.note.pvh)) }} > ROM
  .text : {{ KEEP(*(.vectors)) *(.start) *(.text .text.*) *(.rodata .rodata.*) }} > ROM
  .ARM.exidx : {{ *(.ARM.exidx .ARM.exidx.*) }} > ROM
  .data : ALIGN(16) {{ *(.data .data.* .sdata .sdata.*) }} > {data}
  .bss (NOLOAD) : ALIGN(16) {{ *(.bss .bss.* .sbss .sbss.* COMMON) }} > {data}
  /DISCARD/ : {{ *(.eh_frame .eh_frame_hdr) }}
}}
_stack = ORIGIN({data}) + LENGTH({data});
"
    );
    let directory = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let path = Path::new(&directory).join("board.ld");
    fs::write(&path, text).expect("OUT_DIR can be written");
    println!("cargo:rustc-link-arg-tests=-T{}", path.display());
    if is("CARGO_CFG_TARGET_ARCH", "x86_64") {
        // It is loaded where it is linked, and nobody would relocate it.
        println!("cargo:rustc-link-arg-tests=--no-pie");
    }
}
