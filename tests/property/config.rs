//! What must hold for every config file, not only for those that somebody thought of.

mod checks;
mod counts;
mod generate;
mod load;
mod near;
mod wanted;
mod words;

use crosskit_core::config::{self, SyncError};
use crosskit_core::resolve::Problem;
use generate::{Sample, loadable, marked, plain};
use proptest::prelude::*;
use proptest::sample::Index;
use wanted::wanted;
use words::soup;

proptest! {
    #![proptest_config(crate::settings())]

    #[test]
    fn sync_adds_its_keys_and_remove_gives_back_the_bytes(sample in plain()) {
        let Sample { text, wanted, .. } = &sample;
        let outcome = checks::synced(text, wanted);
        prop_assert_eq!(outcome.changes.is_empty(), &outcome.text == text);
        checks::only_adds(text, &outcome.text);
        checks::same_values_but_for(text, &outcome);
        prop_assert_eq!(checks::comments(&outcome.text), checks::comments(text));
        prop_assert_eq!(outcome.text.starts_with('\u{feff}'), text.starts_with('\u{feff}'));
        let plain_line_ends = |text: &str| text.replace("\r\n", "").matches('\n').count();
        if text.contains("\r\n") && plain_line_ends(text) == 0 {
            prop_assert_eq!(plain_line_ends(&outcome.text), 0);
        }

        let back = checks::removed(&outcome.text);
        prop_assert_eq!(&back.text, text);
        prop_assert_eq!(back.changes.len(), outcome.changes.len());
    }

    #[test]
    fn targets_come_and_go_one_at_a_time(sample in plain(), cut in any::<Index>()) {
        let Sample { text, wanted, .. } = &sample;
        let (first, second) = wanted.split_at(cut.index(wanted.len() + 1));
        let one = checks::synced(text, first).text;
        let both = checks::synced(&one, second);
        let of_first = |path: &[String]| first.iter().any(|key| key.path == path);
        let rest = config::remove_where(&both.text, of_first).unwrap_or_else(|error| panic!("{error}"));
        let document = checks::parsed(&rest.text);
        for change in &both.changes {
            prop_assert!(document.is_marked(&change.path));
        }
        let only_second = config::remove_where(&both.text, |path| !of_first(path)).unwrap_or_else(|error| panic!("{error}"));
        let foreign_keys = |text: &str| checks::foreign_keys(&checks::parsed(text));
        prop_assert_eq!(foreign_keys(text), foreign_keys(&only_second.text));
        prop_assert_eq!(&checks::removed(&rest.text).text, text);
    }

    #[test]
    fn foreign_keys_survive_beside_marked_ones(sample in marked()) {
        let before = checks::parsed(&sample.text);
        checks::values_stand_where_the_document_says(&before);
        let outcome = checks::synced(&sample.text, &sample.wanted);
        prop_assert_eq!(checks::foreign_keys(&checks::parsed(&outcome.text)), checks::foreign_keys(&before));

        let removed = checks::removed(&outcome.text);
        let after = checks::parsed(&removed.text);
        prop_assert_eq!(checks::foreign_keys(&after), checks::foreign_keys(&before));
        prop_assert_eq!(after.entries().filter(|entry| entry.marked).count(), 0);
        prop_assert_eq!(checks::removed(&removed.text).text, removed.text);
    }

    #[test]
    fn no_text_panics(text in prop_oneof![soup(), any::<String>()], wanted in wanted(), other in soup()) {
        match config::sync(&text, &wanted.keys) {
            Ok(outcome) => {
                prop_assert!(outcome.text.parse::<toml::Table>().is_ok());
                prop_assert!(config::remove(&outcome.text).is_ok());
            }
            Err(SyncError::Parse(error)) => {
                prop_assert!(error.position.line <= text.split('\n').count());
                prop_assert!(text.parse::<toml::Table>().is_err());
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
        let problems = load::two_files(&text, &other).problems;
        for (file, text) in [(load::NEAR, &text), (load::FAR, &other)] {
            let is_told = problems.iter().any(|it| matches!(it, Problem::NotToml { file: told, .. } if told == file));
            prop_assert_eq!(is_told, config::parse(text).is_err(), "{}", file);
        }
    }

    #[test]
    fn a_file_merges_with_itself_and_with_what_sync_makes_of_it(sample in loadable()) {
        let Sample { text, wanted, .. } = &sample;
        let (once, twice) = (load::two_files(text, ""), load::two_files(text, text));
        prop_assert_eq!(&twice.problems, &[]);
        prop_assert!(load::same_but_for_longer_arrays(&once.merged, &twice.merged));
        prop_assert_eq!(load::two_files(&checks::synced(text, wanted).text, text).problems, &[]);
    }
}
