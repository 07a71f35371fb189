//! `[matrix.NAME]`: which cells a workspace declares. A cell is a target with features, a profile and packages.

mod read;

use crate::finding::Origin;

pub(super) use read::read;

/// The axes of a matrix. Its cells are every target with every package set, feature set and profile, less what is excluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axes {
    /// Where they stand.
    pub origin: Origin,
    /// Triples, aliases, `host` or `all`.
    pub targets: Vec<String>,
    /// Sets of packages that are built together. Without one a target gets the packages that it would get by its name
    /// alone: the default members and the map of `[package.NAME] targets`.
    pub packages: Vec<Vec<String>>,
    /// Feature sets, one after another.
    pub features: Vec<FeatureSet>,
    /// Feature sets that are made from what the packages have.
    pub varied: Option<Varied>,
    /// Profiles; none is Cargo's own choice.
    pub profiles: Vec<Profile>,
    /// What is left out.
    pub exclude: Vec<Exclusion>,
}

impl Axes {
    /// No axis yet.
    pub fn at(origin: Origin) -> Axes {
        let (targets, packages, features, profiles, exclude) = Default::default();
        Axes { origin, targets, packages, features, varied: None, profiles, exclude }
    }
}

/// Features as Cargo's options name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeatureSet {
    /// The values of `--features`: names between commas or blanks.
    pub features: Vec<String>,
    /// `--all-features`.
    pub all: bool,
    /// `--no-default-features`.
    pub no_default: bool,
}

impl FeatureSet {
    /// The names in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.features.iter().flat_map(|value| value.split([',', ' '])).filter(|name| !name.is_empty())
    }
}

/// Feature sets that are made from what the packages of a cell have.
///
/// The features of a package are those of its `[features]` and the optional dependencies that Cargo makes features of.
/// The words are those of cargo-hack, and so is what they mean, but for two things: an optional dependency is varied like
/// any feature, as to Cargo it is one, and an excluded feature is not turned on by another one either.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Varied {
    /// In which way.
    pub way: Way,
    /// Features that are on in every set.
    pub always: Vec<String>,
    /// Features that are on in none of the sets, not even by another one.
    pub exclude: Vec<String>,
    /// Groups of which no two features are on in one set, not even by others.
    pub exclusive: Vec<Vec<String>>,
}

/// In which way feature sets are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// `--no-default-features`, each feature alone, `default` among them, and all together.
    #[default]
    Each,
    /// Every set of features, `default` among them, of which none turns on another; and all together.
    Powerset {
        /// The most features of a set. All of them together are tried beside, whatever it is.
        depth: Option<usize>,
    },
}

/// A profile of Cargo.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// Cargo's own choice: `dev`, and `test` for tests.
    #[default]
    Default,
    /// `--release`.
    Release,
    /// `--profile`.
    Named(String),
}

impl Profile {
    /// The profile of a name. `dev` and `test` are what Cargo takes by itself.
    pub fn of(name: &str) -> Profile {
        match name {
            "dev" | "test" => Profile::Default,
            "release" => Profile::Release,
            name => Profile::Named(name.to_owned()),
        }
    }

    /// The profile of this name where benches are built: `bench` is what Cargo takes by itself then, and `--release` says
    /// nothing new. Source: Cargo reference, "Profiles", "Profile selection".
    pub fn of_benches(&self) -> Profile {
        match self {
            Profile::Named(name) if name != "bench" => Profile::Named(name.clone()),
            _ => Profile::Default,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Profile::Default => "dev",
            Profile::Release => "release",
            Profile::Named(name) => name,
        }
    }

    /// The directory below the target directory.
    ///
    /// Source: Cargo reference, "Profiles", "Profile selection", and "Build cache".
    pub fn directory(&self) -> &str {
        match self.name() {
            "dev" | "test" => "debug",
            "bench" => "release",
            name => name,
        }
    }
}

/// Cells that are left out: those for which all that is said here holds. With a package it is that package which is left out
/// of them, and a cell that has no other goes with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exclusion {
    /// A triple or an alias.
    pub target: Option<String>,
    /// Features that are on, by themselves or by others.
    pub features: Vec<String>,
    /// The name of a profile.
    pub profile: Option<String>,
    /// The name of a package.
    pub package: Option<String>,
}
