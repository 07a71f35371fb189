//! A line diff for failed expectations: small inputs, so the table of common subsequences is computed whole.

/// Unchanged lines that are shown before and after a change.
const CONTEXT: usize = 3;

/// What differs, as lines that begin with `-` (expected), `+` (actual) or a blank; empty if nothing does.
pub fn lines(expected: &str, actual: &str) -> String {
    let before: Vec<&str> = expected.lines().collect();
    let after: Vec<&str> = actual.lines().collect();
    let marked = marked_lines(&before, &after);
    let near = |at: usize| {
        let from = at.saturating_sub(CONTEXT);
        marked[from..(at + CONTEXT + 1).min(marked.len())].iter().any(|(mark, _)| *mark != ' ')
    };
    let mut text = String::new();
    let mut skipped = false;
    for (at, (mark, line)) in marked.iter().enumerate() {
        if near(at) {
            if skipped {
                text.push_str("  ...\n");
            }
            skipped = false;
            text.push_str(&format!("{mark} {line}\n"));
        } else {
            skipped = true;
        }
    }
    text
}

fn marked_lines<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<(char, &'a str)> {
    // common[i][j]: how many lines before[i..] and after[j..] have in common, in order.
    let mut common = vec![vec![0_usize; after.len() + 1]; before.len() + 1];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            common[i][j] =
                if before[i] == after[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut marked = Vec::new();
    while i < before.len() || j < after.len() {
        if i < before.len() && j < after.len() && before[i] == after[j] {
            marked.push((' ', before[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == after.len() || (i < before.len() && common[i + 1][j] >= common[i][j + 1]) {
            marked.push(('-', before[i]));
            i += 1;
        } else {
            marked.push(('+', after[j]));
            j += 1;
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_stand_in_their_context() {
        assert_eq!(lines("a\nb\nc\n", "a\nx\nc\n"), "  a\n- b\n+ x\n  c\n");
        assert_eq!(lines("a\n", "a\n"), "");
        let long = "1\n2\n3\n4\n5\n6\n";
        assert_eq!(lines(long, &format!("{long}7\n")), "  ...\n  4\n  5\n  6\n+ 7\n");
    }
}
