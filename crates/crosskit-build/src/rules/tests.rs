use super::*;
use crate::finding::{Code, Origin};
use crate::object_file::{self, ObjectFile};

const X86: &str = "x86_64-unknown-linux-gnu";
const ARM: &str = "aarch64-unknown-linux-gnu";

fn object(triple: &str) -> ObjectFile {
    ObjectFile { machines: vec![object_file::expected(triple).expect("a known triple")], linked: Some(false) }
}

fn setting(name: &str, value: &str) -> Setting {
    Setting { name: name.to_string(), value: value.to_string() }
}

/// A build in which all is well: the cross compiler, its archiver and its linker.
pub(crate) fn facts(target: &str) -> ScriptFacts {
    let compiler = CompilerFacts {
        package: Some("demo".to_string()),
        host: X86.to_string(),
        target: target.to_string(),
        kind: "C compiler".to_string(),
        variable: "CC".to_string(),
        compiler: "gcc".to_string(),
        origin: CompilerOrigin::CcCrate,
        probe: object_file::expected(target).map_or(Probe::NotFound, |machine| {
            Probe::Object(ObjectFile { machines: vec![machine], linked: Some(false) })
        }),
        needed: true,
        without: None,
    };
    ScriptFacts {
        host: X86.to_string(),
        target: target.to_string(),
        compilers: vec![compiler],
        linker: Some(Linker { program: format!("{target}-gcc"), is_there: true, origin: None }),
        ..ScriptFacts::default()
    }
}

fn changed(target: &str, change: impl FnOnce(&mut ScriptFacts)) -> Vec<(Code, String)> {
    let mut facts = facts(target);
    change(&mut facts);
    check(&facts).into_iter().map(|it| (it.code, it.message)).collect()
}

fn one(code: Code, message: &str) -> Vec<(Code, String)> {
    vec![(code, message.to_string())]
}

#[test]
fn what_fits_is_silent() {
    let targets = [
        X86,
        ARM,
        "i686-unknown-linux-gnu",
        "x86_64-unknown-linux-musl",
        "armv7-unknown-linux-gnueabihf",
        "wasm32-unknown-unknown",
        "wasm32-wasip2",
        "thumbv7em-none-eabihf",
        "riscv32imac-unknown-none-elf",
        "x86_64-pc-windows-msvc",
        "x86_64-pc-windows-gnu",
        "aarch64-apple-darwin",
        "aarch64-apple-ios",
        "my-own-board",
    ];
    for target in targets {
        let found = changed(target, |facts| {
            facts.pkg_config.path = Some(setting("PKG_CONFIG_PATH_x", "/usr/lib/x/pkgconfig"));
            facts.pkg_config.allow_cross = Some(setting("PKG_CONFIG_ALLOW_CROSS", "1"));
            facts.compiler_flags = vec![setting("CFLAGS", "-O2 -g -march=not_judged")];
            facts.toolchain_file =
                Some(ToolchainFile { setting: setting("CMAKE_TOOLCHAIN_FILE", "x"), processor: None });
        });
        assert_eq!(found, [], "{target}");
    }
}

#[test]
fn only_a_target_that_the_hosts_cc_cannot_link_needs_a_linker() {
    let none = |facts: &mut ScriptFacts| facts.linker = None;
    for target in [ARM, "armv7-unknown-linux-gnueabihf", "aarch64-unknown-linux-musl", "x86_64-unknown-freebsd"] {
        let found = changed(target, none);
        let expected = format!("no linker is set for {target}, so that rustc takes the host's `cc`");
        match target {
            // The same machine and format: what is missing there is a sysroot, of which nothing is known here.
            "x86_64-unknown-freebsd" => assert_eq!(found, []),
            _ => assert_eq!(found, one(Code::NoLinker, &expected)),
        }
    }
    let silent = [
        X86,
        "x86_64-unknown-linux-musl",
        "i686-unknown-linux-gnu",
        "wasm32-unknown-unknown",
        "wasm32-wasip1",
        "thumbv7em-none-eabihf",
        "aarch64-unknown-none",
        "aarch64-unknown-uefi",
        "aarch64-apple-darwin",
        "x86_64-pc-windows-gnu",
        "aarch64-pc-windows-msvc",
        "my-own-board",
    ];
    for target in silent {
        assert_eq!(changed(target, none), [], "{target}");
    }
}

