//! Which variable decides about what the pkg-config, bindgen and cmake crates do.

use crate::triple;

use super::variable_names;

/// Looks a variable up in the environment of a build script.
pub type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A variable that is set, and its value.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The name of the variable.
    pub name: String,
    /// The value as it is set.
    pub value: String,
}

/// The variables of a setting that are set, the strongest first: four steps from the target's name to the plain one.
///
/// For `CC`, `AR` and the like the first decides; `CFLAGS` and `CXXFLAGS` are joined, the weakest first.
/// Source: <https://docs.rs/cc/latest/cc/#external-configuration-via-environment-variables>, and cmake 0.1.58, which asks
/// alike.
pub fn settings(setting: &str, target: &str, host: &str, lookup: &Lookup) -> Vec<Setting> {
    set(&variable_names(setting, target, host), lookup)
}

/// The variables that hold the flags of a compiler, in the order in which the cc crate joins them.
pub fn flags(setting: &str, target: &str, host: &str, lookup: &Lookup) -> Vec<Setting> {
    let mut joined = settings(setting, target, host, lookup);
    joined.reverse();
    joined
}

fn set(names: &[String], lookup: &Lookup) -> Vec<Setting> {
    let mut found: Vec<Setting> = Vec::new();
    for name in names {
        if found.iter().any(|setting| setting.name == *name) {
            continue;
        }
        if let Some(value) = lookup(name) {
            found.push(Setting { name: name.clone(), value });
        }
    }
    found
}

fn first(names: &[String], lookup: &Lookup) -> Option<Setting> {
    for name in names {
        if let Some(value) = lookup(name) {
            return Some(Setting { name: name.clone(), value });
        }
    }
    None
}

/// The variable that decides about a setting.
pub fn deciding(setting: &str, target: &str, host: &str, lookup: &Lookup) -> Option<Setting> {
    first(&variable_names(setting, target, host), lookup)
}

/// The variables that the pkg-config crate asks about a setting, the strongest first. In a triple it replaces `-` alone.
///
/// Source: pkg-config 0.3.34, `Config::targeted_env_var`.
pub fn pkg_config_names(setting: &str, target: &str, host: &str) -> [String; 4] {
    let kind = if host == target { "HOST" } else { "TARGET" };
    [
        format!("{setting}_{target}"),
        format!("{setting}_{}", target.replace('-', "_")),
        format!("{kind}_{setting}"),
        setting.to_string(),
    ]
}

/// What the pkg-config crate takes from the environment.
#[derive(Clone, Debug, Default)]
pub struct PkgConfig {
    /// `PKG_CONFIG`: another program than `pkg-config`.
    pub program: Option<Setting>,
    /// `PKG_CONFIG_ALLOW_CROSS`.
    pub allow_cross: Option<Setting>,
    /// `PKG_CONFIG_SYSROOT_DIR`.
    pub sysroot: Option<Setting>,
    /// `PKG_CONFIG_LIBDIR`: where it looks in place of the program's own directories.
    pub libdir: Option<Setting>,
    /// `PKG_CONFIG_PATH`: where it looks first.
    pub path: Option<Setting>,
}

impl PkgConfig {
    /// What is set for a target.
    pub fn of(target: &str, host: &str, lookup: &Lookup) -> PkgConfig {
        let first = |setting| first(&pkg_config_names(setting, target, host), lookup);
        PkgConfig {
            program: first("PKG_CONFIG"),
            allow_cross: first("PKG_CONFIG_ALLOW_CROSS"),
            sysroot: first("PKG_CONFIG_SYSROOT_DIR"),
            libdir: first("PKG_CONFIG_LIBDIR"),
            path: first("PKG_CONFIG_PATH"),
        }
    }

    /// The variable that makes the crate start pkg-config for another target than the host; without one it refuses.
    ///
    /// Source: pkg-config 0.3.34, `Config::target_supported`.
    pub fn allowed_by(&self) -> Option<&Setting> {
        match &self.allow_cross {
            Some(setting) => Some(setting).filter(|setting| setting.value != "0"),
            None => self.program.as_ref().or(self.sysroot.as_ref()),
        }
    }
}

/// The variables that hold arguments for bindgen's libclang, the strongest first. The first that is set decides.
///
/// Source: <https://github.com/rust-lang/rust-bindgen#environment-variables>.
pub fn bindgen_names(target: &str) -> [String; 3] {
    let name = "BINDGEN_EXTRA_CLANG_ARGS";
    [format!("{name}_{target}"), format!("{name}_{}", triple::env_lower(target)), name.to_string()]
}

/// The variable that holds arguments for bindgen's libclang.
pub fn bindgen_arguments(target: &str, lookup: &Lookup) -> Option<Setting> {
    first(&bindgen_names(target), lookup)
}

/// The target that arguments for clang name, if they name one: `--target=T` or `-target T`, the last one.
pub fn clang_target(arguments: &str) -> Option<&str> {
    let mut found = None;
    let mut words = arguments.split_whitespace();
    while let Some(word) = words.next() {
        if let Some(target) = word.strip_prefix("--target=") {
            found = Some(target);
        } else if word == "-target" || word == "--target" {
            found = words.next().or(found);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "x86_64-unknown-linux-gnu";
    const ARM: &str = "aarch64-unknown-linux-gnu";

    fn of(set: &[(&str, &str)], target: &str) -> PkgConfig {
        let lookup = |name: &str| set.iter().find(|(set, _)| *set == name).map(|(_, value)| value.to_string());
        PkgConfig::of(target, HOST, &lookup)
    }

    #[test]
    fn pkg_config_is_allowed_by_one_of_three() {
        let name = |set: &[(&str, &str)]| of(set, ARM).allowed_by().map(|it| it.name.clone());
        assert_eq!(name(&[]), None);
        assert_eq!(name(&[("PKG_CONFIG_ALLOW_CROSS", "1")]).as_deref(), Some("PKG_CONFIG_ALLOW_CROSS"));
        assert_eq!(name(&[("PKG_CONFIG_ALLOW_CROSS", "0"), ("PKG_CONFIG", "x")]), None);
        assert_eq!(name(&[("HOST_PKG_CONFIG", "x")]), None);
        assert_eq!(name(&[("TARGET_PKG_CONFIG", "x")]).as_deref(), Some("TARGET_PKG_CONFIG"));
        assert_eq!(
            name(&[("PKG_CONFIG_SYSROOT_DIR_aarch64_unknown_linux_gnu", "/s")]).as_deref(),
            Some("PKG_CONFIG_SYSROOT_DIR_aarch64_unknown_linux_gnu")
        );
    }

    #[test]
    fn the_last_target_counts() {
        assert_eq!(clang_target("-I/x --target=a -target b"), Some("b"));
        assert_eq!(clang_target("--target=a"), Some("a"));
        assert_eq!(clang_target("-target"), None);
        assert_eq!(clang_target("-DX"), None);
    }

    #[test]
    fn flags_are_joined_the_weakest_first() {
        let lookup = |name: &str| ["CFLAGS", "TARGET_CFLAGS"].contains(&name).then(|| name.to_lowercase());
        let names: Vec<String> = flags("CFLAGS", ARM, HOST, &lookup).into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["CFLAGS", "TARGET_CFLAGS"]);
    }
}
