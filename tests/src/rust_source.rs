//! Just enough of Rust's syntax to hold source files against rules: no parser, and so no dependency on one.

use std::collections::BTreeSet;

/// A line of code with its number, from 1.
pub type Line<'a> = (usize, &'a str);

/// The lines that end up in the program: no comments, and nothing from the unit tests at the end of a file on.
pub fn code_lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut numbered = text.lines().enumerate().peekable();
    while let Some((at, line)) = numbered.next() {
        let next = numbered.peek().map_or("", |(_, next)| next.trim_start());
        if line.trim() == "#[cfg(test)]" && next.starts_with("mod ") {
            break;
        }
        if !line.trim_start().starts_with("//") {
            lines.push((at + 1, line));
        }
    }
    lines
}

/// The names that follow a path prefix such as `crate::`, with the line of each: one, or all of a group in braces.
pub fn names_after(lines: &[Line], prefix: &str) -> BTreeSet<(usize, String)> {
    let mut found = BTreeSet::new();
    for (index, (number, line)) in lines.iter().enumerate() {
        for (at, _) in line.match_indices(prefix) {
            // `my_crate::` does not hold `crate::`.
            if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest = &line[at + prefix.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                let following: String = lines[index + 1..].iter().map(|(_, line)| *line).collect();
                found.extend(group_heads(&format!("{group}{following}")).into_iter().map(|name| (*number, name)));
            } else {
                found.insert((*number, first_word(rest)));
            }
        }
    }
    found
}

/// The first word of every item of a group, whose opening brace is already gone.
fn group_heads(text: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut items = vec![String::new()];
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        if depth == 0
            && let Some(item) = items.last_mut()
        {
            item.push(c);
        }
    }
    items.iter().map(|item| first_word(item.trim())).filter(|word| !word.is_empty()).collect()
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, prefix: &str) -> Vec<String> {
        names_after(&code_lines(text), prefix).into_iter().map(|(line, name)| format!("{line} {name}")).collect()
    }

    #[test]
    fn single_paths_groups_and_paths_in_code() {
        let text =
            "use crate::a::B;\n// crate::no\nuse crate::{\n    b::{C, d},\n    e as f,\n};\nlet x = crate::g();\n";
        assert_eq!(names(text, "crate::"), ["1 a", "3 b", "3 e", "7 g"]);
        assert_eq!(names("use my_crate::x;\n", "crate::"), Vec::<String>::new());
    }

    #[test]
    fn unit_tests_do_not_count() {
        assert_eq!(names("use crate::a;\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}\n", "crate::"), ["1 a"]);
    }
}
