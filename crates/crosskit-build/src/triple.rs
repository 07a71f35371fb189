//! Target triples: what their words mean, how they are spelled in variables, and the nearest known name.

/// The architecture of a triple: everything before the first `-`.
pub fn arch(triple: &str) -> &str {
    triple.split('-').next().unwrap_or(triple)
}

/// The triple as it stands in Cargo's environment variables: `AARCH64_UNKNOWN_LINUX_GNU`.
///
/// Dots become underscores as well (`CARGO_TARGET_THUMBV8M_MAIN_NONE_EABI_RUNNER`).
/// Source: Cargo reference, "Environment variables".
pub fn env_upper(triple: &str) -> String {
    env_lower(triple).to_uppercase()
}

/// The triple as it stands in the suffixed variables of the cc crate: `CC_aarch64_unknown_linux_gnu`.
pub fn env_lower(triple: &str) -> String {
    triple.replace(['-', '.'], "_")
}

/// The `count` names nearest to `name`, the nearest first; names that have little to do with it are left out.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let mut scored: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|candidate| {
            let distance = edit_distance(&wanted, &candidate.to_lowercase());
            // A third of the letters may be wrong: the rule that Cargo applies to command names.
            let limit = wanted.chars().count().max(3) / 3;
            if distance <= limit {
                Some((distance, candidate))
            } else if wanted.len() >= 3 && candidate.starts_with(wanted.as_str()) {
                Some((limit + 1, candidate))
            } else {
                None
            }
        })
        .collect();
    scored.sort();
    scored.dedup_by_key(|(_, candidate)| *candidate);
    scored.into_iter().take(count).map(|(_, candidate)| candidate).collect()
}

/// The least number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
pub fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_spell_triples_with_underscores() {
        assert_eq!(env_upper("thumbv8m.main-none-eabi"), "THUMBV8M_MAIN_NONE_EABI");
        assert_eq!(env_lower("aarch64-unknown-linux-gnu"), "aarch64_unknown_linux_gnu");
    }

    #[test]
    fn swapped_neighbours_cost_one() {
        assert_eq!(edit_distance("aarhc64", "aarch64"), 1);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("same", "same"), 0);
    }

    #[test]
    fn nearest_names_come_first_and_strangers_stay_out() {
        let known = ["aarch64", "armv7", "riscv64", "s390x", "aarch64-musl"];
        assert_eq!(nearest("aarc64", known, 3), ["aarch64"]);
        assert_eq!(nearest("aar", known, 3), ["aarch64", "aarch64-musl"]);
        assert!(nearest("sparc", known, 3).is_empty());
    }
}
