//! Describes the memory of the board to the linker.

use std::path::Path;
use std::{env, fs, io};

/// The MPS2 board with the AN386 image, which is a Cortex-M4.
const MEMORY: &str = "\
MEMORY
{
  FLASH : ORIGIN = 0x00000000, LENGTH = 4M
  RAM : ORIGIN = 0x20000000, LENGTH = 4M
}
";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    // The linker of a hosted target knows nothing of this script.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "none") {
        let out_dir = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
        fs::write(Path::new(&out_dir).join("memory.x"), MEMORY)?;
        println!("cargo:rustc-link-search={}", Path::new(&out_dir).display());
        for kind in ["bins", "tests"] {
            println!("cargo:rustc-link-arg-{kind}=-Tlink.x");
        }
    }
    Ok(())
}
