//! What clang needs to link for another machine: itself, a linker, the C library, and what GCC brings.

use crate::finding::{Code, Finding};
use crate::wrapper;

use super::Check;

impl Check<'_> {
    /// One program compiles C for every target, and has neither a C library nor a linker in it.
    pub(super) fn clang(&mut self) {
        let is_own = self.triple() == self.machine.host;
        let is_there = self.has(wrapper::CLANG) || is_own && self.has("cc");
        if !is_there {
            let finding = Finding::error(Code::LinkerMissing, format!("linker `{}` not found", wrapper::CLANG))
                .note(format!("needed to link and to compile C for `{}` on `{}`", self.triple(), self.machine.host));
            self.clang_needs(finding, wrapper::CLANG, wrapper::CLANG);
        }
        if is_own {
            return;
        }
        if self.needs.links {
            self.linker_of_clang();
        }
        self.library();
        self.support();
    }

    fn linker_of_clang(&mut self) {
        let linkers = self.needs.linkers_of_clang();
        let Some(own) = linkers.first().filter(|_| !linkers.iter().any(|linker| self.has(linker))) else { return };
        let others: Vec<String> = linkers.iter().skip(1).map(|linker| format!("`{linker}`")).collect();
        let finding = Finding::error(Code::LinkerMissing, format!("linker `{own}` not found")).note(format!(
            "clang starts it for `{}`; {} would do as well",
            self.triple(),
            others.join(" or ")
        ));
        // Debian's rule for the names of its packages.
        let package = format!("binutils-{}", own.strip_suffix("-ld").unwrap_or(own));
        self.clang_needs(finding, own, &package);
    }

    fn clang_needs(&mut self, finding: Finding, tool: &str, package: &str) {
        let mut finding = finding.note(self.machine.looked_in());
        finding.origin = self.needs.named_linker().map(|it| it.origin.clone());
        let finding = self.with_debian_package(finding, tool, package);
        self.findings.push(finding);
    }

    /// GCC's own objects and library, by which clang finds the C library's headers as well.
    fn support(&mut self) {
        let paths = self.needs.support_paths();
        if paths.is_empty() || paths.iter().any(|path| self.machine.paths.contains(path)) {
            return;
        }
        let prefix = self.needs.row.gnu_prefix.as_deref().unwrap_or_default();
        let message = format!("GCC's own library for `{}` not found", self.triple());
        let finding = Finding::error(Code::SysrootMissing, message)
            .note("clang links with it, and finds the C library and its headers by where it is")
            .note(format!(
                "looked for /usr/lib/gcc-cross/{prefix}/*/crtbegin.o and /usr/lib/gcc/{prefix}/*/crtbegin.o"
            ));
        let finding = self.with_package(finding, "GCC's library", |packages| packages.support.as_deref());
        self.findings.push(finding);
    }
}
