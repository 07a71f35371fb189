//! Libraries of the target that packages link with: which package needs which, as far as is known.
//!
//! The knowledge is data: `libraries.toml` for the crates with rules of their own, and for the others what their manifests
//! tell the system-deps crate. Of every other package nothing is claimed.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::triple;
use crate::workspace::{Package, Platform, SystemDep, Workspace};

/// What becomes of a package for whose library pkg-config finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// Its build script fails.
    Fails,
    /// It is linked by its name, so that the linker has to find it.
    Links,
}

/// A crate that links with a library of the target.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Crate {
    name: String,
    versions: Vec<String>,
    #[serde(default)]
    modules: Vec<String>,
    #[serde(default)]
    by_feature: BTreeMap<String, String>,
    otherwise: Otherwise,
    own: Option<String>,
    opens: Option<String>,
    #[serde(default)]
    unless_features: Vec<String>,
    #[serde(default)]
    unless_variables: Vec<String>,
    #[serde(default)]
    despite_variables: Vec<String>,
}

/// A library by its name in pkg-config.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// The name of the `.pc` file.
    pub module: String,
    /// The file that is linked is `lib<file>.so` or `lib<file>.a`.
    pub file: Option<String>,
    /// The package that holds both, by package manager.
    #[serde(default)]
    pub packages: BTreeMap<String, String>,
    /// Whether the target's package can be installed beside the computer's own.
    #[serde(default = "yes")]
    pub beside: bool,
}

fn yes() -> bool {
    true
}

/// All that is known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Libraries {
    #[serde(rename = "crate")]
    crates: Vec<Crate>,
    #[serde(rename = "library")]
    libraries: Vec<Library>,
}

/// A library that a package of the graph needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What pkg-config is asked for; any of them will do.
    pub modules: Vec<String>,
    /// What is known of them.
    pub libraries: Vec<Library>,
    /// What becomes of the package where pkg-config finds none.
    pub otherwise: Otherwise,
    /// The package that asks.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The members through which it comes.
    pub members: Vec<String>,
    /// The feature with which it needs no library of the system, and what it does instead.
    pub way_out: Option<(String, &'static str)>,
}

/// Variables as a build script sees them.
pub type Variables<'a> = dyn Fn(&str) -> Option<String> + 'a;

impl Libraries {
    /// The table that is built into the kit.
    ///
    /// # Errors
    /// The parser's words, if the built-in text is broken, which a test rules out.
    pub fn built_in() -> Result<Libraries, String> {
        toml::from_str(include_str!("../libraries.toml")).map_err(|error| error.to_string())
    }

    fn library(&self, module: &str) -> Option<&Library> {
        self.libraries.iter().find(|it| it.module == module)
    }

    /// What the selected members need of a target's libraries. `is_overridden` tells of a package whose build script the
    /// config replaces (`target.<triple>.<links>`).
    pub fn needs(
        &self,
        workspace: &Workspace,
        selected: &[&Package],
        target: Platform,
        with_tests: bool,
        is_overridden: impl Fn(&Package) -> bool,
        variable: &Variables,
    ) -> Vec<Need> {
        let is_meant = |package: &Package| self.known(package).is_some() || !package.system_deps.is_empty();
        let mut needs: Vec<Need> = Vec::new();
        for (member, package) in workspace.brought(selected, target, with_tests, is_meant) {
            if is_overridden(package) {
                continue;
            }
            for need in self.of_package(package, target, variable) {
                let same = |it: &&mut Need| (&it.modules, &it.package) == (&need.modules, &need.package);
                match needs.iter_mut().find(same) {
                    Some(known) => known.members.push(member.name.clone()),
                    None => needs.push(Need { members: vec![member.name.clone()], ..need }),
                }
            }
        }
        needs
    }

    fn known(&self, package: &Package) -> Option<&Crate> {
        let fits = |version: &String| {
            package.version == *version || package.version.strip_prefix(version).is_some_and(|it| it.starts_with('.'))
        };
        self.crates.iter().find(|it| it.name == package.name && it.versions.iter().any(fits))
    }

