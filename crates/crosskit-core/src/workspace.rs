//! The user's workspace as plain data, and which of its packages are built for a target.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Deserialize;

use crate::cfgs::{Cfgs, selects};
use crate::finding::{Code, Finding, Origin};
use crate::settings::{FILE, Settings};
use crate::target::Row;
use crate::triple;

/// A workspace and every package that its resolved graph names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Workspace {
    /// Members and their dependencies.
    #[serde(rename = "package")]
    pub packages: Vec<Package>,
    /// The package that the kit runs from; it is never built for a target.
    pub xtask: Option<String>,
}

/// One package of the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Package {
    /// Cargo's package id; in tests the name.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether it is a member of the workspace.
    pub member: bool,
    /// Whether plain cargo builds it at the workspace root.
    pub default_member: bool,
    /// Whether it has a library whose documentation is tested.
    pub doctests: bool,
    /// Whether it has a library of Rust.
    pub library: bool,
    /// Whether its library is a proc-macro, which is compiled for the host, and so is all that it depends on.
    pub proc_macro: bool,
    /// Whether it may depend on packages without a library, which cargo leaves out of the graph that it tells.
    pub depends_on_programs: bool,
    /// Its programs.
    pub programs: Vec<String>,
    /// The program that its manifest names for `cargo run`.
    pub default_run: Option<String>,
    /// Its examples.
    pub examples: Vec<String>,
    /// Its integration tests.
    pub tests: Vec<String>,
    /// Its version.
    pub version: String,
    /// The library that it says to link with, which another package must not link with as well.
    pub links: Option<String>,
    /// Its features that are on for somebody in the graph.
    pub features: Vec<String>,
    /// Whether its build script may tell cargo where libraries are.
    pub finds_libraries: bool,
    /// The features that it has, with what each turns on, as `cargo metadata` says it; only of members. Optional
    /// dependencies that are features are among them.
    pub feature_table: BTreeMap<String, Vec<String>>,
    /// The text of its build script; only of members.
    pub build_script: Option<String>,
    /// What its manifest tells the system-deps crate to ask pkg-config for.
    pub system_deps: Vec<SystemDep>,
    /// Its resolved dependencies.
    #[serde(rename = "dependency")]
    pub dependencies: Vec<Dependency>,
}

/// One resolved dependency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Dependency {
    /// The id of the package depended on.
    pub id: String,
    /// What it is for.
    pub kind: DependencyKind,
    /// The triple or `cfg(…)` that it is limited to.
    pub platform: Option<String>,
}

/// What a dependency is for, as the manifest's tables say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DependencyKind {
    /// `[dependencies]`
    #[default]
    Normal,
    /// `[dev-dependencies]`
    Dev,
    /// `[build-dependencies]`
    Build,
}

/// A library that a package asks pkg-config for through the system-deps crate, as its manifest says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SystemDep {
    /// The key in the manifest, by which variables name it.
    pub key: String,
    /// What pkg-config is asked for; any of them will do.
    pub modules: Vec<String>,
    /// The feature without which it is not asked for.
    pub feature: Option<String>,
    /// The `cfg(…)` that it is limited to.
    pub platform: Option<String>,
}

impl Package {
    /// Whether its build script hands a linker script to the linker of what it belongs to.
    /// Source: Cargo reference, "Build scripts", `cargo::rustc-link-arg`.
    pub fn names_linker_script(&self) -> bool {
        self.build_script.as_deref().is_some_and(names_linker_script)
    }
}

/// Whether the text of a build script hands a linker script to the linker: `cargo:rustc-link-arg=-Tlink.x` and the like.
pub fn names_linker_script(build_script: &str) -> bool {
    let lines = build_script.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut arguments = lines.filter_map(|line| line.split_once("rustc-link-arg"));
    arguments.any(|(_, rest)| rest.contains("-T") || rest.contains("--script"))
}

/// A member that cannot be built without a C compiler, and the package of its graph that calls one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompilesC {
    /// The member.
    pub member: String,
    /// The package whose build script compiles C: the member itself or a dependency.
    pub package: String,
}

/// A triple with its cfgs, as `[target.…]` tables of manifests select it.
#[derive(Clone, Copy, Debug)]
pub struct Platform<'a> {
    /// The triple.
    pub triple: &'a str,
    /// Its cfgs, without any flags.
    pub cfgs: &'a Cfgs,
}

