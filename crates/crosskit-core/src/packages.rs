//! Packages that were looked up and not tried: which package of which manager holds a program or a file, and the page that
//! says so. What was tried stands in the rows of the catalogue.

use serde::Deserialize;

/// A package of a package manager.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    manager: String,
    /// Its name, as the manager installs it.
    pub name: String,
    /// The page of the distribution on which the name was seen.
    pub page: String,
    holds: Vec<String>,
}

/// All that were looked up.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    #[serde(rename = "package")]
    packages: Vec<Package>,
}

impl Table {
    /// The table that is built into the kit.
    ///
    /// # Errors
    /// The parser's words, if the built-in text is broken, which a test rules out.
    pub fn built_in() -> Result<Table, String> {
        toml::from_str(include_str!("../packages.toml")).map_err(|error| error.to_string())
    }

    /// The managers of which packages are known.
    pub fn managers(&self) -> std::collections::BTreeSet<&str> {
        self.packages.iter().map(|package| package.manager.as_str()).collect()
    }

    /// Every package, with its manager.
    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = (&String, &String)> {
        self.packages.iter().map(|package| (&package.manager, &package.name))
    }

    /// The package of a manager that holds the first of these programs or files which any holds.
    pub fn holding<'a>(&self, manager: &str, wanted: impl IntoIterator<Item = &'a str>) -> Option<&Package> {
        let holds = |wanted: &str| {
            self.packages.iter().find(|it| it.manager == manager && it.holds.iter().any(|held| held == wanted))
        };
        wanted.into_iter().find_map(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_held_by_one_package_of_a_manager() {
        let table = Table::built_in().expect("packages.toml parses");
        let mut seen = std::collections::BTreeSet::new();
        for package in &table.packages {
            assert!(package.page.starts_with("https://"), "{}", package.name);
            for held in &package.holds {
                assert!(seen.insert((&package.manager, held)), "{held} is in two packages of {}", package.manager);
            }
        }
    }

    #[test]
    fn the_first_that_is_held_decides() {
        let table = Table::built_in().expect("packages.toml parses");
        let name = |manager, wanted: &[&str]| table.holding(manager, wanted.iter().copied()).map(|it| it.name.as_str());
        assert_eq!(name("brew", &["wasmtime", "node"]), Some("wasmtime"));
        assert_eq!(name("dnf", &["wasmtime", "node"]), Some("nodejs"));
        assert_eq!(name("dnf", &["aarch64-linux-gnu-gcc"]), None);
        assert_eq!(name("apt", &["node"]), None);
    }
}