    fn of_package(&self, package: &Package, target: Platform, variable: &Variables) -> Vec<Need> {
        let need = |modules: Vec<String>, otherwise, way_out| Need {
            libraries: modules.iter().filter_map(|module| self.library(module).cloned()).collect(),
            modules,
            otherwise,
            package: package.name.clone(),
            version: package.version.clone(),
            members: Vec::new(),
            way_out,
        };
        let needs = match self.known(package) {
            Some(known) => {
                let own = known.own.clone().map(|feature| (feature, "compile its own copy"));
                let way_out = own.or(known.opens.clone().map(|feature| (feature, "open it at run time")));
                let of = |modules: Vec<String>| need(modules, known.otherwise, way_out.clone());
                known.asks_for(package, target.triple, variable).into_iter().map(of).collect()
            }
            None => {
                let asked = package.system_deps.iter().filter(|it| is_asked(it, package, target, variable));
                asked.map(|it| need(it.modules.clone(), Otherwise::Fails, None)).collect::<Vec<_>>()
            }
        };
        needs.into_iter().filter(|need| !need.modules.iter().any(|it| is_refused(it, variable))).collect()
    }
}

impl Crate {
    /// What it asks pkg-config for; each entry is a choice.
    fn asks_for(&self, package: &Package, triple: &str, variable: &Variables) -> Vec<Vec<String>> {
        let value = |name: &String| variable(&name.replace("<T>", &triple::env_upper(triple)));
        let has = |feature: &String| package.features.contains(feature);
        let despite = self.despite_variables.iter().filter_map(value).any(|value| value != "0");
        if self.unless_variables.iter().any(|name| value(name).is_some())
            || !despite && self.unless_features.iter().any(has)
        {
            return Vec::new();
        }
        let by_feature = self.by_feature.iter().filter(|(feature, _)| has(feature)).map(|(_, module)| module);
        let choice = |modules: &String| modules.split('|').map(str::to_owned).collect();
        self.modules.iter().chain(by_feature).map(choice).collect()
    }
}

/// Whether the system-deps crate asks for a library.
///
/// Source: system-deps 7.0.8, "Usage" and "Overriding build flags".
fn is_asked(it: &SystemDep, package: &Package, target: Platform, variable: &Variables) -> bool {
    let name = triple::env_upper(&it.key);
    let own = |end: &str| variable(&format!("SYSTEM_DEPS_{name}_{end}"));
    let internal = own("BUILD_INTERNAL").or_else(|| variable("SYSTEM_DEPS_BUILD_INTERNAL"));
    it.feature.as_ref().is_none_or(|feature| package.features.contains(feature))
        && target.selected_by(it.platform.as_deref())
        && own("NO_PKG_CONFIG").is_none()
        && internal.is_none_or(|it| it == "never")
}

