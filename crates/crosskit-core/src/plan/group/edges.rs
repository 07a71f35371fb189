//! Whether the features of packages can depend on which targets one cargo call names, by the package graph alone.
//!
//! Cargo's resolver takes a dependency that is limited to some platforms if *any* target of the call is one of them, and
//! turns its features on for all of them. What it takes for build scripts and proc-macros goes by the host.
//! Source: Cargo reference, "Features", "Feature resolver version 2"; cargo 1.95, `core/resolver/features.rs`.
//!
//! The graph holds more edges than a call takes, those of optional dependencies that are off and of tests that are not
//! built. That does no harm: what is shown here for a graph holds for every part of it that leaves out the same edges for
//! all targets.

use std::collections::BTreeMap;

use crate::cfgs::{Cfgs, Expression};
use crate::workspace::{DependencyKind, Workspace};

/// What the platform expressions of a graph say of a target, one by one.
pub(super) type Signature = Vec<bool>;

/// The package graph, each package twice: built for a target, and for the host.
#[derive(Debug, Default)]
pub(super) struct Edges<'a> {
    /// The expressions by which dependencies for targets are limited.
    platforms: Vec<&'a str>,
    expressions: Vec<Option<Expression>>,
    /// From, to, and the place of the expression.
    edges: Vec<(usize, usize, Option<usize>)>,
    /// Where the edges of a node begin, and at last where they end.
    begins: Vec<usize>,
    /// The nodes at which a package begins, by its name and its id.
    nodes: BTreeMap<&'a str, Vec<usize>>,
    /// A package depends on something of which cargo does not tell for which platforms.
    is_untold: bool,
}

/// The node of a package for a target; the one for the host comes after it.
fn node(package: usize) -> usize {
    2 * package
}

impl<'a> Edges<'a> {
    pub(super) fn of(workspace: &'a Workspace) -> Edges<'a> {
        let mut graph = Edges::default();
        let places: BTreeMap<&str, usize> =
            workspace.packages.iter().enumerate().map(|(place, package)| (package.id.as_str(), place)).collect();
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, package) in workspace.packages.iter().enumerate() {
            graph.is_untold |= package.depends_on_programs;
            let mut nodes = vec![node(place)];
            nodes.extend(package.proc_macro.then_some(node(place) + 1));
            for name in [package.id.as_str(), package.name.as_str()] {
                // An id may be the name, in tests.
                let all = graph.nodes.entry(name).or_default();
                all.extend(nodes.iter().filter(|it| !all.contains(it)).copied().collect::<Vec<_>>());
            }
            for from in [node(place), node(place) + 1] {
                graph.begins.push(graph.edges.len());
                for dependency in &package.dependencies {
                    let Some(to) = places.get(dependency.id.as_str()).copied() else { continue };
                    let is_macro = workspace.packages.get(to).is_some_and(|it| it.proc_macro);
                    let for_host = from != node(place) || is_macro || dependency.kind == DependencyKind::Build;
                    // A proc-macro is for the host, and whether it is taken is still asked of the targets.
                    let asks_targets = from == node(place) && dependency.kind != DependencyKind::Build;
                    let platform = dependency.platform.as_deref().filter(|_| asks_targets).map(|platform| {
                        *known.entry(platform).or_insert_with(|| {
                            graph.platforms.push(platform);
                            graph.expressions.push(Expression::parse(platform).ok());
                            graph.platforms.len() - 1
                        })
                    });
                    graph.edges.push((from, node(to) + usize::from(for_host), platform));
                }
            }
        }
        graph.begins.push(graph.edges.len());
        graph
    }

    /// Whether nothing in the graph is limited to platforms, so that no cfg decides anything.
    pub(super) fn is_the_same_everywhere(&self) -> bool {
        self.platforms.is_empty()
    }

    /// Whether the graph is all that there is to know.
    pub(super) fn is_whole(&self) -> bool {
        !self.is_untold
    }

    /// What the expressions say of a triple with the cfgs that are in force for it.
    pub(super) fn signature(&self, triple: &str, cfgs: &Cfgs) -> Signature {
        let holds = |expression: &Option<Expression>| expression.as_ref().is_some_and(|it| it.matches(cfgs));
        self.platforms.iter().zip(&self.expressions).map(|(name, it)| *name == triple || holds(it)).collect()
    }

    /// Whether one call for targets of these signatures turns no feature on that a call for one of them would not, where
    /// some packages are built.
    ///
    /// For every package that a target takes, the dependencies on it that count in the one call must be exactly those that
    /// count for that target alone. Then nothing but packages of the target's own turns features of it on, by the same
    /// dependencies, and so on down from the packages that are asked for.
    pub(super) fn changes_nothing(&self, packages: &[String], signatures: &[&Signature]) -> bool {
        let mut roots = Vec::new();
        for package in packages {
            let Some(nodes) = self.nodes.get(package.as_str()) else { return false };
            roots.extend(nodes);
        }
        let holds = |signature: &Signature, platform: Option<usize>| {
            platform.is_none_or(|platform| signature.get(platform).is_some_and(|it| *it))
        };
        let in_any = |platform: Option<usize>| signatures.iter().any(|it| holds(it, platform));
        let together = self.reached(&roots, in_any);
        signatures.iter().all(|signature| {
            let alone = self.reached(&roots, |platform| holds(signature, platform));
            let is_reached = |reached: &[bool], node: usize| reached.get(node).is_some_and(|it| *it);
            self.edges.iter().all(|(from, to, platform)| {
                let counts = is_reached(&together, *from) && in_any(*platform) && is_reached(&alone, *to);
                !counts || is_reached(&alone, *from) && holds(signature, *platform)
            })
        })
    }