#[test]
fn a_linker_of_another_machine_is_told() {
    let with = |target: &str, program: &str, is_there| {
        let linker = Linker { program: program.to_string(), is_there, origin: None };
        let found = changed(target, |facts| facts.linker = Some(linker));
        found.into_iter().filter(|(code, _)| *code != Code::LinkerName).collect::<Vec<_>>()
    };
    for program in ["cc", "gcc", "/usr/bin/gcc-12"] {
        let expected = format!("linker `{program}` is for x86-64, and TARGET is {ARM}");
        assert_eq!(with(ARM, program, true), one(Code::LinkerOfAnotherMachine, &expected));
        assert_eq!(with("i686-unknown-linux-gnu", program, true), []);
        assert_eq!(with("thumbv7em-none-eabihf", program, true), [], "who knows what the flags make of it");
    }
    let clang = changed(ARM, |facts| {
        facts.linker = Some(Linker { program: "gcc".to_string(), is_there: true, origin: None });
        facts.rustflags = vec!["-Clink-arg=--target=aarch64-linux-gnu".to_string()];
    });
    assert_eq!(clang, [], "it may be clang");
    let expected = format!("linker `arm-linux-gnueabihf-gcc` is for Arm, and TARGET is {ARM}");
    assert_eq!(with(ARM, "arm-linux-gnueabihf-gcc", true), one(Code::LinkerOfAnotherMachine, &expected));
    assert_eq!(with(ARM, "/x/ld", false), one(Code::PathMissing, "linker `/x/ld` is not there"));
    let expected = "linker `aarch64-linux-gnu-gcc -static` is not the name of one program";
    assert_eq!(with(ARM, "aarch64-linux-gnu-gcc -static", true), one(Code::LinkerArguments, expected));
    let silent = [
        (ARM, "/opt/arm/bin/gcc"),
        (ARM, "clang"),
        (ARM, "rust-lld"),
        (ARM, ".cargo/crosskit/zig/aarch64-unknown-linux-gnu"),
        ("i686-pc-windows-gnu", "i686-w64-mingw32-gcc"),
        ("i686-unknown-linux-gnu", "x86_64-linux-gnu-gcc"),
        ("thumbv7em-none-eabihf", "arm-none-eabi-gcc"),
        ("riscv32imac-unknown-none-elf", "riscv64-unknown-elf-gcc"),
        ("wasm32-wasip1", "wasm-component-ld"),
    ];
    for (target, program) in silent {
        assert_eq!(with(target, program, true), [], "{target} {program}");
    }
}

#[test]
fn what_harms_no_package_ends_no_build() {
    let severity = |change: fn(&mut ScriptFacts)| {
        let mut facts = facts(ARM);
        change(&mut facts);
        check(&facts).iter().map(crate::finding::Finding::is_error).collect::<Vec<_>>()
    };
    fn wrong(facts: &mut ScriptFacts, needed: bool) {
        facts.compilers[0].origin = CompilerOrigin::Variable("CC_x".to_string());
        facts.compilers[0].probe = Probe::Object(object(X86));
        facts.compilers[0].needed = needed;
    }
    assert_eq!(severity(|facts| wrong(facts, true)), [true]);
    assert_eq!(severity(|facts| wrong(facts, false)), [false]);
    fn toolchain(facts: &mut ScriptFacts) {
        let setting = setting("CMAKE_TOOLCHAIN_FILE", "/t.cmake");
        facts.toolchain_file = Some(ToolchainFile { setting, processor: Some("arm".to_string()) });
    }
    assert_eq!(severity(toolchain), [false]);
    let with_cmake = |facts: &mut ScriptFacts| {
        toolchain(facts);
        facts.uses.push("cmake".to_string());
    };
    assert_eq!(severity(with_cmake), [true]);
}

