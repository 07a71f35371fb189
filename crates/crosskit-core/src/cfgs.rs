//! Whether a `cfg(…)` of a manifest or of a Cargo config holds for a target.

use cfg_expr::targets::get_builtin_target_by_triple;
use cfg_expr::{Expression, Predicate};

/// Whether `platform`, a triple or a `cfg(…)` expression, selects the target `triple`.
///
/// Features, `test` and cfgs set by flags never hold, as in Cargo; a malformed expression never holds either, also as
/// in Cargo. For a triple that cfg-expr does not know, every well-formed expression holds: it is safer to check one
/// tool too many than to miss one.
/// Source: Cargo reference, "Platform specific dependencies" and "Configuration", `target.<cfg>`.
pub fn platform_matches(platform: &str, triple: &str) -> bool {
    let platform = platform.trim();
    if !(platform.starts_with("cfg(") && platform.ends_with(')')) {
        return platform == triple;
    }
    let Ok(expression) = Expression::parse(platform) else { return false };
    let Some(target) = get_builtin_target_by_triple(triple) else { return true };
    expression.eval(|predicate| match predicate {
        Predicate::Target(target_predicate) => target_predicate.matches(target),
        // cfg-expr reads the words `true` and `false` as flags; they are literals since Rust 1.88.
        Predicate::Flag(name) => *name == "true",
        // Always on for Cargo, whatever the profile (cargo book, `target.<cfg>`).
        Predicate::DebugAssertions => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::platform_matches;

    #[test]
    fn expressions_and_triples_select_their_targets() {
        let musl = "aarch64-unknown-linux-musl";
        let gnu = "aarch64-unknown-linux-gnu";
        assert!(platform_matches("cfg(not(target_env = \"musl\"))", gnu));
        assert!(!platform_matches("cfg(not(target_env = \"musl\"))", musl));
        assert!(platform_matches("cfg(unix)", gnu));
        assert!(!platform_matches("cfg(windows)", gnu));
        assert!(platform_matches(gnu, gnu));
        assert!(!platform_matches(gnu, musl));
        assert!(platform_matches("cfg(true)", gnu));
        assert!(!platform_matches("cfg(false)", gnu));
    }

    #[test]
    fn what_cargo_never_matches_does_not_match() {
        for platform in ["cfg(feature = \"x\")", "cfg(test)", "cfg(unix", "cfg(foo(unix))", ""] {
            assert!(!platform_matches(platform, "aarch64-unknown-linux-gnu"), "{platform}");
        }
    }
}
