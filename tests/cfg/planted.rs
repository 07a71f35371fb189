//! Evaluators with one mistake each. The comparison has to find every one of them, or it could not find one of ours.

use crate::oracle::{Said, Verdict, differences, ours};

/// Mistakes in reading: `from` is read as if `to` stood there.
const READ: &[(&str, &str, &str)] = &[
    ("`all` is read as `any`", "all(", "any("),
    ("`any` is read as `all`", "any(", "all("),
    ("`not` is passed over", "not(", "all("),
    ("an empty `any` holds", "any()", "all()"),
    ("an empty `all` is refused", "all()", "all(,)"),
    ("a comma at the end is refused", ",)", ",,)"),
    ("a comma may stand for nothing", ",,", ","),
    ("a tab is white space", "\t", " "),
    ("a line break is white space", "\n", " "),
    ("a blank may stand before the parenthesis", "cfg (", "cfg("),
    ("`r#` is taken off before operators are known", "r#", ""),
    ("`r#` is not known", "r#", "#"),
    ("`r#true` is a name", "r#true", "r#true_"),
    ("`true` is a name", "true", "true_"),
    ("a single quote is a quote", "'", "\""),
    ("a string has escapes", "\\\"", ""),
    ("a name may be Unicode", "é", "e"),
    ("a key may have no value", "= )", "= \"\")"),
    ("a bare key is refused", "target_os)", "target_os=)"),
    ("an unknown key is refused", "target_colour", "target.colour"),
];

/// Mistakes in evaluating: a name or a key that holds on every target when nothing else is asked for.
const HELD: &[&str] = &["feature", "test", "proc_macro", "debug_assertions", "target_has_atomic", "target_feature"];

fn trimmed(text: &str) -> Verdict {
    ours(text.trim())
}

fn closed(text: &str) -> Verdict {
    if text.ends_with(')') { ours(text) } else { ours(&format!("{text})")) }
}

fn without_case(text: &str) -> Verdict {
    ours(&text.to_lowercase())
}

fn negation_forgotten(text: &str) -> Verdict {
    let mut said = ours(text)?;
    said.predicates.iter_mut().for_each(|(_, _, negated)| *negated = false);
    Some(said)
}

fn wrong_on_the_last_target(text: &str) -> Verdict {
    let mut said = ours(text)?;
    if let Some(holds) = said.holds.last_mut() {
        *holds = true;
    }
    Some(said)
}

fn holding(name: &str, text: &str) -> Verdict {
    let said = ours(text)?;
    let alone = matches!(said.predicates.as_slice(), [(it, _, false)] if it == name);
    Some(Said { holds: said.holds.iter().map(|holds| *holds || alone).collect(), ..said })
}

#[test]
fn the_comparison_finds_every_planted_mistake() {
    let mut found: Vec<(String, usize)> = Vec::new();
    for (mistake, from, to) in READ {
        found.push(((*mistake).to_owned(), differences(|text| ours(&text.replace(from, to))).count()));
    }
    for name in HELD {
        found.push((format!("`{name}` always holds"), differences(|text| holding(name, text)).count()));
    }
    found.extend([
        ("blanks around are taken off".to_owned(), differences(trimmed).count()),
        ("the parenthesis at the end may be missing".to_owned(), differences(closed).count()),
        ("everything is compared without case".to_owned(), differences(without_case).count()),
        ("nothing is known to be negated".to_owned(), differences(negation_forgotten).count()),
        ("on the last target everything holds".to_owned(), differences(wrong_on_the_last_target).count()),
    ]);
    for (mistake, count) in &found {
        println!("{count:>6} differences: {mistake}");
    }
    let missed: Vec<&String> = found.iter().filter(|(_, count)| *count == 0).map(|(mistake, _)| mistake).collect();
    assert!(missed.is_empty(), "the comparison did not find: {missed:?}");
    assert_eq!(differences(ours).count(), 0, "without a mistake there is nothing to find");
}
