//! Libraries of the target: whether they are where pkg-config and the linker look, and what to paste where they are not.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding};
use crate::install::{self, Missing};
use crate::libraries::{Library, Need, Otherwise, Variables};
use crate::native::{self, Search};
use crate::target::Row;
use crate::triple;

use super::check::Check;
use super::{Needs, Questions};

/// Debian's architectures of the archive that every mirror has, in Debian 12.
///
/// Source: release notes of Debian 12, "Supported architectures".
const RELEASED: &[&str] = &["amd64", "arm64", "armel", "armhf", "i386", "mips64el", "mipsel", "ppc64el", "s390x"];

/// The architectures that Ubuntu's main archive has; the others are on ports.ubuntu.com.
const UBUNTU_MAIN: &[&str] = &["amd64", "i386"];

/// Where a library is looked for.
struct Places {
    /// The `.pc` files.
    modules: Vec<String>,
    /// What the linker of the distribution finds by itself, where that is what links.
    files: Vec<String>,
}

impl Places {
    fn of(needs: &Needs, need: &Need, directories: &[String]) -> Places {
        let modules = need.modules.iter();
        let names = need.libraries.iter().filter_map(|it| it.file.as_ref());
        Places {
            modules: modules.flat_map(|module| directories.iter().map(move |it| format!("{it}/{module}.pc"))).collect(),
            files: if by_distribution(needs) {
                names.flat_map(|it| files(needs.row, it)).collect()
            } else {
                Vec::new()
            },
        }
    }
}

/// Whether the distribution's own cross gcc or its clang links, which find the distribution's libraries.
fn by_distribution(needs: &Needs) -> bool {
    needs.policy.multiarch.is_some() && needs.links_with_distribution()
}

/// Where the distribution's cross gcc finds a library by itself, as its `-print-search-dirs` tells, and clang too.
fn files(row: &Row, name: &str) -> Vec<String> {
    let multiarch = row.multiarch().map(|it| format!("/usr/lib/{it}"));
    let directories = multiarch.into_iter().chain(row.sysroot.iter().map(|it| format!("{it}/lib")));
    directories.flat_map(|it| ["so", "a"].map(|end| format!("{it}/lib{name}.{end}"))).collect()
}

/// The needs about which something can be said, and where pkg-config looks.
///
/// Of another system than Linux, and of a C library that is none of Linux's two, nothing was read.
fn judged<'a>(needs: &'a Needs, host: &str, variable: &Variables) -> Option<(Search, &'a [Need])> {
    let words: Vec<&str> = needs.row.triple.split('-').collect();
    let is_known = words.get(2) == Some(&"linux")
        && words.get(3).is_some_and(|it| it.starts_with("gnu") || it.starts_with("musl"));
    if needs.row.triple == host || needs.libraries.is_empty() || !is_known {
        return None;
    }
    Some((native::search(&needs.row.triple, host, variable), &needs.libraries))
}

fn directories(search: &Search) -> &[String] {
    match search {
        Search::In(directories) => directories,
        Search::Refused | Search::Unknown => &[],
    }
}

/// Adds what the probe must look for.
pub(super) fn ask(needs: &Needs, host: &str, variable: &Variables, questions: &mut Questions) {
    let Some((search, libraries)) = judged(needs, host, variable) else { return };
    for need in libraries {
        let places = Places::of(needs, need, directories(&search));
        questions.paths.extend(places.modules);
        questions.paths.extend(places.files);
    }
    questions.programs.insert("pkg-config".to_owned());
}

