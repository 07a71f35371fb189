//! What brings a tool that is missing.

use crate::finding::Finding;
use crate::install::{self, Missing};
use crate::packages;
use crate::python;
use crate::settings;
use crate::target::Packages;

use super::Check;

impl Check<'_> {
    pub(super) fn package(&self, pick: impl Fn(&Packages) -> Option<&str>) -> Option<&str> {
        let manager = self.machine.distribution.package_manager()?;
        pick(self.needs.row.packages.get(manager)?)
    }

    pub(super) fn with_package(
        &mut self,
        finding: Finding,
        tool: &str,
        pick: impl Fn(&Packages) -> Option<&str>,
    ) -> Finding {
        let Some(package) = self.package(pick).map(str::to_owned) else { return self.not_known(finding, tool) };
        let manager = self.machine.distribution.package_manager().unwrap_or_default();
        let page = self.needs.row.packages.get(manager).and_then(|it| it.pages.get(&package)).cloned();
        self.by_package(finding, &package, page.as_deref())
    }

    /// A tool that is in no row of the catalogue, with Debian's name of its package.
    pub(super) fn with_debian_package(&mut self, finding: Finding, tool: &str, package: &str) -> Finding {
        let manager = self.machine.distribution.package_manager().unwrap_or_default();
        if manager == "apt" {
            return self.by_package(finding, package, None);
        }
        let table = packages::Table::built_in().ok();
        match table.as_ref().and_then(|table| table.holding(manager, [tool])) {
            Some(package) => self.by_package(finding, &package.name, Some(&package.page)),
            None => self.not_known(finding, tool),
        }
    }

    fn by_package(&mut self, finding: Finding, package: &str, page: Option<&str>) -> Finding {
        self.missing.extend(package.split_whitespace().map(|it| Missing::Package(it.to_owned())));
        let note = page.map(|page| format!("`{package}` is named by {page}, and was not tried"));
        let finding = note.into_iter().fold(finding, Finding::note);
        finding.hint(format!("install it with `{}`", install::package_command(package, self.machine)))
    }

    fn not_known(&mut self, finding: Finding, tool: &str) -> Finding {
        self.missing.insert(Missing::Unknown(tool.to_owned()));
        let is_user_mode = tool.starts_with("qemu-") && !tool.starts_with("qemu-system-");
        if is_user_mode && !self.machine.host.contains("-linux-") {
            return finding
                .note("QEMU's user mode exists on Linux alone")
                .hint("build without running: `cargo xtask cross build`; or run the tests on a Linux machine")
                .hint(format!(
                    "which may be any that ssh reaches: `ssh = \"user@host\"` below `{}` in crosskit.toml",
                    settings::table_of(self.triple())
                ));
        }
        let name = &self.machine.distribution.name;
        let name = if name.is_empty() { "this system" } else { name };
        finding.hint(format!("which package holds {tool} on {name} is not known here; look it up and install it"))
    }

    /// How a tool that is a package of Python is installed; the program that does it is a package itself.
    pub(super) fn with_python_package(&mut self, finding: Finding, tool: &str, package: &str) -> Finding {
        let package = package.to_owned();
        let Some(command) = install::python_command(std::slice::from_ref(&package), self.machine) else {
            self.missing.insert(Missing::Unknown(tool.to_owned()));
            return finding.hint(format!("install {tool}, so that it is in PATH"));
        };
        self.missing.insert(Missing::Python(package));
        let finding = if self.has(python::PIP) {
            finding
        } else if self.machine.distribution.package_manager() == Some("apt") {
            self.missing.insert(Missing::Package("python3-pip".to_owned()));
            finding.hint(format!("first `{}`", install::package_command("python3-pip", self.machine)))
        } else {
            finding.note(format!("`{}`, which installs it, was not found either", python::PIP))
        };
        finding.hint(format!("install it with `{}`", command.line(self.machine)))
    }
}