/// Whether a variable keeps the pkg-config crate from being asked for a library.
///
/// Source: pkg-config 0.3.33, "Environment variables".
fn is_refused(module: &str, variable: &Variables) -> bool {
    variable(&format!("{}_NO_PKG_CONFIG", module.to_uppercase().replace('-', "_"))).is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::cfgs::Cfgs;
    use crate::workspace::Dependency;

    const AARCH64: &str = "aarch64-unknown-linux-gnu";

    fn libraries() -> Libraries {
        Libraries::built_in().expect("libraries.toml parses")
    }

    fn package(name: &str, version: &str, features: &[&str]) -> Package {
        Package {
            id: name.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            features: features.iter().map(|&it| it.to_owned()).collect(),
            ..Package::default()
        }
    }

    /// The modules that a package of a graph needs, choices joined.
    fn asked(package: Package, variables: &[(&str, &str)]) -> Vec<String> {
        let dependency = Dependency { id: package.id.clone(), ..Dependency::default() };
        let app = Package { member: true, dependencies: vec![dependency], ..self::package("app", "0.1.0", &[]) };
        let workspace = Workspace { packages: vec![app.clone(), package], xtask: None };
        let target = Platform { triple: AARCH64, cfgs: &Cfgs::NONE };
        let set: BTreeMap<&str, &str> = variables.iter().copied().collect();
        let variable = |name: &str| set.get(name).map(|&it| it.to_owned());
        let needs = libraries().needs(&workspace, &[&app], target, true, |_| false, &variable);
        needs.into_iter().map(|it| it.modules.join("|")).collect()
    }

    #[test]
    fn every_module_of_a_crate_has_a_row_and_no_row_is_there_twice() {
        let libraries = libraries();
        let names: BTreeSet<&str> = libraries.libraries.iter().map(|it| it.module.as_str()).collect();
        assert_eq!(names.len(), libraries.libraries.len());
        for known in &libraries.crates {
            let modules = known.modules.iter().chain(known.by_feature.values()).flat_map(|it| it.split('|'));
            let modules: Vec<&str> = modules.collect();
            assert!(!modules.is_empty(), "{}", known.name);
            assert!(modules.iter().all(|it| names.contains(it)), "{}: {modules:?}", known.name);
        }
    }

    #[test]
    fn a_feature_or_a_variable_does_away_with_the_need() {
        let openssl = |features: &[&str]| package("openssl-sys", "0.9.118", features);
        assert_eq!(asked(openssl(&[]), &[]), ["openssl"]);
        assert!(asked(openssl(&["openssl-src", "vendored"]), &[]).is_empty());
        assert_eq!(asked(openssl(&["vendored"]), &[("OPENSSL_NO_VENDOR", "1")]), ["openssl"]);
        assert!(asked(openssl(&["vendored"]), &[("OPENSSL_NO_VENDOR", "0")]).is_empty());
        assert!(asked(openssl(&[]), &[("AARCH64_UNKNOWN_LINUX_GNU_OPENSSL_DIR", "/opt")]).is_empty());
        assert!(asked(openssl(&[]), &[("OPENSSL_NO_PKG_CONFIG", "1")]).is_empty());
        assert_eq!(asked(openssl(&[]), &[("X86_64_UNKNOWN_LINUX_GNU_OPENSSL_DIR", "/opt")]), ["openssl"]);
    }

    #[test]
    fn nothing_is_claimed_of_versions_that_were_not_read() {
        for version in ["0.8.2", "0.90.0", "1.0.0", ""] {
            assert!(asked(package("openssl-sys", version, &[]), &[]).is_empty(), "{version}");
        }
    }

    #[test]
    fn features_bring_libraries() {
        assert_eq!(
            asked(package("wayland-sys", "0.31.11", &["client", "egl"]), &[]),
            ["wayland-client", "wayland-egl"]
        );
        assert!(asked(package("wayland-sys", "0.31.11", &["client", "dlopen"]), &[]).is_empty());
        assert_eq!(asked(package("mysqlclient-sys", "0.4.7", &[]), &[]), ["mysqlclient|libmariadb"]);
    }

    #[test]
    fn manifests_tell_the_system_deps_crate() {
        let dep = |key: &str, modules: &[&str]| SystemDep {
            key: key.to_owned(),
            modules: modules.iter().map(|&it| it.to_owned()).collect(),
            ..SystemDep::default()
        };
        let with = |deps: Vec<SystemDep>| Package { system_deps: deps, ..package("glib-sys", "0.20.10", &["extra"]) };
        let glib = dep("glib_2_0", &["glib-2.0"]);
        assert_eq!(asked(with(vec![glib.clone()]), &[]), ["glib-2.0"]);
        let off = SystemDep { feature: Some("more".to_owned()), ..glib.clone() };
        let on = SystemDep { feature: Some("extra".to_owned()), ..glib.clone() };
        let elsewhere = SystemDep { platform: Some("cfg(windows)".to_owned()), ..glib.clone() };
        assert_eq!(asked(with(vec![off, on, elsewhere]), &[]), ["glib-2.0"]);
        assert!(asked(with(vec![glib.clone()]), &[("SYSTEM_DEPS_GLIB_2_0_NO_PKG_CONFIG", "1")]).is_empty());
        assert!(asked(with(vec![glib]), &[("SYSTEM_DEPS_BUILD_INTERNAL", "always")]).is_empty());
    }
}