impl Platform<'_> {
    /// Whether what is limited to a triple or a `cfg(…)` is meant.
    pub fn selected_by(self, platform: Option<&str>) -> bool {
        platform.is_none_or(|platform| selects(platform, self.triple, self.cfgs))
    }
}

/// Build dependencies that compile C or C++.
const C_BUILD_DEPENDENCIES: &[&str] = &["cc", "cmake"];

/// Build dependencies that ask pkg-config.
const PKG_CONFIG_BUILD_DEPENDENCIES: &[&str] = &["pkg-config"];

impl Workspace {
    fn by_id(&self) -> BTreeMap<&str, &Package> {
        self.packages.iter().map(|package| (package.id.as_str(), package)).collect()
    }

    /// Whether any dependency is limited to some platforms, so that cfgs matter.
    pub fn has_platforms(&self) -> bool {
        self.packages.iter().flat_map(|package| &package.dependencies).any(|it| it.platform.is_some())
    }

    /// How packages are named to cargo: by the name, or by the id where a dependency has the same name.
    pub fn package_specs<'a>(&self, packages: impl IntoIterator<Item = &'a Package>) -> Vec<String> {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for package in &self.packages {
            *count.entry(&package.name).or_default() += 1;
        }
        let is_unique = |package: &Package| count.get(package.name.as_str()).is_none_or(|count| *count < 2);
        let spec = |package: &'a Package| if is_unique(package) { &package.name } else { &package.id };
        packages.into_iter().map(|package| spec(package).clone()).collect()
    }

    /// The members, in Cargo's order.
    pub fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.member)
    }

    /// The packages named on the command line or in `crosskit.toml` that are no members.
    pub fn unknown_packages<'a>(&self, names: impl IntoIterator<Item = (&'a str, Origin)>) -> Vec<Finding> {
        let members: Vec<&str> = self.members().map(|member| member.name.as_str()).collect();
        let mut findings = Vec::new();
        for (name, origin) in names {
            if members.contains(&name) {
                continue;
            }
            let finding =
                Finding::error(Code::UnknownName, format!("package `{name}` is no member of the workspace")).at(origin);
            findings.push(match triple::nearest(name, members.iter().copied(), 1).first() {
                Some(near) => finding.hint(format!("a package with a similar name exists: `{near}`")),
                None => finding.hint(format!("members: {}", members.join(", "))),
            });
        }
        findings
    }

    /// The members to build for a target, in Cargo's order, and what there is to say about the others. None may be left,
    /// see [`Workspace::nothing_left`].
    ///
    /// Named packages are taken as they are. Otherwise the default members are taken, less those that `crosskit.toml`
    /// maps to other targets, plus those it maps to this one; for a target without std only the mapped ones, as
    /// nothing else is known to be meant for it.
    pub fn select(
        &self,
        row: &Row,
        settings: &Settings,
        named: &[String],
        all: bool,
        excluded: &[String],
    ) -> (Vec<&Package>, Vec<Finding>) {
        let mut findings = Vec::new();
        let overlay = settings.target(&row.triple);
        let not_for_targets = self.only_for_xtask();
        let selected: Vec<&Package> = self
            .members()
            .filter(|package| {
                if excluded.contains(&package.name) {
                    return false;
                }
                if named.contains(&package.name) {
                    if Some(&package.name) == self.xtask.as_ref() {
                        findings.push(
                            Finding::error(
                                Code::NothingSelected,
                                format!("`{}` is not built for a target", package.name),
                            )
                            .at(Origin::CommandLine)
                            .note("it is the package that this command runs from"),
                        );
                    } else {
                        findings.extend(taken_all_the_same(&package.name, row, settings));
                    }
                    return true;
                }
                if !named.is_empty() || not_for_targets.contains(package.id.as_str()) {
                    return false;
                }
                let chosen = match settings.package_targets(&package.name) {
                    Some(targets) => targets.contains(&row.triple),
                    None => (package.default_member || all) && row.std,
                };
                if chosen && overlay.exclude.contains(&package.name) {
                    findings.push(Finding::note_only(
                        Code::PackageExcluded,
                        format!("`{}` is not built for {}: `{FILE}` excludes it", package.name, row.triple),
                    ));
                    return false;
                }
                chosen
            })
            .collect();
        (selected, findings)
    }

    /// What there is to say where [`Workspace::select`] leaves no member, and one was to be built.
    pub fn nothing_left(row: &Row, settings: &Settings, excluded: &[String]) -> Finding {
        let finding = Finding::error(Code::NothingSelected, format!("no package is left to build for {}", row.triple));
        if !excluded.is_empty() || !settings.target(&row.triple).exclude.is_empty() {
            finding.note("all the others are excluded").hint("exclude fewer packages, or name one with `-p PACKAGE`")
        } else if row.std {
            finding.hint("name one with `-p PACKAGE`")
        } else {
            finding
                .note("the target has no standard library, so only packages that are mapped to it are built")
                .hint(format!("map one in `{FILE}`: `targets = [\"{}\"]` below `[package.NAME]`", row.triple))
        }
    }

    /// The ids of the xtask and of the members that nothing but the xtask depends on.
    fn only_for_xtask(&self) -> BTreeSet<&str> {
        let Some(xtask) = self.members().find(|member| Some(&member.name) == self.xtask.as_ref()) else {
            return BTreeSet::new();
        };
        let mut only: BTreeSet<&str> = BTreeSet::from([xtask.id.as_str()]);
        let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for user in self.members() {
            for dependency in &user.dependencies {
                users.entry(&dependency.id).or_default().insert(&user.id);
            }
        }
        loop {
            let before = only.len();
            for member in self.members() {
                if users.get(member.id.as_str()).is_some_and(|users| users.is_subset(&only)) {
                    only.insert(&member.id);
                }
            }
            if only.len() == before {
                return only;
            }
        }
    }

    /// Whether a build script depends on one of some crates, or on one that does so in its place. What a build script
    /// depends on is for the host, its `cfg(…)` too; without a host every one counts.
    fn build_script_calls(
        by_id: &BTreeMap<&str, &Package>,
        package: &Package,
        crates: &[&str],
        host: Option<Platform>,
    ) -> bool {
        let holds = |dependency: &&Dependency| host.is_none_or(|host| host.selected_by(dependency.platform.as_deref()));
        let of_kind = |package: &Package, kind: DependencyKind| -> Vec<String> {
            let dependencies = package.dependencies.iter().filter(|it| it.kind == kind).filter(holds);
            dependencies.map(|dependency| dependency.id.clone()).collect()
        };
        let mut queue = of_kind(package, DependencyKind::Build);
        let mut seen: BTreeSet<String> = BTreeSet::new();
        while let Some(id) = queue.pop() {
            let Some(next) = by_id.get(id.as_str()) else { continue };
            // Our own helper asks the cc crate which compiler it would pick, and needs none to be there.
            if next.name == "crosskit-build" || !seen.insert(id) {
                continue;
            }
            if crates.contains(&next.name.as_str()) {
                return true;
            }
            queue.extend(of_kind(next, DependencyKind::Normal));
        }
        false
    }

    /// The members, and the packages that they bring to a target of whatever kind: those that Cargo has told for it.
    ///
    /// A build script's own dependencies are left out, and proc-macros with theirs: they are compiled for the host.
    pub fn for_targets(&self) -> Vec<&Package> {
        let by_id = self.by_id();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut queue: Vec<&Package> = self.members().filter(|member| !member.proc_macro).collect();
        while let Some(package) = queue.pop() {
            if seen.insert(&package.id) {
                let dependencies = package.dependencies.iter().filter(|it| it.kind != DependencyKind::Build);
                let brought = dependencies.filter_map(|it| by_id.get(it.id.as_str()).copied());
                queue.extend(brought.filter(|it| !it.proc_macro));
            }
        }
        self.packages.iter().filter(|package| seen.contains(package.id.as_str())).collect()
    }

    /// The packages of the graph that some members bring to a target and for which `is_meant` holds, each with the member.
    ///
    /// A build script's own dependencies are left out, and proc-macros with theirs: they are compiled for the host.
    pub fn brought<'a>(
        &'a self,
        members: &[&'a Package],
        target: Platform,
        with_tests: bool,
        is_meant: impl Fn(&Package) -> bool,
    ) -> Vec<(&'a Package, &'a Package)> {
        let by_id = self.by_id();
        let meant: BTreeSet<&str> =
            self.packages.iter().filter(|package| is_meant(package)).map(|it| it.id.as_str()).collect();
        let mut found = Vec::new();
        // Most workspaces have none, and members are many.
        for member in members.iter().filter(|_| !meant.is_empty()) {
            let mut seen = BTreeSet::from([member.id.as_str()]);
            let mut queue = VecDeque::from([*member]);
            while let Some(package) = queue.pop_front() {
                if package.proc_macro {
                    continue;
                }
                if meant.contains(package.id.as_str()) {
                    found.push((*member, package));
                }
                for dependency in &package.dependencies {
                    let wanted = match dependency.kind {
                        DependencyKind::Normal => true,
                        DependencyKind::Dev => with_tests && package.id == member.id,
                        DependencyKind::Build => false,
                    };
                    if wanted
                        && target.selected_by(dependency.platform.as_deref())
                        && let Some(next) = by_id.get(dependency.id.as_str())
                        && seen.insert(&next.id)
                    {
                        queue.push_back(*next);
                    }
                }
            }
        }
        found
    }

    /// Which of the selected members need a C compiler for the target.
    pub fn compiling_c(
        &self,
        selected: &[&Package],
        target: Platform,
        host: Platform,
        with_tests: bool,
    ) -> Vec<CompilesC> {
        let by_id = self.by_id();
        let calls_c =
            |package: &Package| Workspace::build_script_calls(&by_id, package, C_BUILD_DEPENDENCIES, Some(host));
        let found = self.brought(selected, target, with_tests, calls_c).into_iter();
        found
            .map(|(member, package)| CompilesC { member: member.name.clone(), package: package.name.clone() })
            .collect()
    }

    /// Whether a build script of what the workspace has for a target asks pkg-config. It must not depend on the machine
    /// nor on what was asked for, as the committed config goes by it.
    pub fn asks_pkg_config(&self, target: Platform) -> bool {
        let by_id = self.by_id();
        let not_for_targets = self.only_for_xtask();
        let members: Vec<&Package> =
            self.members().filter(|member| !not_for_targets.contains(member.id.as_str())).collect();
        let asks =
            |package: &Package| Workspace::build_script_calls(&by_id, package, PKG_CONFIG_BUILD_DEPENDENCIES, None);
        !self.brought(&members, target, true, asks).is_empty()
    }
}

