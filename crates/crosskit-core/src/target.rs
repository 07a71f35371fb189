//! The catalogue: rows of `targets.toml`, and how a name on the command line finds its row.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::emulation::MAY_BE_NATIVE;
use crate::finding::{Code, Finding, Origin};
use crate::packages;
use crate::triple;

/// How a target is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// The distribution's cross gcc.
    Gcc,
    /// rust-lld with the self-contained objects of rust-std: no C toolchain.
    Lld,
    /// The gcc of mingw-w64, which is rustc's own default.
    Mingw,
    /// clang, with the C library of the distribution's cross packages.
    Clang,
    /// zig, whose compiler has the C libraries of many targets in it.
    Zig,
    /// rustc's own default; the policy names no linker.
    None,
}

impl Provider {
    /// The word in the catalogue.
    pub fn as_str(self) -> &'static str {
        match self {
            Provider::Gcc => "gcc",
            Provider::Lld => "lld",
            Provider::Mingw => "mingw",
            Provider::Clang => "clang",
            Provider::Zig => "zig",
            Provider::None => "none",
        }
    }
}

/// The memory of an emulated board: an origin and a length each, as a linker script writes them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Where code is loaded, and data too if there is no other memory.
    pub rom: String,
    /// Where data is.
    pub ram: Option<String>,
}

/// The packages of one package manager that hold a target's tools, several split at blanks. What is not known stays
/// empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packages {
    /// Linker, C compiler and archiver.
    pub compiler: Option<String>,
    /// The target's C library and its headers.
    pub library: Option<String>,
    /// What GCC's compilers begin programs with and link with, which clang takes as well.
    pub support: Option<String>,
    /// The program that runs the target's executables.
    pub emulator: Option<String>,
    /// The firmware that the emulator starts with.
    pub firmware: Option<String>,
    /// Where a name was seen that was not tried, by package.
    #[serde(skip)]
    pub pages: BTreeMap<String, String>,
}

/// One target of the catalogue: data only.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Row {
    /// The triple, as rustc names it.
    pub triple: String,
    /// How much Rust promises about it: 1, 2 or 3.
    #[serde(default)]
    pub tier: u8,
    /// Short names for the command line.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// How the target is linked.
    pub provider: Provider,
    /// The words before `-gcc` and `-ar` in the names of its C tools.
    pub gnu_prefix: Option<String>,
    /// What clang is told of the target: its own name for it, and what else it needs, split at blanks.
    pub clang: Option<String>,
    /// What zig is told of the target: its own name for it, and what else its compiler needs, split at blanks.
    pub zig: Option<String>,
    /// Where the distribution's cross packages put the C library.
    pub sysroot: Option<String>,
    /// The program that runs the target's executables on another architecture.
    pub emulator: Option<String>,
    /// What the emulator is told besides.
    pub arguments: Option<String>,
    /// Programs that the launcher takes in the emulator's place.
    #[serde(default)]
    pub instead: Vec<String>,
    /// The oldest version of a program among its emulators that runs the target's executables, by the program's name;
    /// a static twin goes by the name of the other.
    #[serde(default)]
    pub since: BTreeMap<String, String>,
    /// Where the firmware may be that the emulator starts with; one of them must be there. The launcher looks at the same
    /// places.
    #[serde(default)]
    pub firmware: Vec<String>,
    /// Debian's name of the architecture.
    pub debian: Option<String>,
    /// The memory of the emulated board.
    pub board: Option<Board>,
    /// What the target needs that no package manager brings.
    pub needs: Option<String>,
    /// What else is worth knowing.
    pub notes: Option<String>,
    /// Whether the target has a standard library, and so can run libtest.
    #[serde(default = "yes")]
    pub std: bool,
    /// Packages by package manager: those of the row, and those that [`packages::Table`] has for its programs and files.
    #[serde(default)]
    pub packages: BTreeMap<String, Packages>,
}

fn yes() -> bool {
    true
}

