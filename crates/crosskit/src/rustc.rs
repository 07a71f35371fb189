//! rustc: which one cargo takes, and what it says of itself.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crosskit_core::finding::{Code, Finding};
use crosskit_core::resolve::Config;

use crate::environment::{Variables, with_env_table};
use crate::path::{find_program, path_directories};
use crate::sh::{Sh, Started};

/// A compiler that was asked.
#[derive(Clone, Debug)]
pub struct Rustc {
    /// What is started.
    pub program: PathBuf,
    /// The host triple.
    pub host: String,
    /// The version.
    pub release: String,
    /// Where its libraries are.
    pub sysroot: PathBuf,
    /// Where it was started: rustup's proxy goes by the directory.
    directory: PathBuf,
}

/// What cargo compiles with at the root of a workspace.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The compiler.
    pub rustc: Rustc,
    /// What is started in front of it, the outer one first.
    pub wrappers: Vec<String>,
    /// The cargo that is started.
    pub cargo_path: PathBuf,
    /// The version of cargo, where it is another one than rustc's.
    pub cargo: Option<String>,
    /// What cargo's children get: the user's environment with `[env]`.
    pub variables: Variables,
}

/// The compiler that cargo would start; `configured` is the one that the config or a variable names.
///
/// Where rustup's proxy would only start the toolchain that it started cargo from, its compiler is started itself, as
/// cargo does: the proxy takes longer than most answers. So is it where `PATH` has none.
pub fn program(sh: &Sh, cargo: &Path, configured: Option<&str>) -> PathBuf {
    let variable = |name: &str| sh.variables.get(OsStr::new(name)).filter(|value| !value.is_empty());
    let named = configured.map(PathBuf::from).or_else(|| variable("RUSTC").map(PathBuf::from));
    // It is looked up now, as `[env]` may give it another `PATH` when it is started.
    let in_path = || find_program("rustc", &sh.directory(), &path_directories(&sh.variables));
    let unnamed = || beside_cargo(sh, cargo, variable("RUSTUP_TOOLCHAIN")).or_else(in_path);
    named.or_else(unnamed).unwrap_or_else(|| "rustc".into())
}

/// What to do about a compiler that does not work, by what named it.
fn cure(sh: &Sh, program: &Path) -> String {
    let variable = |name: &str| sh.variables.get(OsStr::new(name)).filter(|value| !value.is_empty());
    match (variable("RUSTC"), variable("RUSTUP_TOOLCHAIN")) {
        (Some(named), _) if Path::new(named) == program => "correct RUSTC, or unset it".to_owned(),
        (_, Some(toolchain)) => {
            let toolchain = toolchain.display();
            format!("install it with `rustup toolchain install {toolchain}`, or correct RUSTUP_TOOLCHAIN")
        }
        _ => "install a toolchain with rustup".to_owned(),
    }
}

fn beside_cargo(sh: &Sh, cargo: &Path, toolchain: Option<&OsString>) -> Option<PathBuf> {
    let directories = path_directories(&sh.variables);
    let size = |program: &str| Some(find_program(program, &sh.directory(), &directories)?.metadata().ok()?.len());
    let binaries = cargo.parent().filter(|it| it.is_absolute())?;
    let wanted = match size("rustc") {
        None => true,
        // rustup's proxies are links to rustup, or copies of it. A toolchain without a cargo is used with the cargo of
        // another one.
        proxy => proxy == size("rustup") && binaries.parent()?.file_name() == toolchain.map(OsString::as_os_str),
    };
    let rustc = binaries.join("rustc").with_extension(std::env::consts::EXE_EXTENSION);
    (wanted && rustc.is_file()).then_some(rustc)
}

impl Toolchain {
    /// What is in force with a config, where `rustc` is what was asked before it was read.
    ///
    /// # Errors
    /// The compiler that the config names does not work.
    pub fn of(config: &Config, rustc: Rustc, sh: &Sh, cargo_program: &Path) -> Result<Toolchain, Box<Finding>> {
        // Values of a wrong type are findings of their own.
        let choice = config.rustc().ok().flatten();
        let program = program(sh, cargo_program, choice.as_ref().map(|it| it.value.as_str()));
        let own = choice.is_some();
        let version = own.then(|| sh.start(sh.command(cargo_program, ["--version"])));
        let rustc = rustc.or_ask(sh, program).map_err(|mut finding| {
            if let Some(choice) = choice {
                finding.hints = vec![format!("correct `{}`", choice.key)];
                finding.origin = Some(config.origin(&choice.definition));
            }
            finding
        })?;
        let cargo = match version.map(|started| started.and_then(Started::output)) {
            Some(Ok((stdout, _, status))) if status.success() => stdout.split(' ').nth(1).map(str::to_owned),
            _ => None,
        };
        Ok(Toolchain {
            rustc,
            wrappers: config.rustc_wrappers().unwrap_or_default(),
            cargo_path: cargo_path(sh, cargo_program),
            cargo,
            variables: with_env_table(&sh.variables, &config.env_table().0),
        })
    }
}

/// Where cargo is, if it was started by its name.
pub fn cargo_path(sh: &Sh, cargo: &Path) -> PathBuf {
    let found = find_program(&cargo.to_string_lossy(), &sh.directory(), &path_directories(&sh.variables));
    found.unwrap_or_else(|| cargo.to_path_buf())
}

impl Rustc {
    /// Asks a compiler what it is.
    ///
    /// # Errors
    /// It does not work.
    pub fn ask(sh: &Sh, program: PathBuf) -> Result<Rustc, Box<Finding>> {
        let broken = |why: String| {
            Box::new(
                Finding::error(Code::Toolchain, format!("`{}` does not work", program.display()))
                    .note(why.trim().replace('\n', " "))
                    .hint(cure(sh, &program)),
            )
        };
        let start = |arguments: &[&str]| sh.start(sh.command(&program, arguments));
        let (version, sysroot) = (start(&["-vV"]), start(&["--print", "sysroot"]));
        let read = |started: Result<Started, String>| match started?.output()? {
            (stdout, _, status) if status.success() => Ok(stdout),
            (_, stderr, _) => Err(stderr),
        };
        let (version, sysroot) = (read(version).map_err(broken)?, read(sysroot).map_err(broken)?);
        let field = |name: &str| version.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let (Some(host), Some(release)) = (field("host: "), field("release: ")) else {
            return Err(broken("`rustc -vV` does not name host and release".to_owned()));
        };
        Ok(Rustc { host, release, sysroot: PathBuf::from(sysroot.trim()), directory: sh.directory(), program })
    }

    /// The same for a compiler that may be another one, or may answer differently in the present directory.
    ///
    /// # Errors
    /// It does not work.
    pub fn or_ask(self, sh: &Sh, program: PathBuf) -> Result<Rustc, Box<Finding>> {
        let chosen = sh.variables.contains_key(OsStr::new("RUSTUP_TOOLCHAIN"));
        let same = self.program == program && (chosen || self.directory == sh.directory());
        if same { Ok(self) } else { Rustc::ask(sh, program) }
    }
}
