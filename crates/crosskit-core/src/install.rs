//! The exact commands that bring what is missing.

mod failure;

use std::collections::BTreeSet;

use crate::finding::{Code, Finding};
use crate::machine::Machine;
use crate::python;
use crate::settings;
use crate::target::Row;

pub use failure::{failure, in_spite_of, not_found};

/// A tool that is not there and that an install command may bring.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The standard library of a target.
    RustStd(String),
    /// The source of the standard library.
    RustSrc,
    /// A package of Python, with its version.
    Python(String),
    /// A package of the machine's package manager.
    Package(String),
    /// A tool whose package is not known for this machine.
    Unknown(String),
}

/// A command that installs something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallCommand {
    /// Program and arguments.
    pub words: Vec<String>,
    /// Whether it changes the system, and so goes through sudo for who is not root.
    pub for_system: bool,
    /// Whether what follows may do without it: one server that is gone makes `apt-get update` fail, and the lists that it
    /// could read, or older ones, may well name all packages.
    pub can_be_spared: bool,
}

impl InstallCommand {
    fn new(words: &[&str], rest: impl IntoIterator<Item = String>, for_system: bool) -> InstallCommand {
        let words = words.iter().map(|&word| word.to_owned()).chain(rest).collect();
        InstallCommand { words, for_system, can_be_spared: false }
    }

    /// The command as it is started: with `sudo` before it where that is needed.
    pub fn line(&self, machine: &Machine) -> String {
        let sudo = if self.for_system && !machine.root { "sudo " } else { "" };
        format!("{sudo}{}", self.words.join(" "))
    }
}

/// The commands for what is missing, in the order in which they are run: nothing missing, no command.
///
/// Only apt is driven; what has no command stays missing, and the next check reports it again.
pub fn commands(missing: &BTreeSet<Missing>, machine: &Machine) -> Vec<InstallCommand> {
    let mut packages = Vec::new();
    let mut targets = Vec::new();
    let mut python = Vec::new();
    for missing in missing {
        match missing {
            Missing::Package(package) => packages.push(package.clone()),
            Missing::RustStd(triple) => targets.push(triple.clone()),
            Missing::Python(package) => python.push(package.clone()),
            Missing::RustSrc | Missing::Unknown(_) => {}
        }
    }
    let mut commands = Vec::new();
    if !packages.is_empty() && machine.distribution.package_manager() == Some("apt") {
        // dpkg takes one that it knows already without a word.
        let foreign = foreign_architectures(packages.iter().map(String::as_str));
        for architecture in &foreign {
            commands.push(InstallCommand::new(&["dpkg", "--add-architecture"], [(*architecture).to_owned()], true));
        }
        // A new machine has no package lists, or old ones that name files which are gone.
        let update = InstallCommand::new(&["apt-get", "update"], [], true);
        commands.push(InstallCommand { can_be_spared: true, ..update });
        let mut install = vec!["apt-get", "install", "--yes", "--no-install-recommends"];
        // Some packages exclude that of another architecture, and apt would take this computer's own away.
        install.extend((!foreign.is_empty()).then_some("--no-remove"));
        commands.push(InstallCommand::new(&install, packages, true));
    }
    // After the packages, one of which may be what installs it.
    commands.extend(python_command(&python, machine));
    if machine.rustup && missing.contains(&Missing::RustSrc) {
        commands.push(InstallCommand::new(&["rustup", "component", "add"], ["rust-src".to_owned()], false));
    }
    if machine.rustup {
        // One call each, so that a target which cannot be had does not keep the others out.
        commands.extend(
            targets.into_iter().map(|triple| InstallCommand::new(&["rustup", "target", "add"], [triple], false)),
        );
    }
    commands
}

/// The other architectures, in Debian's words, of which packages are wanted: `wine32:i386`.
fn foreign_architectures<'a>(packages: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    packages.into_iter().filter_map(|package| Some(package.split_once(':')?.1)).collect()
}

/// What brings packages of Python into a directory of the user's own: a distribution may forbid what would change its own
/// Python. None for no package, and on a machine without such a directory.
pub fn python_command(packages: &[String], machine: &Machine) -> Option<InstallCommand> {
    let directory = python::installed_in(machine).filter(|_| !packages.is_empty())?;
    let words = [python::PIP, "install", "--upgrade", "--target"];
    Some(InstallCommand::new(&words, std::iter::once(directory).chain(packages.iter().cloned()), false))
}

