//! The scripts that call clang and zig, run by real shells, with fakes in the place of both.

use crosskit_core::target::{Catalogue, Provider};
use crosskit_core::wrapper::{self, Wrapper};

use super::{Bench, PRINTS_ITS_ARGUMENTS, shells, words};

/// The scripts of a row, written.
fn written(bench: &Bench, triple: &str, provider: Provider) -> Wrapper {
    let catalogue = Catalogue::built_in().expect("the catalogue parses");
    let row = catalogue.row(triple).expect("a row");
    let wrapper = Wrapper::of(row, provider, wrapper::DIRECTORY).expect("the provider links for it");
    for file in wrapper.files() {
        bench.file(&file, &wrapper.text());
    }
    wrapper
}

/// The options with which rustc links for musl, and those of the cc crate, and what zig gets of them.
#[test]
fn zig_is_told_its_own_words_and_no_foreign_objects() {
    let bench = Bench::new("zig", "Linux", "x86_64", &["python-zig"]);
    let wrapper = written(&bench, "armv7-unknown-linux-musleabihf", Provider::Zig);
    let [archiver, compiler, of_cxx] = wrapper.files();
    let aarch64 = written(&bench, "aarch64-unknown-linux-musl", Provider::Zig);
    let expected = words("python-zig", &["cc", "-target", "aarch64-linux-musl", "-march=armv8.2_a", "-c", "a.c"]);
    let own = ["--target=aarch64-unknown-linux-musl", "-march=armv8.2_a", "-c", "a.c"];
    assert_eq!(bench.started_by(&aarch64.linker(), &own), expected, "a processor that the user names");
    let target = ["-target", "arm-linux-musleabihf", "-mcpu=generic+v7a"];
    let object = bench.program();
    let self_contained = "/rustlib/armv7-unknown-linux-musleabihf/lib/self-contained/crt1.o";
    let link = [
        "-m32",
        "-Wl,-melf_i386",
        "-nostartfiles",
        self_contained,
        "crti.o",
        &object,
        "-lgcc_s",
        "-lgcc",
        "-pie",
        "-o",
        "a *",
    ];
    let expected = [&["cc"], &target[..], &["-static", "-m32", &object, "-lunwind", "-o", "a *"]].concat();
    assert_eq!(bench.started_by(&compiler, &link), words("python-zig", &expected));
    let gnullvm = written(&bench, "x86_64-pc-windows-gnullvm", Provider::Zig);
    let link =
        ["-nolibc", "--unwindlib=none", "-m64", &object, "-lntdll", "-lunwind", "-lmingw32", "-lmingwex", "-lmsvcrt"];
    let expected = ["cc", "-target", "x86_64-windows-gnu", "-m64", &object, "-lntdll", "-lunwind"];
    assert_eq!(bench.started_by(&gnullvm.linker(), &link), words("python-zig", &expected));
    let library = ["-shared", "-pie", &object];
    let expected = [&["cc"], &target[..], &library].concat();
    assert_eq!(bench.started_by(&compiler, &library), words("python-zig", &expected), "a library is not static");
    let compile = ["--target=armv7-unknown-linux-musleabihf", "-march=armv7-a", "-c", "a.cc"];
    let expected = [&["c++"], &target[..], &["-c", "a.cc"]].concat();
    assert_eq!(bench.started_by(&of_cxx, &compile), words("python-zig", &expected));
    assert_eq!(bench.started_by(&archiver, &["crs", "a.a"]), words("python-zig", &["ar", "crs", "a.a"]));
    bench.script("bin/zig", PRINTS_ITS_ARGUMENTS);
    assert_eq!(bench.started_by(&archiver, &["t"])[0], "zig", "what is in PATH under its own name is first");
}

