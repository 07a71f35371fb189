//! Findings of many targets, with those of one kind together.

use crate::finding::{Code, Finding, Severity};
use crate::pages;

/// How many findings of one code are told one by one.
const FEW: usize = 3;

/// Findings in the order in which they are told, each with the target that it is about, if it is about one: where there are
/// many of one code, they become one.
pub fn condensed<'a>(findings: impl IntoIterator<Item = (Option<&'a str>, &'a Finding)>) -> Vec<Finding> {
    let findings: Vec<(Option<&str>, &Finding)> = findings.into_iter().collect();
    let mut told: Vec<Code> = Vec::new();
    let mut condensed = Vec::new();
    for (_, finding) in &findings {
        let alike: Vec<&(Option<&str>, &Finding)> = findings.iter().filter(|(_, it)| it.code == finding.code).collect();
        if alike.len() <= FEW {
            condensed.push((*finding).clone());
        } else if !told.contains(&finding.code) {
            told.push(finding.code);
            condensed.push(together(finding.code, &alike));
        }
    }
    condensed
}

fn together(code: Code, alike: &[&(Option<&str>, &Finding)]) -> Finding {
    let title = pages::page(code).lines().next().unwrap_or_default();
    let title = title.split_once(": ").map_or(title, |(_, title)| title);
    let mut triples: Vec<&str> = alike.iter().filter_map(|(triple, _)| *triple).collect();
    triples.dedup();
    let severity = alike.iter().map(|(_, it)| it.severity).min().unwrap_or(Severity::Note);
    let finding = if triples.is_empty() {
        let finding = Finding { severity, ..Finding::error(code, format!("{title}: {} findings", alike.len())) };
        alike.iter().fold(finding, |it, (_, alike)| it.note(alike.message.clone()))
    } else {
        let finding = Finding::error(code, format!("{title}: {} targets", triples.len()));
        Finding { severity, ..finding }
            .note(triples.join(", "))
            .hint("what to paste for one: `cargo xtask cross doctor TARGET`")
    };
    finding.hint(format!("what it means: `cargo xtask cross explain {code}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_of_one_code_are_told_together() {
        let missing = |triple: &str| Finding::warning(Code::RustStdMissing, format!("rust-std for `{triple}`"));
        let triples = ["a", "b", "c", "d"];
        let own: Vec<Finding> = triples.iter().map(|triple| missing(triple)).collect();
        let other = Finding::note_only(Code::Emulation, "another");
        let findings = |count: usize| {
            let own = triples.iter().zip(&own).take(count).map(|(triple, it)| (Some(*triple), it));
            condensed(own.chain([(None, &other)]))
        };
        assert_eq!(findings(3).len(), 4);
        let together = findings(4);
        assert_eq!(together.len(), 2);
        assert_eq!(together[0].message, "the standard library of the target is not installed: 4 targets");
        assert_eq!(
            (together[0].severity, together[0].notes.as_slice()),
            (Severity::Warning, ["a, b, c, d".to_owned()].as_slice())
        );
        assert_eq!(together[1], other);
    }
}