/// The line that installs a package here, for who wants to paste it.
pub fn package_command(package: &str, machine: &Machine) -> String {
    let verb = match machine.distribution.package_manager() {
        Some("apt") | None => "apt-get install",
        Some("dnf") => "dnf install",
        Some("pacman") => "pacman -S",
        Some("apk") => "apk add",
        Some("zypper") => "zypper install",
        Some(manager) => return format!("{manager} install {package}"),
    };
    let sudo = if machine.root { "" } else { "sudo " };
    let foreign = foreign_architectures(package.split_whitespace());
    let before = foreign.iter().map(|it| format!("{sudo}dpkg --add-architecture {it} && "));
    let update = if foreign.is_empty() { String::new() } else { format!("{sudo}apt-get update && ") };
    format!("{}{update}{sudo}{verb} {package}", before.collect::<String>())
}

/// The sources of a standard library besides rustup, as hints.
pub fn other_std_sources(finding: Finding, row: &Row, machine: &Machine) -> Finding {
    let apt = machine.distribution.package_manager() == Some("apt");
    let finding = match row.debian.as_ref().filter(|_| apt && row.std) {
        Some(debian) => finding.hint(format!(
            "the distribution has its own, for its own rustc: `libstd-rust-dev:{debian}` after `dpkg --add-architecture {debian}`"
        )),
        None => finding,
    };
    let table = settings::table_of(&row.triple);
    finding.hint(format!("or let cargo build it: `std = \"build-std\"` below `{table}` in crosskit.toml"))
}

/// What is said where `--install` has no command for something that a package manager might bring.
pub fn not_installed(missing: &BTreeSet<Missing>, machine: &Machine) -> Option<Finding> {
    let manager = machine.distribution.package_manager();
    let is_tool = |it: &&Missing| matches!(it, Missing::Package(_) | Missing::Unknown(_));
    if manager == Some("apt") || !missing.iter().any(|it| is_tool(&it)) {
        return None;
    }
    let what = match manager {
        Some(manager) => format!("`--install` does not drive {manager}, so no package was installed"),
        None => "no package manager is known for this system, so no package was installed".to_owned(),
    };
    let packages = missing.iter().filter_map(|it| match it {
        Missing::Package(package) => Some(package.as_str()),
        _ => None,
    });
    let packages: Vec<&str> = packages.collect();
    let finding = Finding::warning(Code::InstallFailed, what);
    Some(if packages.is_empty() {
        finding.hint("what the findings name has to be installed by hand; then start this again")
    } else {
        finding.hint(package_command(&packages.join(" "), machine))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Distribution;

    fn machine(id: &str, root: bool) -> Machine {
        let distribution = Distribution { id: id.to_owned(), ..Distribution::default() };
        Machine { distribution, root, rustup: true, ..Machine::default() }
    }

    fn lines(missing: &[Missing], machine: &Machine) -> Vec<String> {
        let missing = missing.iter().cloned().collect();
        commands(&missing, machine).iter().map(|command| command.line(machine)).collect()
    }

    #[test]
    fn nothing_missing_nothing_run() {
        assert!(lines(&[], &machine("debian", true)).is_empty());
    }

    #[test]
    fn packages_go_through_apt_and_targets_through_rustup() {
        let missing = [
            Missing::RustStd("s390x-unknown-linux-gnu".to_owned()),
            Missing::Package("qemu-user".to_owned()),
            Missing::Package("gcc-s390x-linux-gnu".to_owned()),
        ];
        assert_eq!(
            lines(&missing, &machine("debian", false)),
            [
                "sudo apt-get update",
                "sudo apt-get install --yes --no-install-recommends gcc-s390x-linux-gnu qemu-user",
                "rustup target add s390x-unknown-linux-gnu",
            ]
        );
    }

    #[test]
    fn packages_of_another_architecture_need_it_to_be_known() {
        let debian = machine("debian", false);
        assert_eq!(
            lines(&[Missing::Package("wine32:i386".to_owned())], &debian),
            [
                "sudo dpkg --add-architecture i386",
                "sudo apt-get update",
                "sudo apt-get install --yes --no-install-recommends --no-remove wine32:i386",
            ]
        );
        assert_eq!(
            package_command("wine32:i386", &debian),
            "sudo dpkg --add-architecture i386 && sudo apt-get update && sudo apt-get install wine32:i386"
        );
    }

    #[test]
    fn other_package_managers_are_not_driven() {
        assert!(lines(&[Missing::Package("x".to_owned())], &machine("fedora", true)).is_empty());
    }
}
