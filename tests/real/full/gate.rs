//! The artefact gate: what it finds in a run and by `verify`, with nothing but this computer's own tools.

use crosskit_tests::installed;
use crosskit_tests::process::{self, Finished};
use crosskit_tests::scratch::Scratch;

use crate::kit;

/// Has cargo link an archive with an object for AArch64, and one for s390x where that is this computer's own.
const BUILD_SCRIPT: &str = r#"
fn main() {
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    let mut object = vec![0u8; 64];
    object[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1]);
    object[16] = 1;
    object[18] = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    object[20] = 1;
    object[52] = 64;
    object[58] = 64;
    let mut archive = b"!<arch>\n".to_vec();
    archive.extend(format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "foreign.o/", 0, 0, 0, 644, 64).bytes());
    archive.extend(object);
    std::fs::write(format!("{out}/libforeign.a"), archive).expect("it can be written");
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static=foreign");
}
"#;

fn verify(scratch: &Scratch, arguments: &str) -> Finished {
    process::run(kit::direct(&scratch.root, &format!("verify {arguments}")), kit::SHORT)
}

/// Nothing of the archive is called, so that the build ends well.
#[test]
fn a_foreign_member_of_an_archive_is_named_with_its_package() {
    let scratch = kit::scratch("foreign-member");
    scratch.write("codec/build.rs", BUILD_SCRIPT);
    let finished = kit::run(&scratch, "build host -p codec").exits(6);
    finished.tells(&["error[X049]", "libforeign.a`, which `codec` links", "member `foreign.o`"]);

    // The library that cargo made of it holds the member as well.
    let out = format!("target/{}/debug/libcodec.rlib", installed::host());
    let told = verify(&scratch, &out).exits(0);
    assert!(told.stdout.contains("foreign.o"), "{told}");
    verify(&scratch, &format!("{out} --target host")).exits(6).tells(&["error[X049]", "member `foreign.o`"]);
}

#[test]
fn a_glibc_newer_than_the_settings_allow_is_named_with_its_symbols() {
    let host = installed::host();
    assert!(host.contains("-linux-gnu"), "this test is about glibc, and {host} has none");
    let scratch = kit::scratch("glibc-too-new");
    let settings = scratch.read("crosskit.toml");
    scratch.write("crosskit.toml", &format!("{settings}\n[target.{host}]\nglibc = \"2.2\"\n"));
    let finished = kit::run(&scratch, "host -p codec --no-run").exits(6);
    finished.tells(&["error[X048]", "and crosskit.toml allows 2.2", "rule `glibc`", "`__libc_start_main`"]);
    scratch.write("crosskit.toml", &format!("{settings}\n[target.{host}]\nglibc = \"2.999\"\n"));
    kit::run(&scratch, "host -p codec --no-run").exits(0).tells(&["Verified"]);
}

#[test]
fn verify_says_what_a_file_is_and_holds_it_against_a_target() {
    let scratch = kit::scratch("verify");
    let own = kit::xtask().display().to_string();
    let host = installed::host();
    let told = verify(&scratch, &own).exits(0);
    assert!(told.stdout.contains("interpreter"), "{told}");
    verify(&scratch, &format!("{own} --target host")).exits(0).tells(&["Verified 1 file"]);
    let other = if host.starts_with("s390x") { "aarch64" } else { "s390x" };
    let finished = verify(&scratch, &format!("{own} --target {other}")).exits(6);
    finished.tells(&["error[X031]", "rule `machine`"]);
    let musl = host.replace("-gnu", "-musl");
    verify(&scratch, &format!("{own} --target {musl}")).exits(6).tells(&["error[X047]", "rule `interpreter`"]);

    let json = verify(&scratch, &format!("{own} Cargo.toml --target {musl} --format json")).exits(6);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    assert_eq!((&json["exit_code"], &json["target"]), (&6.into(), &musl.into()));
    assert_eq!((&json["files"][0]["holds"], &json["files"][0]["format"]), (&"artefact".into(), &"ELF".into()));
    assert_eq!(json["files"][1]["holds"], "unknown");
    let codes: Vec<&str> = (json["files"][0]["findings"].as_array().expect("an array").iter())
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    assert_eq!(codes, ["X047", "X047", "X047"]);

    verify(&scratch, "nothing-of-this-name").exits(2).tells(&["error[X024]", "`nothing-of-this-name`"]);
    verify(&scratch, &format!("{own} --target aarhc64")).exits(2).tells(&["error[X001]", "`aarch64`"]);
}