impl Row {
    /// Whether this way to link is known for the target.
    pub fn provides(&self, provider: Provider) -> bool {
        match provider {
            Provider::Gcc => self.gnu_prefix.is_some(),
            Provider::Clang => self.clang.is_some(),
            Provider::Zig => self.zig.is_some(),
            Provider::None => true,
            Provider::Lld | Provider::Mingw => self.provider == provider,
        }
    }

    /// The C compiler of the row's own toolchain.
    pub fn c_compiler(&self) -> Option<String> {
        self.gnu_prefix.as_ref().map(|prefix| format!("{prefix}-gcc"))
    }

    /// The archiver of the row's own toolchain.
    pub fn archiver(&self) -> Option<String> {
        self.gnu_prefix.as_ref().map(|prefix| format!("{prefix}-ar"))
    }

    /// Debian's name of the directories that hold the target's libraries.
    pub fn multiarch(&self) -> Option<&str> {
        self.debian.as_ref().and(self.gnu_prefix.as_deref()).map(multiarch)
    }

    /// The emulator with what it is told, and with the directory in which it finds the target's libraries.
    pub fn emulator_command(&self) -> Option<String> {
        let mut command = self.emulator.clone()?;
        for (option, value) in [("", &self.arguments), ("-L ", &self.sysroot)] {
            command.extend(value.iter().map(|value| format!(" {option}{value}")));
        }
        Some(command)
    }

    /// Whether the emulator is QEMU's user mode, which emulates one process.
    pub fn is_user_mode(&self) -> bool {
        self.emulator.as_ref().is_some_and(|it| it.starts_with("qemu-") && !it.starts_with("qemu-system-"))
    }

    /// Every program that the launcher starts in the emulator's place, the emulator first.
    pub fn emulators(&self) -> Vec<String> {
        let Some(emulator) = &self.emulator else { return Vec::new() };
        let twin = self.is_user_mode().then(|| format!("{emulator}-static"));
        std::iter::once(emulator.clone()).chain(twin).chain(self.instead.iter().cloned()).collect()
    }

    /// The row of a host that the catalogue does not name: nothing is configured, and everything runs as it is.
    fn of_host(host: &str) -> Row {
        Row {
            triple: host.to_owned(),
            aliases: Vec::new(),
            provider: Provider::None,
            gnu_prefix: None,
            clang: None,
            zig: None,
            sysroot: None,
            emulator: None,
            tier: 0,
            arguments: None,
            instead: Vec::new(),
            since: BTreeMap::new(),
            firmware: Vec::new(),
            debian: None,
            board: None,
            needs: None,
            notes: None,
            std: true,
            packages: BTreeMap::new(),
        }
    }

    /// Files by which the target's C library is found: the distribution's cross packages, then multiarch.
    pub fn library_paths(&self) -> Vec<String> {
        let cross = self.sysroot.iter().map(|sysroot| format!("{sysroot}/lib/crt1.o"));
        let prefix = self.gnu_prefix.iter();
        cross.chain(prefix.map(|prefix| format!("/usr/lib/{}/crt1.o", multiarch(prefix)))).collect()
    }

    /// The packages of a manager that hold the row's programs and files, as far as the table has them.
    fn looked_up(&self, table: &packages::Table, manager: &str) -> Packages {
        let mut packages = Packages::default();
        let mut name = |wanted: Vec<&str>| {
            let package = table.holding(manager, wanted)?;
            packages.pages.insert(package.name.clone(), package.page.clone());
            Some(package.name.clone())
        };
        let (compiler, libraries) = (self.c_compiler(), self.library_paths());
        let compiler = name(compiler.iter().map(String::as_str).collect());
        let library = name(libraries.iter().map(String::as_str).collect());
        let emulator = name(self.emulator.iter().chain(&self.instead).map(String::as_str).collect());
        let firmware = name(self.firmware.iter().map(String::as_str).collect());
        Packages { compiler, library, emulator, firmware, ..packages }
    }

