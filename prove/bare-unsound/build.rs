//! Passes the board's memory to the linker.

#[path = "../bare/link.rs"]
mod link;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../bare/link.rs");
    link::script();
}
