//! Tells the start-up code which family of Arm it is for: no cfg of stable Rust does.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(bare_mclass)");
    if std::env::var("TARGET").is_ok_and(|target| target.starts_with("thumb")) {
        println!("cargo:rustc-cfg=bare_mclass");
    }
}