    /// Whether a machine with this host triple runs the target's executables without an emulator: the same
    /// architecture, kernel and C library. musl's need not be the same, as its executables are static.
    pub fn runs_natively_on(&self, host: &str) -> bool {
        let word = |triple: &str, at: usize| triple.split('-').nth(at).unwrap_or_default().to_owned();
        let library = word(&self.triple, 3);
        let same_library = library == word(host, 3) || library.starts_with("musl");
        self.std
            && triple::arch(&self.triple) == triple::arch(host)
            && word(&self.triple, 2) == word(host, 2)
            && same_library
    }

    /// Whether a machine with this host triple may run the target's executables without an emulator though they are of
    /// another architecture: programs of 32 bits on x86_64. The launcher knows whether it does.
    pub fn may_run_natively_on(&self, host: &str) -> bool {
        self.emulator.as_deref() == Some(MAY_BE_NATIVE) && host.starts_with("x86_64-") && host.contains("-linux-")
    }
}

/// Debian's name of the directories that hold the libraries for the GNU tools of a prefix. The launcher knows it, too.
///
/// Source: `gcc -print-multiarch` of Debian's compilers; i686 alone has another name.
pub fn multiarch(prefix: &str) -> &str {
    if prefix == "i686-linux-gnu" { "i386-linux-gnu" } else { prefix }
}

/// All rows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    #[serde(rename = "target")]
    rows: Vec<Row>,
}

impl Catalogue {
    /// The catalogue that is built into the kit.
    ///
    /// # Errors
    /// The parser's words, if the built-in text is broken, which a test rules out.
    pub fn built_in() -> Result<Catalogue, String> {
        let mut catalogue: Catalogue =
            toml::from_str(include_str!("../targets.toml")).map_err(|error| error.to_string())?;
        let table = packages::Table::built_in()?;
        for row in &mut catalogue.rows {
            for manager in table.managers() {
                let looked_up = row.looked_up(&table, manager);
                row.packages.entry(manager.to_owned()).or_insert(looked_up);
            }
        }
        Ok(catalogue)
    }

