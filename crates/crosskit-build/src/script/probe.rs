//! What the compiler makes: asks the cc crate, and compiles a file with one declaration.

#[cfg(feature = "cc")]
pub(super) use with_cc::compiler;
#[cfg(not(feature = "cc"))]
pub(super) use without_cc::compiler;

/// What to call a compiler of which nothing is known.
const UNKNOWN: &str = "unknown";

#[cfg(feature = "cc")]
mod with_cc {
    use std::fs;
    use std::io::{ErrorKind, Read};
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};

    use super::super::variable;
    use crate::object_file::{self, HEADER_LEN};
    use crate::rules::Probe;

    /// The compiler that the cc crate picks, and what it makes.
    pub(in super::super) fn compiler(target: &str, host: &str, ruled: Option<&str>) -> (String, Probe) {
        let ruled = ruled.unwrap_or(super::UNKNOWN).to_string();
        let Some(out_dir) = variable("OUT_DIR").map(PathBuf::from) else { return (ruled, Probe::NotTried) };
        let picked = cc::Build::new()
            .target(target)
            .host(host)
            .out_dir(&out_dir)
            .opt_level_str(variable("OPT_LEVEL").as_deref().unwrap_or("0"))
            // Debug information does not change the machine, nor do the flags of rustc that the crate passes on; for
            // each of the latter it would run the compiler once to see whether it knows the flag.
            .debug(false)
            .inherit_rustflags(false)
            .cargo_metadata(false)
            .cargo_warnings(false)
            .cargo_output(false)
            .try_get_compiler();
        match picked {
            Ok(tool) => {
                let mut probe = compile(tool.to_command(), tool.is_like_msvc(), &out_dir);
                // A GCC for another machine may refuse the arguments for this one (`-m64`). What it makes without them
                // says why. Clang gets its target by argument, so without any it says nothing.
                if tool.is_like_gnu() && matches!(probe, Probe::Failed(_)) {
                    if let Probe::Object(file) = compile(Command::new(tool.path()), false, &out_dir) {
                        if object_file::matches(target, &file) == Some(false) {
                            probe = Probe::Object(file);
                        }
                    }
                }
                (tool.path().display().to_string(), probe)
            }
            Err(error) => (ruled, Probe::Failed(first_line(&error.to_string()))),
        }
    }

    fn compile(mut command: Command, msvc: bool, out_dir: &Path) -> Probe {
        let source = out_dir.join("crosskit-build.c");
        let object = out_dir.join("crosskit-build.o");
        // ISO C forbids an empty file, and flags may make that an error.
        if let Err(error) = fs::write(&source, "typedef int crosskit_build;\n") {
            return Probe::Failed(format!("cannot write {}: {error}", source.display()));
        }
        command.arg(if msvc { "/c" } else { "-c" }).arg(&source);
        if msvc {
            command.arg(format!("/Fo{}", object.display()));
        } else {
            command.arg("-o").arg(&object);
        }
        let output = command.stdin(Stdio::null()).output();
        let probe = match output {
            Err(error) if error.kind() == ErrorKind::NotFound => Probe::NotFound,
            Err(error) => Probe::Failed(error.to_string()),
            Ok(output) if output.status.success() => header(&object),
            Ok(output) => {
                // MSVC reports errors on stdout.
                let said = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
                match first_line(&String::from_utf8_lossy(said)) {
                    line if line.is_empty() => Probe::Failed(output.status.to_string()),
                    line => Probe::Failed(line),
                }
            }
        };
        // Leftovers would do no harm.
        let _ = fs::remove_file(&source);
        let _ = fs::remove_file(&object);
        probe
    }

    fn header(object: &Path) -> Probe {
        let mut bytes = Vec::new();
        let read = fs::File::open(object).and_then(|file| file.take(HEADER_LEN as u64).read_to_end(&mut bytes));
        match read {
            Ok(_) => object_file::machine(&bytes).map_or(Probe::Unknown, Probe::Object),
            Err(error) => Probe::Failed(format!("cannot read {}: {error}", object.display())),
        }
    }

    fn first_line(text: &str) -> String {
        text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("").to_string()
    }
}

#[cfg(not(feature = "cc"))]
mod without_cc {
    use std::env;
    use std::path::Path;

    use crate::rules::Probe;

    /// The compiler by the rules of this crate. Nothing is compiled: which machine a compiler makes objects for depends
    /// on the arguments that the cc crate adds (`-m32`, `--target=`).
    pub(in super::super) fn compiler(_target: &str, _host: &str, ruled: Option<&str>) -> (String, Probe) {
        let Some(name) = ruled else { return (super::UNKNOWN.to_string(), Probe::NotTried) };
        let probe = if exists(name) { Probe::NotTried } else { Probe::NotFound };
        (name.to_string(), probe)
    }

    fn exists(name: &str) -> bool {
        let suffixed = format!("{name}{}", env::consts::EXE_SUFFIX);
        let is_in = |dir: &Path| dir.join(name).is_file() || dir.join(&suffixed).is_file();
        if name.contains(['/', '\\']) {
            return is_in(Path::new(""));
        }
        env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|dir| is_in(&dir)))
    }
}
