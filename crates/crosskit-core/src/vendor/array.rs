//! Adds strings to an array of TOML, and takes them out again, without a change of what stands around them.

use std::ops::Range;

use crate::config::{Splices, line_end, line_start, quoted, spanned};
use toml::de::DeValue;

/// An array in a text, and its elements.
pub(super) struct Array<'a> {
    text: &'a str,
    span: Range<usize>,
    elements: Vec<(Range<usize>, Option<String>)>,
}

impl<'a> Array<'a> {
    /// The array at a path; `None` if there is none.
    pub(super) fn at(text: &'a str, path: &[&str]) -> Option<Array<'a>> {
        let root = spanned(text).ok()?;
        let (last, above) = path.split_last()?;
        let mut table = root.get_ref();
        for name in above {
            table = table.get(*name)?.get_ref().as_table()?;
        }
        let value = table.get(*last)?;
        let DeValue::Array(items) = value.get_ref() else { return None };
        let element = |item: &toml::Spanned<DeValue<'_>>| (item.span(), item.get_ref().as_str().map(str::to_owned));
        Some(Array { text, span: value.span(), elements: items.iter().map(element).collect() })
    }

    /// The strings in it.
    pub(super) fn strings(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().filter_map(|(_, value)| value.as_deref())
    }

    /// Adds strings at the end, in the way in which the others stand: one below the other or side by side.
    pub(super) fn add(&self, strings: &[String], end: &str, splices: &mut Splices) {
        if strings.is_empty() {
            return;
        }
        let quoted: Vec<String> = strings.iter().map(|it| quoted(it)).collect();
        let open = self.span.start + 1;
        let Some((last, _)) = self.elements.last() else {
            splices.insert(open, quoted.join(", "));
            return;
        };
        let comma = self.comma_behind(last.end);
        let indent = self.indent_of(last.start);
        let Some(indent) = indent else {
            let list = quoted.join(", ");
            match comma {
                Some(comma) => splices.insert(comma + 1, format!(" {list},")),
                None => splices.insert(last.end, format!(", {list}")),
            }
            return;
        };
        let below: String = quoted.iter().map(|it| format!("{indent}{it},{end}")).collect();
        let behind = comma.map_or(last.end, |comma| comma + 1);
        if comma.is_none() {
            splices.insert(last.end, ",");
        }
        let line = line_end(self.text, behind);
        if line < self.span.end {
            splices.insert(line, below);
        } else {
            // The bracket closes on the line of the last element.
            splices.insert(behind, format!("{end}{}", below.trim_end_matches([',', '\r', '\n'])));
        }
    }

    /// Puts strings before the first element.
    pub(super) fn put_first(&self, strings: &[String], splices: &mut Splices) {
        if strings.is_empty() {
            // An edit that adds nothing would still overlap with one that takes the array away.
            return;
        }
        let list: String = strings.iter().map(|it| format!("{}, ", quoted(it))).collect();
        let at = self.elements.first().map_or(self.span.start + 1, |(span, _)| span.start);
        splices.insert(at, list);
    }

    /// Takes every element out that is this string.
    pub(super) fn take_out(&self, string: &str, splices: &mut Splices) {
        for (at, (span, value)) in self.elements.iter().enumerate() {
            if value.as_deref() != Some(string) {
                continue;
            }
            let comma = self.comma_behind(span.end);
            let end = comma.map_or(span.end, |comma| comma + 1);
            let line = line_start(self.text, span.start)..line_end(self.text, end);
            let before = self.text.get(line.start..span.start).unwrap_or_default();
            let behind = self.text.get(end..line.end).unwrap_or_default().trim();
            let alone = before.trim().is_empty() && (behind.is_empty() || behind.starts_with('#'));
            if alone && line.start > self.span.start && line.end < self.span.end {
                splices.replace(line, "");
            } else if let Some((previous, _)) = at.checked_sub(1).and_then(|at| self.elements.get(at)) {
                // The comma before it goes, and one behind it stays for what comes next.
                splices.replace(previous.end..span.end, "");
            } else {
                let blanks = self.text.get(end..).unwrap_or_default();
                let blanks = blanks.len() - blanks.trim_start_matches([' ', '\t']).len();
                splices.replace(span.start..end + blanks, "");
            }
        }
    }

    /// Whether nothing is in it but what is given.
    pub(super) fn holds_only(&self, strings: &[String]) -> bool {
        self.elements.iter().all(|(_, value)| value.as_ref().is_some_and(|it| strings.contains(it)))
    }

    /// The comma that follows an element.
    fn comma_behind(&self, end: usize) -> Option<usize> {
        let rest = self.text.get(end..self.span.end)?;
        let mut comment = false;
        for (at, c) in rest.char_indices() {
            match c {
                '\n' => comment = false,
                _ if comment => {}
                '#' => comment = true,
                ',' => return Some(end + at),
                ' ' | '\t' | '\r' => {}
                _ => return None,
            }
        }
        None
    }

    /// What stands before an element that is the first on its line, if the array began on a line above.
    fn indent_of(&self, start: usize) -> Option<&'a str> {
        let line = line_start(self.text, start);
        let before = self.text.get(line..start)?;
        (line > self.span.start && before.trim().is_empty()).then_some(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(text: &str, edit: impl Fn(&Array, &mut Splices)) -> String {
        let array = Array::at(text, &["w", "m"]).expect("the array is there");
        let mut splices = Splices::default();
        edit(&array, &mut splices);
        splices.apply(text).expect("the edits do not overlap")
    }

    #[test]
    fn what_is_added_stands_as_the_others_do_and_goes_again() {
        for (before, after) in [
            ("[w]\nm = []\n", "[w]\nm = [\"x\"]\n"),
            ("[w]\nm = [\"a\"] # a\n", "[w]\nm = [\"a\", \"x\"] # a\n"),
            ("[w]\nm = [ \"a\" , \"b\" , ]\n", "[w]\nm = [ \"a\" , \"b\" , \"x\", ]\n"),
            ("[w]\nm = [\n  \"a\", # first\n]\n", "[w]\nm = [\n  \"a\", # first\n  \"x\",\n]\n"),
            ("[w]\nm = [\n\t'a' # it, last\n]\n", "[w]\nm = [\n\t'a', # it, last\n\t\"x\",\n]\n"),
            ("[w]\nm = [\n  \"a\",\n  \"b\"]\n", "[w]\nm = [\n  \"a\",\n  \"b\",\n  \"x\"]\n"),
            ("[w]\r\nm = [\r\n  \"a\",\r\n]\r\n", "[w]\r\nm = [\r\n  \"a\",\r\n  \"x\",\r\n]\r\n"),
            ("w = { m = [\"a\"], n = 1 }\n", "w = { m = [\"a\", \"x\"], n = 1 }\n"),
            ("w.m = [\"a\", \"b\"]", "w.m = [\"a\", \"b\", \"x\"]"),
        ] {
            let end = if before.contains('\r') { "\r\n" } else { "\n" };
            assert_eq!(edit(before, |array, splices| array.add(&["x".to_owned()], end, splices)), after);
            let out = edit(after, |array, splices| array.take_out("x", splices));
            // A comma that was added behind the last one may stay.
            let rest = |text: &str| text.replace(['\'', ',', ' '], "");
            assert_eq!(rest(&out), rest(before), "{after}");
            assert!(out.parse::<toml::Table>().is_ok(), "{out}");
        }
    }

    #[test]
    fn the_first_and_the_middle_go_as_well() {
        for (before, after) in [
            ("w.m = [\"x\", \"b\"]", "w.m = [\"b\"]"),
            ("w.m = [\"a\", \"x\", \"b\"]", "w.m = [\"a\", \"b\"]"),
            ("w.m = [\"x\"]", "w.m = []"),
            ("w.m = [\n \"x\", # why\n \"b\",\n]", "w.m = [\n \"b\",\n]"),
        ] {
            assert_eq!(edit(before, |array, splices| array.take_out("x", splices)), after);
        }
    }
}