#[test]
fn an_archive_without_an_index_is_told() {
    let archiver = |origin, probe| ArchiverFacts { program: "ar".to_string(), origin, probe };
    let plain = CompilerOrigin::Variable("AR".to_string());
    let wasm = "wasm32-unknown-unknown";
    let found = changed(wasm, |facts| facts.archiver = Some(archiver(plain.clone(), ArchiveProbe::NoIndex)));
    assert_eq!(found, one(Code::ArchiverMismatch, "archiver `ar` writes no index for objects of WebAssembly"));
    let found = changed(ARM, |facts| facts.archiver = Some(archiver(plain, ArchiveProbe::NotFound)));
    assert_eq!(found, one(Code::ArchiverMismatch, "archiver `ar` is not there"));
    let found = changed(ARM, |facts| facts.archiver = Some(archiver(CompilerOrigin::CcCrate, ArchiveProbe::NotFound)));
    assert_eq!(found, [], "nobody asked for it");
    let found = changed(ARM, |facts| facts.ranlib = Some(setting("RANLIB", "/opt/bin/arm-none-eabi-ranlib")));
    assert_eq!(
        found,
        one(Code::ArchiverMismatch, "index maker `/opt/bin/arm-none-eabi-ranlib` is for Arm, not for AArch64")
    );
}

#[test]
fn a_plain_variable_reaches_build_scripts() {
    let plain = |facts: &mut ScriptFacts| {
        facts.compilers[0].origin = CompilerOrigin::Variable("CC".to_string());
        facts.of_host_kind = vec![setting("CC", "gcc")];
    };
    let expected = "CC gives build scripts the C compiler of aarch64-unknown-linux-gnu as well";
    assert_eq!(changed(ARM, plain), one(Code::ReachesBothKinds, expected));
    let shielded = changed(ARM, |facts| {
        plain(facts);
        facts.of_host_kind = vec![setting("HOST_CC", "gcc")];
    });
    assert_eq!(shielded, []);
    let clang = changed(ARM, |facts| {
        plain(facts);
        facts.any_target = true;
    });
    assert_eq!(clang, []);
    assert_eq!(changed("i686-unknown-linux-gnu", plain), [], "one compiler makes both widths");
}

#[test]
fn processors_of_other_machines_are_told() {
    let with = |target: &str, flags: &str, fails: bool| {
        changed(target, |facts| {
            facts.compiler_flags = vec![setting("CFLAGS", flags)];
            if fails {
                facts.compilers[0].probe = Probe::Failed("no".to_string());
            }
        })
    };
    let native = "`-march=native` means the processor of this machine, and not one of aarch64-unknown-linux-gnu";
    assert_eq!(with(ARM, "-O2 -march=native", false), one(Code::ProcessorFlags, native));
    assert_eq!(with(X86, "-march=native -mtune=skylake", false), []);
    assert_eq!(with(ARM, "-mcpu=cortex-a53 -march=armv8-a", false), []);
    assert_eq!(with("x86_64-unknown-linux-musl", "-march=native", false), [], "another system, the same machine");
    for flag in ["-mcpu=cortex-a9", "-march=armv7-a+fp", "-mfpu=neon", "-mcpu=power9", "-mavx2", "-mcpu=cortex-m4"] {
        assert_eq!(with(ARM, flag, true).len(), 1, "{flag}");
    }
    assert_eq!(with("armv7-unknown-linux-gnueabihf", "-mcpu=cortex-a9 -mfpu=neon -mthumb", true), []);
    let other = "`-march=armv8-a` names no processor of x86_64-unknown-linux-gnu";
    assert_eq!(with(X86, "-march=armv8-a", true), one(Code::ProcessorFlags, other));
    assert_eq!(with("my-own-board", "-march=armv8-a", true), []);
    let mut failing = facts(ARM);
    failing.compiler_flags = vec![setting("CFLAGS", "-march=native")];
    assert!(!check(&failing)[0].is_error());
    failing.compilers[0].probe = Probe::Failed("no".to_string());
    assert!(check(&failing)[0].is_error(), "nothing can be compiled");
}