    fn reached(&self, roots: &[usize], holds: impl Fn(Option<usize>) -> bool) -> Vec<bool> {
        let mut reached = vec![false; self.begins.len()];
        let mut queue = roots.to_vec();
        while let Some(next) = queue.pop() {
            match reached.get_mut(next) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let (Some(begin), Some(end)) = (self.begins.get(next), self.begins.get(next + 1)) else { continue };
            let edges = self.edges.get(*begin..*end).unwrap_or_default();
            queue.extend(edges.iter().filter(|(.., platform)| holds(*platform)).map(|(_, to, _)| *to));
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Dependency, Package};

    /// A workspace from lines `name: dependency [build] [@ platform], …`; one that ends with `!` is a proc-macro.
    fn workspace(lines: &[&str]) -> Workspace {
        let package = |line: &&str| {
            let (name, dependencies) = line.split_once(':').unwrap_or((line, ""));
            let dependency = |text: &str| {
                let (text, platform) = text.split_once('@').unwrap_or((text, ""));
                let mut words = text.split_whitespace();
                let id = words.next()?.to_owned();
                let kind = if words.next() == Some("build") { DependencyKind::Build } else { DependencyKind::Normal };
                let platform = (!platform.is_empty()).then(|| platform.trim().to_owned());
                Some(Dependency { id, kind, platform })
            };
            let plain = name.trim_end_matches('!');
            Package {
                id: plain.to_owned(),
                name: plain.to_owned(),
                proc_macro: plain != name,
                dependencies: dependencies.split(',').filter_map(dependency).collect(),
                ..Package::default()
            }
        };
        Workspace { packages: lines.iter().map(package).collect(), xtask: None }
    }

    /// Whether `app` can be built for targets of these systems in one call.
    fn shares(lines: &[&str], systems: &[&str]) -> bool {
        let workspace = workspace(lines);
        let edges = Edges::of(&workspace);
        let signatures = systems.iter().map(|os| edges.signature(os, &Cfgs::parse(&format!("target_os=\"{os}\""))));
        let signatures: Vec<Signature> = signatures.collect();
        edges.changes_nothing(&["app".to_owned()], &signatures.iter().collect::<Vec<_>>())
    }

    const BOTH: &[&str] = &["linux", "windows"];

    #[test]
    fn a_package_of_one_platform_alone_is_let_through() {
        let lines = &["app: winapi @ cfg(target_os = \"windows\"), log", "winapi: tables", "tables:", "log:"];
        assert!(shares(lines, BOTH));
        assert!(shares(lines, &["linux", "linux"]));
        // A triple is compared by name.
        assert!(shares(&["app: winapi @ windows", "winapi:"], BOTH));
    }

    #[test]
    fn a_package_that_both_take_must_be_asked_for_by_the_same() {
        let plain_and_limited = &["app: d, d @ cfg(target_os = \"windows\")", "d:"];
        assert!(!shares(plain_and_limited, BOTH));
        assert!(shares(plain_and_limited, &["linux", "macos"]));
        assert!(!shares(&["app: winapi @ cfg(target_os = \"windows\"), log", "winapi: log", "log:"], BOTH));
        assert!(!shares(&["app: d @ cfg(target_os = \"windows\"), d @ cfg(target_os = \"linux\")", "d:"], BOTH));
        // `deep` differs by `d` alone.
        assert!(!shares(&["app: d, d @ cfg(target_os = \"windows\")", "d: deep", "deep:"], BOTH));
    }

    #[test]
    fn a_dependency_that_neither_alone_would_take_counts() {
        // `w` is built for windows alone, and what it wants of `d` on Linux is nobody's; cargo takes it all the same.
        let lines = &["app: w @ cfg(target_os = \"windows\")", "w: d, d @ cfg(target_os = \"linux\")", "d:"];
        assert!(!shares(lines, BOTH));
        assert!(shares(lines, &["windows", "macos"]));
    }

    #[test]
    fn what_the_host_builds_counts_as_well() {
        let lines = &["app: w @ cfg(target_os = \"windows\"), h build", "w: h build", "h:"];
        assert!(!shares(lines, BOTH), "`h` may get features by `w`");
        // The host's own platform is the same whatever the target is.
        assert!(shares(
            &["app: h build @ cfg(target_os = \"windows\")", "h: x @ cfg(target_os = \"linux\")", "x:"],
            BOTH
        ));
        // The same crate for the target is another one.
        assert!(shares(&["app: w @ cfg(target_os = \"windows\"), h build", "w: h", "h:"], BOTH));
        assert!(!shares(&["app: w @ cfg(target_os = \"windows\"), m", "w: m", "m!: s", "s:"], BOTH));
        assert!(shares(&["app: w @ cfg(target_os = \"windows\"), s", "w: m", "m!: s", "s:"], BOTH));
    }

    #[test]
    fn a_package_that_is_not_in_the_graph_proves_nothing() {
        assert!(!shares(&["other:"], BOTH));
    }
}