/// The target comes first, as what the cc crate says of the processor wins over it; and the linker is one that knows the
/// target, wherever there is one.
#[test]
fn clang_is_told_the_target_and_a_linker_that_knows_it() {
    let bench = Bench::new("clang", "Linux", "x86_64", &["clang", "clang++"]);
    let wrapper = written(&bench, "armv7-unknown-linux-gnueabihf", Provider::Clang);
    let [archiver, compiler, of_cxx] = wrapper.files();
    let target = ["--target=arm-linux-gnueabihf", "-march=armv7-a"];
    let compile = ["--target=armv7-unknown-linux-gnueabihf", "-mfpu=neon", "-c", "a *.c"];
    let expected = [&target[..], &["-mfpu=neon", "-c", "a *.c"]].concat();
    assert_eq!(bench.started_by(&compiler, &compile), words("clang", &expected));
    assert_eq!(bench.started_by(&of_cxx, &compile), words("clang++", &expected));

    let object = bench.program();
    let link = [object.as_str(), "-o", "a *"];
    let with = |before: &[&str]| words("clang", &[&target[..], before, &link].concat());
    assert_eq!(bench.started_by(&compiler, &link), with(&["-fuse-ld=lld"]), "clang says what is missing");
    bench.script("bin/rust-lld", PRINTS_ITS_ARGUMENTS);
    let beside = format!("-B{}", bench.path("bin/gcc-ld").display());
    assert_eq!(bench.started_by(&compiler, &link), with(&["-fuse-ld=lld", &beside]), "rustc's own, by another name");
    bench.script("bin/ld.lld", PRINTS_ITS_ARGUMENTS);
    assert_eq!(bench.started_by(&compiler, &link), with(&["-fuse-ld=lld"]));
    let named = ["-fuse-ld=gold", object.as_str()];
    let expected = words("clang", &[&target[..], &named].concat());
    assert_eq!(bench.started_by(&compiler, &named), expected, "a linker that the user names");
    bench.script("bin/arm-linux-gnueabihf-ld", PRINTS_ITS_ARGUMENTS);
    assert_eq!(bench.started_by(&compiler, &link), with(&[]), "clang finds the target's own by itself");

    for program in ["ar", "llvm-ar", "arm-linux-gnueabihf-ar"] {
        bench.script(&format!("bin/{program}"), PRINTS_ITS_ARGUMENTS);
        assert_eq!(bench.started_by(&archiver, &["crs", "a.a"]), words(program, &["crs", "a.a"]));
    }
}

/// The committed config must be harmless on a machine that is the target, and say what is missing on any other.
#[test]
fn without_clang_the_target_itself_takes_its_own_compiler() {
    let bench = Bench::new("no-clang", "Linux", "aarch64", &[]);
    let wrapper = written(&bench, "aarch64-unknown-linux-gnu", Provider::Clang);
    let [_, compiler, of_cxx] = wrapper.files();
    let says =
        |machine: &str| format!("if [ \"$1\" = -dumpmachine ]; then echo {machine}; exit; fi\n{PRINTS_ITS_ARGUMENTS}");
    let fails = |script: &str| {
        for shell in shells() {
            let output = bench.run_script(&shell, script, &["-o", "a"]);
            assert_eq!(output.status.code(), Some(127), "{shell:?}");
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(stderr.starts_with("error: `clang"), "{shell:?}: {stderr}");
            assert!(stderr.contains("`cargo xtask cross doctor aarch64-unknown-linux-gnu --install`"), "{stderr}");
        }
    };
    fails(&compiler);
    bench.script("bin/cc", &says("x86_64-linux-gnu"));
    bench.script("bin/c++", &says("aarch64-apple-darwin22"));
    fails(&compiler);
    fails(&of_cxx);
    bench.script("bin/cc", &says("aarch64-linux-gnu"));
    bench.script("bin/c++", &says("aarch64-redhat-linux"));
    assert_eq!(bench.started_by(&compiler, &["-o", "a"]), words("cc", &["-o", "a"]));
    assert_eq!(bench.started_by(&of_cxx, &["-o", "a"]), words("c++", &["-o", "a"]));
}