#[test]
fn pkg_config_without_a_place_of_the_targets_finds_the_hosts() {
    let allowed = |facts: &mut ScriptFacts| facts.pkg_config.allow_cross = Some(setting("PKG_CONFIG_ALLOW_CROSS", "1"));
    let expected = "`pkg-config` answers for aarch64-unknown-linux-gnu with libraries of this machine";
    assert_eq!(changed(ARM, allowed), one(Code::PkgConfigHost, expected));
    assert_eq!(changed(X86, allowed), []);
    let with = |change: fn(&mut PkgConfig)| {
        changed(ARM, |facts| {
            allowed(facts);
            change(&mut facts.pkg_config);
        })
    };
    assert_eq!(with(|it| it.sysroot = Some(setting("PKG_CONFIG_SYSROOT_DIR", "/s"))), []);
    assert_eq!(with(|it| it.libdir = Some(setting("PKG_CONFIG_LIBDIR", "/s"))), []);
    assert_eq!(
        with(|it| it.sysroot = Some(setting("PKG_CONFIG_SYSROOT_DIR", "/"))),
        one(Code::PkgConfigHost, expected)
    );
    assert_eq!(with(|it| it.path = Some(setting("PKG_CONFIG_PATH", "/usr/lib/aarch64-linux-gnu/pkgconfig"))), []);
    let led = with(|it| it.path = Some(setting("PKG_CONFIG_PATH", "/s:/usr/lib/x86_64-linux-gnu/pkgconfig")));
    let place = "pkg-config is led to libraries for x86_64-linux-gnu, and TARGET is aarch64-unknown-linux-gnu";
    assert_eq!(led, one(Code::PkgConfigHost, place));
    assert_eq!(with(|it| it.program = Some(setting("PKG_CONFIG", "aarch64-linux-gnu-pkg-config"))), []);
    assert_eq!(with(|it| it.allow_cross = Some(setting("PKG_CONFIG_ALLOW_CROSS", "0"))), []);
}

#[test]
fn files_of_a_sysroot_lead_out_of_it() {
    let moved = Moved {
        setting: setting("PKG_CONFIG_LIBDIR", "/opt/s/usr/lib/pkgconfig"),
        file: "/opt/s/usr/lib/pkgconfig/z.pc".to_string(),
        prefix: "/usr".to_string(),
        sysroot: "/opt/s".to_string(),
    };
    let found = changed(ARM, |facts| {
        facts.pkg_config.allow_cross = Some(setting("PKG_CONFIG_ALLOW_CROSS", "1"));
        facts.pkg_config.libdir = Some(moved.setting.clone());
        facts.moved = Some(moved);
    });
    let expected = "/opt/s/usr/lib/pkgconfig/z.pc lies in a sysroot, and sends the linker to /usr of this machine";
    assert_eq!(found, one(Code::PkgConfigHost, expected));
}

#[test]
fn bindgen_reads_the_targets_headers_or_it_is_told() {
    let named = |facts: &mut ScriptFacts| {
        facts.bindgen = Some(setting("BINDGEN_EXTRA_CLANG_ARGS", "--target=arm-linux-gnueabihf -I/x"));
    };
    let expected = "bindgen reads headers for arm-linux-gnueabihf, and TARGET is aarch64-unknown-linux-gnu";
    assert_eq!(changed(ARM, named), one(Code::BindgenTarget, expected));
    assert_eq!(changed("armv7-unknown-linux-gnueabihf", named), []);
    let sysroot = |facts: &mut ScriptFacts| {
        facts.sysroot = Some("/opt/s".to_string());
        facts.uses.push("bindgen".to_string());
    };
    let expected = "bindgen does not look into the sysroot of the C compiler, `/opt/s`";
    assert_eq!(changed(ARM, sysroot), one(Code::BindgenTarget, expected));
    let told = changed(ARM, |facts| {
        sysroot(facts);
        facts.bindgen = Some(setting("BINDGEN_EXTRA_CLANG_ARGS", "--sysroot=/opt/s"));
    });
    assert_eq!(told, []);
}