    /// The rows in the order of the file.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row of a triple.
    pub fn row(&self, triple: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.triple == triple)
    }

    /// Every name that [`Catalogue::resolve`] takes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .flat_map(|row| std::iter::once(row.triple.as_str()).chain(row.aliases.iter().map(String::as_str)))
    }

    /// The row that a name on the command line means: a triple, an alias, `host`, or a prefix of triples that fits
    /// one row only.
    ///
    /// # Errors
    /// An unknown or ambiguous name, with the nearest names.
    pub fn resolve(&self, name: &str, host: &str) -> Result<Row, Box<Finding>> {
        let wanted = if matches!(name, "host" | "host-tuple") && !host.is_empty() { host } else { name };
        if let Some(row) = self.rows.iter().find(|row| row.triple == wanted || row.aliases.iter().any(|a| a == wanted))
        {
            return Ok(row.clone());
        }
        if !host.is_empty() && wanted == host {
            return Ok(Row::of_host(host));
        }
        let starting: Vec<&Row> =
            self.rows.iter().filter(|row| !wanted.is_empty() && row.triple.starts_with(wanted)).collect();
        match starting.as_slice() {
            [only] => Ok((*only).clone()),
            [] => Err(Box::new(self.unknown(wanted))),
            several => {
                let triples: Vec<String> = several.iter().map(|row| format!("`{}`", row.triple)).collect();
                Err(Box::new(
                    Finding::error(Code::AmbiguousTarget, format!("target `{wanted}` is ambiguous"))
                        .at(Origin::CommandLine)
                        .note(format!("it may mean {}", triples.join(", ")))
                        .hint("name one of them"),
                ))
            }
        }
    }

    fn unknown(&self, name: &str) -> Finding {
        let finding =
            Finding::error(Code::UnknownName, format!("target `{name}` is not known")).at(Origin::CommandLine);
        if name.ends_with(".json") {
            return finding
                .note("it is the description of a target of your own, and the catalogue knows rustup's alone")
                .note("rustc takes one on nightly alone, and there is no rust-std for it")
                .hint(format!("cargo +nightly build -Zbuild-std=core -Zjson-target-spec --target {name}"));
        }
        let near = triple::nearest(name, self.names(), 3);
        if near.is_empty() {
            finding.hint("`cargo xtask cross targets` lists all that are known")
        } else {
            let near: Vec<String> = near.iter().map(|near| format!("`{near}`")).collect();
            finding.hint(format!("targets with similar names: {}", near.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const HOST: &str = "x86_64-unknown-linux-gnu";

    #[test]
    fn the_built_in_catalogue_parses_and_names_are_unique() {
        let catalogue = Catalogue::built_in().expect("targets.toml parses");
        let names: Vec<&str> = catalogue.names().collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), unique.len(), "a name stands in two rows: {names:?}");
    }

    #[test]
    fn every_package_that_was_looked_up_is_of_use_to_a_row() {
        let catalogue = Catalogue::built_in().expect("targets.toml parses");
        let used: BTreeSet<(&String, &String)> = (catalogue.rows().iter())
            .flat_map(|row| &row.packages)
            .flat_map(|(manager, packages)| packages.pages.keys().map(move |name| (manager, name)))
            .collect();
        let table = packages::Table::built_in().expect("packages.toml parses");
        // Whatever the row, somebody may link by clang or run tests by ssh.
        let of_any_row = |name: &str| name == "clang" || name.starts_with("openssh");
        let known: BTreeSet<(&String, &String)> = table.names().filter(|(_, name)| !of_any_row(name)).collect();
        assert_eq!(used, known);
    }

    #[test]
    fn names_find_their_rows() {
        let catalogue = Catalogue::built_in().expect("targets.toml parses");
        let triple = |name| catalogue.resolve(name, HOST).map(|row| row.triple.clone());
        assert_eq!(triple("aarch64").as_deref(), Ok("aarch64-unknown-linux-gnu"));
        assert_eq!(triple("s390").as_deref(), Ok("s390x-unknown-linux-gnu"));
        assert_eq!(triple("host").as_deref(), Ok(HOST));
        let mac = catalogue.resolve("host", "aarch64-apple-darwin").map(|row| row.triple);
        assert_eq!(mac.as_deref(), Ok("aarch64-apple-darwin"));
        assert_eq!(triple("aarch64-unknown").map_err(|f| f.code), Err(Code::AmbiguousTarget));
        assert_eq!(triple("thumbv7em").map_err(|f| f.code), Err(Code::AmbiguousTarget));
        assert_eq!(triple("alpha").map_err(|f| f.code), Err(Code::UnknownName));
        assert_eq!(triple("").map_err(|f| f.code), Err(Code::UnknownName));
    }

    #[test]
    fn rows_of_clang_name_what_it_links_with() {
        let catalogue = Catalogue::built_in().expect("targets.toml parses");
        let rows: Vec<&Row> = catalogue.rows().iter().filter(|row| row.provides(Provider::Clang)).collect();
        assert!(!rows.is_empty());
        for row in rows {
            assert_eq!(row.provider, Provider::Gcc, "{}: the C library is that of gcc", row.triple);
            assert!(row.gnu_prefix.is_some() && row.sysroot.is_some(), "{}", row.triple);
            let apt = row.packages.get("apt").unwrap_or_else(|| panic!("{} has no packages", row.triple));
            assert!(apt.library.is_some() && apt.support.is_some(), "{}: {apt:?}", row.triple);
        }
    }

    #[test]
    fn native_means_the_same_architecture_and_kernel() {
        let catalogue = Catalogue::built_in().expect("targets.toml parses");
        let native = |triple: &str, host: &str| catalogue.row(triple).is_some_and(|row| row.runs_natively_on(host));
        assert!(native("x86_64-unknown-linux-gnu", HOST));
        assert!(native("aarch64-unknown-linux-musl", "aarch64-unknown-linux-gnu"));
        assert!(!native("aarch64-unknown-linux-gnu", "aarch64-apple-darwin"));
        assert!(!native("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"));
        assert!(!native("thumbv7em-none-eabihf", HOST));
    }
}