impl Check<'_> {
    pub(super) fn libraries(&mut self, variable: &Variables) {
        let Some((search, libraries)) = judged(self.needs, &self.machine.host, variable) else { return };
        let is_there = |path: &String| self.machine.paths.contains(path);
        // One library may be missed by several packages.
        let mut missing: BTreeMap<&[String], Vec<&Need>> = BTreeMap::new();
        for need in libraries {
            let places = Places::of(self.needs, need, directories(&search));
            let linkable = places.files.is_empty() || places.files.iter().any(is_there);
            let found = match (need.otherwise, &search) {
                (Otherwise::Fails, Search::Refused) => false,
                (Otherwise::Fails, Search::In(_)) => places.modules.iter().any(is_there) && linkable,
                (Otherwise::Fails, Search::Unknown) => true,
                (Otherwise::Links, _) => {
                    linkable
                        || !self.needs.links
                        || places.modules.iter().any(|it| is_there(it) && !of_distribution(it))
                }
            };
            if !found {
                missing.entry(&need.modules).or_default().push(need);
            }
        }
        let asks = libraries.iter().any(|need| need.otherwise == Otherwise::Fails);
        if asks && matches!(search, Search::In(_)) && self.machine.program("pkg-config").is_none() {
            self.pkg_config(libraries);
        }
        for (modules, needs) in missing {
            self.library_missing(modules, &needs, &search);
        }
    }

    fn pkg_config(&mut self, libraries: &[Need]) {
        let finding = Finding::error(Code::PkgConfigMissing, "`pkg-config` not found")
            .note(who(libraries.iter().filter(|need| need.otherwise == Otherwise::Fails)))
            .note(self.machine.looked_in());
        let finding = if self.machine.distribution.package_manager() == Some("apt") {
            self.missing.insert(Missing::Package("pkg-config".to_owned()));
            finding.hint(format!("install it with `{}`", install::package_command("pkg-config", self.machine)))
        } else {
            self.missing.insert(Missing::Unknown("pkg-config".to_owned()));
            finding.hint("install it; it finds C libraries for build scripts, and is a program of this computer")
        };
        self.findings.push(finding);
    }

    fn library_missing(&mut self, modules: &[String], needs: &[&Need], search: &Search) {
        let row = self.needs.row;
        let names: Vec<String> = modules.iter().map(|it| format!("`{it}`")).collect();
        let message = format!("library {} for `{}` not found", names.join(" or "), row.triple);
        let mut finding = Finding::error(Code::LibraryMissing, message).note(who(needs.iter().copied()));
        let places: Vec<Places> =
            needs.iter().take(1).map(|need| Places::of(self.needs, need, directories(search))).collect();
        for places in &places {
            // Where the `.pc` file is there, or is not needed, it is the library itself that was looked for.
            let no_module = needs.iter().all(|need| need.otherwise == Otherwise::Links)
                || places.modules.iter().any(|it| self.machine.paths.contains(it));
            let looked = if no_module || places.modules.is_empty() { &places.files } else { &places.modules };
            if !looked.is_empty() {
                finding = finding.note(format!("looked for {}", looked.join(" and ")));
            }
        }
        if *search == Search::Refused {
            finding =
                finding.note("pkg-config looks for nothing of another target until a variable says where that is");
        }
        let library = needs.iter().find_map(|need| need.libraries.first());
        finding = self.with_library(finding, modules, library);
        let ways_out = needs.iter().filter_map(|need| Some((*need, need.way_out.as_ref()?)));
        for (need, (feature, does)) in ways_out {
            // What follows a plus says nothing to Cargo.
            let version = need.version.split('+').next().unwrap_or_default();
            let words = format!("{} = {{ version = \"{version}\", features = [\"{feature}\"] }}", need.package);
            finding = finding.hint(format!("or let `{}` {does}, in Cargo.toml: {words}", need.package));
        }
        if *search == Search::Refused {
            let target = triple::env_lower(&row.triple);
            finding = finding.hint(format!(
                "or say where a library of the target is, in [env]: PKG_CONFIG_ALLOW_CROSS_{target} = \"1\" and PKG_CONFIG_LIBDIR_{target} = \"…\""
            ));
        }
        self.findings.push(finding);
    }

    /// The package of the distribution that has the library for the target, where there is one.
    fn with_library(&mut self, finding: Finding, modules: &[String], library: Option<&Library>) -> Finding {
        let tool = format!("{} for {}", modules.join(" or "), self.needs.row.triple);
        let distribution = &self.machine.distribution;
        let manager = distribution.package_manager();
        let architecture = self.needs.row.debian.as_deref().filter(|_| by_distribution(self.needs));
        let (Some("apt"), Some(architecture)) = (manager, architecture) else {
            self.missing.insert(Missing::Unknown(tool));
            let name = if distribution.name.is_empty() { "this system" } else { &distribution.name };
            return finding.note(format!("no package of {name} is known that has it for the target"));
        };
        let Some((library, package)) = library.and_then(|it| Some((it, it.packages.get("apt")?))) else {
            self.missing.insert(Missing::Unknown(tool));
            let file = modules.first().map(String::as_str).unwrap_or_default();
            return finding.hint(format!(
                "`apt-file search --architecture {architecture} /{file}.pc` tells which package has it"
            ));
        };
        if !RELEASED.contains(&architecture) {
            self.missing.insert(Missing::Unknown(tool));
            return finding.note(format!("Debian 12 has no packages for {architecture} in its archive"));
        }
        let package = format!("{package}:{architecture}");
        let command = install::package_command(&package, self.machine);
        if let Some(server) = self.other_server(architecture) {
            self.missing.insert(Missing::Unknown(tool));
            return finding
                .note(format!("Ubuntu has packages for {architecture} on {server}, and this computer's own elsewhere"))
                .hint(format!(
                    "limit apt's sources to this computer's architecture, add {server} for {architecture}, then `{command}`"
                ));
        }
        if !library.beside {
            self.missing.insert(Missing::Unknown(tool));
            return finding
                .note("its package cannot be installed beside the one for this computer: apt takes that away")
                .hint(format!("if you can do without that, install it with `{command}`"));
        }
        self.missing.insert(Missing::Package(package));
        finding.hint(format!("install it with `{command}`"))
    }

    /// Ubuntu's server for an architecture, where that is not this computer's own and nothing is here of it so far.
    fn other_server(&self, architecture: &str) -> Option<&'static str> {
        let distribution = &self.machine.distribution;
        let is_ubuntu = distribution.id == "ubuntu" || distribution.like.iter().any(|it| it == "ubuntu");
        let libraries = self.needs.row.multiarch().map(super::multiarch_library);
        let in_use = libraries.iter().flatten().any(|path| self.machine.paths.contains(path));
        let is_main = UBUNTU_MAIN.contains(&architecture);
        let host_is_main = self.machine.host.starts_with("x86_64-") || self.machine.host.starts_with("i686-");
        let server = if is_main { "http://archive.ubuntu.com/ubuntu" } else { "http://ports.ubuntu.com/ubuntu-ports" };
        (is_ubuntu && !in_use && is_main != host_is_main).then_some(server)
    }
}

/// Whether a `.pc` file is one of the distribution's own, whose library lies where the linker looks by itself.
fn of_distribution(path: &str) -> bool {
    path.starts_with("/usr/lib/") || path.starts_with("/usr/share/")
}

fn who<'a>(needs: impl IntoIterator<Item = &'a Need>) -> String {
    let told = needs.into_iter().flat_map(|need| {
        need.members.iter().map(|member| match *member == need.package {
            true => format!("`{member}`"),
            false => format!("`{member}` (through `{}`)", need.package),
        })
    });
    let mut told: Vec<String> = told.collect();
    told.dedup();
    format!("needed by {}", told.join(", "))
}