#[test]
fn a_toolchain_file_says_for_which_processor_it_is() {
    let with = |target: &str, processor: &str| {
        changed(target, |facts| {
            let setting = setting("CMAKE_TOOLCHAIN_FILE", "/t.cmake");
            facts.toolchain_file = Some(ToolchainFile { setting, processor: Some(processor.to_string()) });
        })
    };
    for fits in ["aarch64", "ARM64", "arm64"] {
        assert_eq!(with(ARM, fits), []);
    }
    assert_eq!(with(X86, "AMD64"), []);
    assert_eq!(with(ARM, "my-processor"), []);
    let expected = "CMake's toolchain file `/t.cmake` is for Arm, and TARGET is aarch64-unknown-linux-gnu";
    assert_eq!(with(ARM, "arm"), one(Code::CmakeToolchain, expected));
    assert_eq!(with(X86, "aarch64").len(), 1, "it reaches the host kind");
}

#[test]
fn libraries_paths_and_glibc_are_told() {
    let found = changed(ARM, |facts| {
        facts.libraries = vec![LibraryFacts {
            setting: setting("OPENSSL_DIR", "/usr"),
            file: "/usr/lib/libssl.a".to_string(),
            object: object(X86),
        }];
        facts.missing = vec![(setting("PKG_CONFIG_SYSROOT_DIR", "/s"), "/s".to_string())];
        let origin = Origin::Variable("x".to_string());
        facts.glibc = Some(GlibcFacts { sysroot: (2, 36), limit: (2, 28), origin });
    });
    let messages: Vec<&str> = found.iter().map(|(_, message)| message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "OPENSSL_DIR leads to libraries for x86-64, and TARGET is aarch64-unknown-linux-gnu",
            "`/s` is not there",
            "C is compiled against glibc 2.36, and aarch64-unknown-linux-gnu asks for 2.28 at most",
        ]
    );
    let older = changed(ARM, |facts| {
        let origin = Origin::Variable("x".to_string());
        facts.glibc = Some(GlibcFacts { sysroot: (2, 9), limit: (2, 28), origin });
    });
    assert_eq!(older, []);
}

#[test]
fn flags_that_do_not_arrive_are_told() {
    let with = |target: &str, arrives: &[&str]| {
        changed(target, |facts| {
            let flags = vec!["-Clink-arg=-z".to_string(), "--cfg=x".to_string()];
            let origin = Origin::File { path: "/w/.cargo/config.toml".to_string(), line: 2, column: 1 };
            facts.configured_flags = vec![ConfiguredFlags { flags, origin }];
            facts.rustflags = arrives.iter().map(|it| it.to_string()).collect();
        })
    };
    let expected = "`-Clink-arg=-z --cfg=x` is set for aarch64-unknown-linux-gnu and does not arrive";
    assert_eq!(with(ARM, &["-Copt-level=3"]), one(Code::FlagsWiped, expected));
    assert_eq!(with(ARM, &["-Clink-arg=-z", "--cfg=x", "--cfg=y"]), []);
    for spelling in [["-C", "link-arg=-z"], ["--codegen", "link-arg=-z"], ["--codegen=link-arg=-z", "-g"]] {
        assert_eq!(with(ARM, &[spelling[0], spelling[1], "--cfg=x"]), [], "{spelling:?}");
    }
    assert_eq!(with(X86, &[]), [], "build scripts get no flags in a build with --target");
}

#[test]
fn a_name_that_tells_nothing_links_with_lld() {
    let with = |program: &str| {
        changed(ARM, |facts| facts.linker = Some(Linker { program: program.to_string(), is_there: true, origin: None }))
    };
    let silent =
        ["aarch64-linux-gnu-gcc", "/x/gcc-12", "clang", "rust-lld", "ld.lld", "aarch64-linux-gnu-ld", "gcc.sh"];
    for program in silent {
        assert_eq!(with(program), [], "{program}");
    }
    for program in ["zigcc", "my-wrapper.sh"] {
        assert_eq!(with(program).len(), 1, "{program}");
    }
}
