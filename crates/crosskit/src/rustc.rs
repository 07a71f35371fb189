//! rustc: which one cargo takes, and what it says of itself.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crosskit_core::finding::{Code, Finding};

use crate::path::{find_program, path_directories};
use crate::sh::Sh;

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

/// The compiler that cargo would start; `configured` is the one that the config or a variable names.
///
/// Where rustup's proxy would only start the toolchain that it started cargo from, its compiler is started itself, as
/// cargo does since 1.69: the proxy takes longer than most answers.
pub fn program(sh: &Sh, cargo: &Path, configured: Option<&str>) -> PathBuf {
    let variable = |name: &str| sh.variables.get(OsStr::new(name)).filter(|value| !value.is_empty());
    let named = configured.map(PathBuf::from).or_else(|| variable("RUSTC").map(PathBuf::from));
    named.or_else(|| behind_the_proxy(sh, cargo, variable("RUSTUP_TOOLCHAIN")?)).unwrap_or_else(|| "rustc".into())
}

fn behind_the_proxy(sh: &Sh, cargo: &Path, toolchain: &OsStr) -> Option<PathBuf> {
    let directories = path_directories(&sh.variables);
    let size = |program: &str| Some(find_program(program, &sh.directory(), &directories)?.metadata().ok()?.len());
    // rustup's proxies are links to rustup, or copies of it.
    let is_proxy = size("rustc")? == size("rustup")?;
    // A toolchain without a cargo is used with the cargo of another one.
    let binaries = cargo.parent().filter(|it| it.parent().and_then(Path::file_name) == Some(toolchain))?;
    let rustc = binaries.join("rustc").with_extension(std::env::consts::EXE_EXTENSION);
    (is_proxy && rustc.is_file()).then_some(rustc)
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
                    .hint("install a toolchain with rustup, or correct `RUSTC`"),
            )
        };
        let start = |arguments: &[&str]| sh.start(sh.command(&program, arguments));
        let (version, sysroot) = (start(&["-vV"]), start(&["--print", "sysroot"]));
        let read = |started: Result<crate::sh::Started, String>| match started?.output()? {
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
        let same = self.program == program && (program.is_absolute() || self.directory == sh.directory());
        if same { Ok(self) } else { Rustc::ask(sh, program) }
    }
}
