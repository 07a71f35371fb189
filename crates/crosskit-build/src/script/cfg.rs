//! The `cfg` of the target, as Cargo passes it to a build script.

/// The `cfg` of the target: what `cfg!(…)` in a build script does not tell, as that is compiled for the host.
///
/// Read from the variables `CARGO_CFG_…`
/// (<https://doc.rust-lang.org/cargo/reference/environment-variables.html#environment-variables-cargo-sets-for-build-scripts>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetCfg {
    values: Vec<(String, String)>,
}

impl TargetCfg {
    pub(super) fn from_env() -> TargetCfg {
        let mut cfg = TargetCfg::default();
        for (name, value) in std::env::vars_os() {
            cfg.add(&name.to_string_lossy(), &value.to_string_lossy());
        }
        cfg
    }

    fn add(&mut self, variable: &str, value: &str) {
        if let Some(name) = variable.strip_prefix("CARGO_CFG_") {
            self.values.push((name.to_lowercase(), value.to_string()));
        }
    }

    /// The value of a name (`target_os`), with commas between several values; `None` where it is not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of a name that may have several, such as `target_family`.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.get(name).map_or_else(Vec::new, |value| value.split(',').filter(|it| !it.is_empty()).collect())
    }

    /// Whether a name is set (`unix`), or one of its values is this one (`target_feature`, `neon`).
    pub fn is_set(&self, name: &str, value: Option<&str>) -> bool {
        match value {
            Some(value) => self.values(name).contains(&value),
            None => self.get(name).is_some(),
        }
    }

    /// `target_os`: `linux`, `windows`, `none`.
    pub fn os(&self) -> &str {
        self.get("target_os").unwrap_or("")
    }

    /// `target_arch`: `aarch64`.
    pub fn arch(&self) -> &str {
        self.get("target_arch").unwrap_or("")
    }

    /// `target_env`: `gnu`, `musl`, `msvc`, or nothing.
    pub fn env(&self) -> &str {
        self.get("target_env").unwrap_or("")
    }

    /// `target_vendor`: `unknown`, `apple`.
    pub fn vendor(&self) -> &str {
        self.get("target_vendor").unwrap_or("")
    }

    /// `target_endian`: `little` or `big`.
    pub fn endian(&self) -> &str {
        self.get("target_endian").unwrap_or("")
    }

    /// `target_pointer_width`, in bits.
    pub fn pointer_width(&self) -> Option<u32> {
        self.get("target_pointer_width")?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_in_a_cfg() {
        let set = [
            ("CARGO_CFG_TARGET_OS", "linux"),
            ("CARGO_CFG_UNIX", ""),
            ("CARGO_CFG_TARGET_FEATURE", "neon,fp-armv8"),
            ("CARGO_CFG_TARGET_POINTER_WIDTH", "64"),
            ("CARGO_MANIFEST_DIR", "/x"),
        ];
        let mut cfg = TargetCfg::default();
        for (name, value) in set {
            cfg.add(name, value);
        }
        assert_eq!((cfg.os(), cfg.pointer_width(), cfg.env()), ("linux", Some(64), ""));
        assert!(cfg.is_set("unix", None) && !cfg.is_set("windows", None));
        assert!(cfg.is_set("target_feature", Some("neon")) && !cfg.is_set("target_feature", Some("fp")));
        assert_eq!(cfg.values("unix"), [""; 0]);
        assert_eq!(cfg.get("manifest_dir"), None);
    }
}
