//! Compiles the C sources, together with tables that are computed here.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    crosskit_build::check();

    let out_dir = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    fs::write(Path::new(&out_dir).join("crc32_tables.h"), crc32_tables())?;

    println!("cargo:rerun-if-changed=c");
    cc::Build::new()
        .files(["c/cobs.c", "c/crc32.c"])
        .include(out_dir)
        .std("c11")
        .warnings(true)
        .extra_warnings(true)
        .compile("telemetry_native");
    Ok(())
}

/// Writes the tables for eight bytes at a time: table `n` holds what a byte contributes once `n`
/// more bytes have followed it.
fn crc32_tables() -> String {
    let mut header = String::from("static const uint32_t TABLES[8][256] = {\n");
    let mut table: [u32; 256] =
        std::array::from_fn(|byte| (0..8).fold(byte as u32, |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1))));
    let first = table;
    for _ in 0..8 {
        header.push_str("\t{");
        for entry in table {
            write!(header, "0x{entry:08x},").expect("a string takes all that is written to it");
        }
        header.push_str("},\n");
        table = table.map(|crc| (crc >> 8) ^ first[(crc & 0xff) as usize]);
    }
    header.push_str("};\n");
    header
}