/// What there is to say of a package that is named, where the settings would leave it out.
fn taken_all_the_same(package: &str, row: &Row, settings: &Settings) -> Option<Finding> {
    let mapped = settings.package_targets(package).filter(|targets| !targets.contains(&row.triple));
    let why = match mapped {
        Some(targets) => format!("maps it to {} alone", targets.join(", ")),
        None if settings.target(&row.triple).exclude.iter().any(|it| it == package) => "excludes it".to_owned(),
        None => return None,
    };
    Some(
        Finding::note_only(Code::PackageExcluded, format!("`{package}` is taken for {}: `-p` names it", row.triple))
            .at(Origin::CommandLine)
            .note(format!("without `-p` it is left out: `{FILE}` {why}")),
    )
}

#[cfg(test)]
mod tests {
    use super::names_linker_script;

    #[test]
    fn a_build_script_may_name_a_linker_script() {
        for line in [
            "println!(\"cargo:rustc-link-arg=-Tlink.x\");",
            "println!(\"cargo::rustc-link-arg-bins=-Tlink.x\");",
            "    println!(\"cargo:rustc-link-arg-{kind}=-Tlink.x\");",
            "println!(\"cargo:rustc-link-arg=-T{}/link.x\", out.display());",
            "println!(\"cargo:rustc-link-arg=--script=memory.ld\");",
        ] {
            assert!(names_linker_script(line), "{line}");
        }
        for line in [
            "",
            "// println!(\"cargo:rustc-link-arg=-Tlink.x\");",
            "println!(\"cargo:rustc-link-arg=--nmagic\");",
            "println!(\"cargo:rustc-link-search={}\", out.display());",
        ] {
            assert!(!names_linker_script(line), "{line}");
        }
    }
}
