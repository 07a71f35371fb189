//! The pages of the codes: what happens, why, what to do, an example. Each is a file of its own in `pages/`.

use crate::finding::Code;

macro_rules! pages {
    ($($code:literal)*) => {
        &[$(include_str!(concat!("../pages/", $code, ".md")),)*]
    };
}

/// In the order of [`Code::ALL`].
const PAGES: &[&str] = pages!(
    "X001" "X002" "X003" "X004" "X005" "X006" "X007"
    "X010" "X011" "X012" "X013" "X014" "X015" "X016" "X017" "X018" "X019"
    "X020" "X021" "X022" "X023" "X024" "X025" "X026" "X027" "X028" "X029"
    "X030" "X031" "X032" "X033" "X034" "X035" "X036" "X037" "X038"
    "X040" "X041" "X042" "X043" "X044" "X045" "X046" "X047" "X048" "X049"
    "X050" "X051" "X052" "X053" "X054" "X055" "X056" "X057" "X058" "X059"
    "X060" "X061" "X062" "X063" "X064" "X065" "X066" "X067" "X068" "X069"
    "X070" "X071" "X072" "X073" "X074" "X075" "X076" "X077"
    "X080" "X081" "X082" "X083" "X084"
    "X090" "X091" "X092" "X093" "X094"
    "X100" "X101" "X102" "X103" "X104" "X105" "X106"
    "X110" "X111" "X112" "X113" "X114" "X115" "X116" "X117"
    "X118" "X119"
);

// A code without a page, or with the page of another one, does not compile.
const _: () = {
    assert!(PAGES.len() == Code::ALL.len(), "every code has one page");
    let mut at = 0;
    while at < PAGES.len() {
        assert!(number(PAGES[at]) == Code::ALL[at] as u16, "the pages stand in the order of the codes");
        at += 1;
    }
};

/// The number that a page begins with.
const fn number(page: &str) -> u16 {
    match page.as_bytes() {
        [b'X', a, b, c, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit() => {
            (*a - b'0') as u16 * 100 + (*b - b'0') as u16 * 10 + (*c - b'0') as u16
        }
        _ => 0,
    }
}

/// The page of a code, as it is printed.
pub fn page(code: Code) -> &'static str {
    // The assertions above hold that each code has one, so that nothing is left to be empty.
    Code::ALL.iter().zip(PAGES).find(|(own, _)| **own == code).map_or("", |(_, page)| page)
}

/// The code that a name means: `X012`, also `x012`, `X12` or `x12`.
pub fn code(name: &str) -> Option<Code> {
    let digits = name.strip_prefix(['X', 'x'])?;
    // `parse` would take a sign as well.
    let number: u16 =
        if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok()? } else { return None };
    Code::ALL.iter().copied().find(|code| *code as u16 == number)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SECTIONS: [&str; 4] = ["What happens", "Why", "What to do", "Example"];

    fn all() -> impl Iterator<Item = (Code, &'static str)> {
        Code::ALL.iter().map(|code| (*code, page(*code)))
    }

    #[test]
    fn every_page_begins_with_its_code_and_a_title() {
        for (code, page) in all() {
            let mut lines = page.lines();
            let title = lines.next().and_then(|line| line.strip_prefix(&format!("{code}: "))).unwrap_or_default();
            let lowercase = title.chars().next().is_some_and(|first| !first.is_uppercase());
            assert!(lowercase && !title.ends_with('.'), "{code}: the title is `{title}`");
            assert_eq!(lines.next(), Some(""), "{code}: an empty line follows the title");
        }
    }

    #[test]
    fn every_page_has_the_four_sections_in_order_and_words_in_each() {
        for (code, page) in all() {
            let body = page.lines().skip(2);
            let headings: Vec<&str> = body.clone().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
            assert_eq!(headings, SECTIONS, "{code}");
            let empty = body
                .clone()
                .zip(body.skip(1))
                .find(|(line, next)| SECTIONS.contains(line) && (next.trim().is_empty() || !next.starts_with("    ")));
            assert_eq!(empty, None, "{code}: a section begins with its words");
        }
    }

    #[test]
    fn pages_fit_a_terminal() {
        for (code, page) in all() {
            let lines = page.lines().count();
            assert!((12..=30).contains(&lines), "{code} has {lines} lines");
            assert!(page.ends_with('\n') && !page.ends_with("\n\n"), "{code} ends with one newline");
            assert!(!page.contains(['\t', '\r']), "{code} holds a tab or a carriage return");
            for line in page.lines() {
                assert!(line.chars().count() <= 100, "{code}: over 100 columns: {line}");
                assert_eq!(line, line.trim_end(), "{code}: blanks at the end");
                let indent = line.len() - line.trim_start().len();
                assert!(matches!(indent, 0 | 4 | 8..), "{code}: indented by {indent}: {line}");
            }
        }
    }

    /// Every three words in a row of the prose: commands and output may well stand on two pages, and where lines break
    /// says nothing.
    fn triples(page: &str) -> BTreeSet<[&str; 3]> {
        let prose = page.lines().filter(|line| line.starts_with("    ") && !line.starts_with("     "));
        let words: Vec<&str> = prose.flat_map(str::split_whitespace).collect();
        words.windows(3).filter_map(|three| three.try_into().ok()).collect()
    }

    #[test]
    fn no_page_is_nearly_another() {
        let pages: Vec<(Code, BTreeSet<[&str; 3]>)> = all().map(|(code, page)| (code, triples(page))).collect();
        for (at, (code, own)) in pages.iter().enumerate() {
            assert!(own.len() >= 60, "{code} has few words");
            for (other, theirs) in pages.iter().skip(at + 1) {
                let same = own.intersection(theirs).count();
                assert!(same * 5 < own.len().min(theirs.len()), "{code} and {other} share {same} of {}", own.len());
            }
        }
        let titles = all().filter_map(|(_, page)| page.lines().next()?.split_once(": "));
        let titles: BTreeSet<&str> = titles.map(|(_, title)| title).collect();
        assert_eq!(titles.len(), Code::ALL.len(), "two pages have one title");
    }

    /// A page that sends the reader to another one names a code that exists.
    #[test]
    fn codes_that_pages_name_exist() {
        let mut named = 0;
        for (own, page) in all() {
            let words = page.split(|c: char| !c.is_ascii_alphanumeric());
            for word in words.filter(|word| word.len() == 4 && word.starts_with('X')) {
                named += 1;
                assert!(code(word).is_some(), "{own} names {word}");
            }
        }
        assert!(named > Code::ALL.len(), "pages name codes");
    }

    #[test]
    fn names_are_generous_but_exact() {
        for name in ["X012", "x012", "X12", "x12", "X0012"] {
            assert_eq!(code(name), Some(Code::LinkerMissing), "{name}");
        }
        for name in [
            "12",
            "012",
            "",
            "X",
            "x",
            "X0",
            "X000",
            "X999",
            "X+12",
            "X-12",
            "X 12",
            " X12",
            "X12 ",
            "XX12",
            "X1٢",
            "X65548",
            "X4294967308",
        ] {
            assert_eq!(code(name), None, "{name}");
        }
        for known in Code::ALL {
            assert_eq!(code(&known.to_string()), Some(*known));
        }
    }
}
