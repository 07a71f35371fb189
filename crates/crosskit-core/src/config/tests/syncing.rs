use super::*;

#[test]
fn adds_where_the_key_belongs() {
    let both = [linker(), key(&["target", "T", "runner"], "run")];
    let cases: &[(&str, &[WantedKey], &str)] = &[
        // An empty file, with and without a byte order mark.
        ("", &both, "[target.T] # crosskit\nlinker = \"ld\" # crosskit\nrunner = \"run\" # crosskit\n"),
        ("\u{feff}", &[linker()], "\u{feff}[target.T] # crosskit\nlinker = \"ld\" # crosskit\n"),
        // A blank line before an added section, unless there is one.
        ("a = 1\n", &[linker()], "a = 1\n\n[target.T] # crosskit\nlinker = \"ld\" # crosskit\n"),
        ("# only words\n", &[linker()], "# only words\n\n[target.T] # crosskit\nlinker = \"ld\" # crosskit\n"),
        (
            "a = 1\n\n",
            &[linker()],
            "a = 1\n\n[target.T] # crosskit: keep the blank line above\nlinker = \"ld\" # crosskit\n",
        ),
        (
            "a = 1\n \t\n",
            &[linker()],
            "a = 1\n \t\n[target.T] # crosskit: keep the blank line above\nlinker = \"ld\" # crosskit\n",
        ),
        ("\n", &[linker()], "\n[target.T] # crosskit: keep the blank line above\nlinker = \"ld\" # crosskit\n"),
        // A missing last line end stays missing.
        ("a = 1", &[linker()], "a = 1\n\n[target.T] # crosskit\nlinker = \"ld\" # crosskit"),
        ("a = 1\r\nb = 2", &[linker()], "a = 1\r\nb = 2\r\n\r\n[target.T] # crosskit\r\nlinker = \"ld\" # crosskit"),
        ("a = 1\n  ", &[linker()], "a = 1\n  \n\n[target.T] # crosskit\nlinker = \"ld\" # crosskit"),
        ("[target.T]", &both, "[target.T]\nlinker = \"ld\" # crosskit\nrunner = \"run\" # crosskit"),
        // An existing section: behind its last pair, before what trails it.
        (
            "[target.T] # mine\n# about ar\nar = \"ar\" # old\n# end\n\n[env]\nA = \"1\"\n",
            &both,
            "[target.T] # mine\n# about ar\nar = \"ar\" # old\nlinker = \"ld\" # crosskit\nrunner = \"run\" # crosskit\n\
             # end\n\n[env]\nA = \"1\"\n",
        ),
        (
            "[target.T]\n# nothing yet\n\n[env]\n",
            &[linker(), relative()],
            "[target.T]\nlinker = \"ld\" # crosskit\n# nothing yet\n\n[env]\n\
             R = { value = \"run\", relative = true } # crosskit\n",
        ),
        (
            "[target.T]\nrustflags = [ # crosskit\n  \"-g\", # crosskit\n]\n",
            &[linker()],
            "[target.T]\nrustflags = [ # crosskit\n  \"-g\", # crosskit\n]\nlinker = \"ld\" # crosskit\n",
        ),
        (
            "[env]\nA = \"\"\"\n[env]\n# crosskit\n\"\"\"\n",
            &[relative()],
            "[env]\nA = \"\"\"\n[env]\n# crosskit\n\"\"\"\nR = { value = \"run\", relative = true } # crosskit\n",
        ),
        (
            "[ target . \"T\" ]\nx = { a = 1 }\n",
            &[linker()],
            "[ target . \"T\" ]\nx = { a = 1 }\nlinker = \"ld\" # crosskit\n",
        ),
        // Dotted keys: another one behind the last.
        (
            "target.T.ar = \"a\"\nx = 1\n[env]\n",
            &[linker()],
            "target.T.ar = \"a\"\ntarget.T.linker = \"ld\" # crosskit\nx = 1\n[env]\n",
        ),
        (
            "[target]\nT.ar.x = \"a\"\nT.ar.y = 1\nU.z = 1\n",
            &both,
            "[target]\nT.ar.x = \"a\"\nT.ar.y = 1\nT.linker = \"ld\" # crosskit\nT.runner = \"run\" # crosskit\nU.z = 1\n",
        ),
        (
            "target.U.ar = \"a\"",
            &[linker()],
            "target.U.ar = \"a\"\n\n[target.T] # crosskit\nlinker = \"ld\" # crosskit",
        ),
        ("target.T.ar = \"a\"", &[linker()], "target.T.ar = \"a\"\ntarget.T.linker = \"ld\" # crosskit"),
        // A table that only a longer header names gets a header of its own.
        (
            "[target.T.ssl]\nx = 1\n",
            &[linker()],
            "[target.T.ssl]\nx = 1\n\n[target.T] # crosskit\nlinker = \"ld\" # crosskit\n",
        ),
        ("[[x]]\ny = 1\n", &[linker()], "[[x]]\ny = 1\n\n[target.T] # crosskit\nlinker = \"ld\" # crosskit\n"),
        // Keys of the root.
        ("[a]\n", &[key(&["k"], "v")], "k = \"v\" # crosskit\n[a]\n"),
        ("\u{feff}[a]", &[key(&["k"], "v")], "\u{feff}k = \"v\" # crosskit\n[a]"),
        ("a = 1 # x\n# y\n[b]\n", &[key(&["k"], "v")], "a = 1 # x\nk = \"v\" # crosskit\n# y\n[b]\n"),
        // Most line ends decide, and each old one stays.
        (
            "[env]\r\nA = \"1\"\n\r\n",
            &[relative()],
            "[env]\r\nA = \"1\"\nR = { value = \"run\", relative = true } # crosskit\r\n\r\n",
        ),
        (
            "[env]\r\nA = \"1\"\n",
            &[relative()],
            "[env]\r\nA = \"1\"\nR = { value = \"run\", relative = true } # crosskit\n",
        ),
    ];
    for (before, wanted, after) in cases {
        let outcome = synced_and_back(before, wanted);
        assert_eq!(outcome.text, *after, "from {before:?}");
        assert_eq!(outcome.changes.len(), wanted.len());
        assert_eq!(outcome.user_keys, []);
    }
}

#[test]
fn a_triple_with_a_dot_is_never_quoted() {
    let wanted = key(&["target", "thumbv8m", "main-none-eabi", "linker"], "rust-lld");
    let outcome = synced_and_back("[target.\"thumbv8m.main-none-eabi\"]\nlinker = \"ignored\"\n", &[wanted]);
    assert!(
        outcome.text.ends_with("\n[target.thumbv8m.main-none-eabi] # crosskit\nlinker = \"rust-lld\" # crosskit\n")
    );
}

#[test]
fn only_what_cannot_be_bare_is_quoted() {
    let wanted = [key(&["target", "cfg(unix)", "runner"], "r"), key(&["env", "", "ü\"\n"], "r")];
    let outcome = synced_and_back("", &wanted);
    assert_eq!(
        outcome.text,
        "[target.\"cfg(unix)\"] # crosskit\nrunner = \"r\" # crosskit\n\n\
         [env.\"\"] # crosskit\n\"ü\\\"\\n\" = \"r\" # crosskit\n"
    );
}

#[test]
fn strings_round_trip() {
    let odd: String = (0..=0xa0).filter_map(char::from_u32).chain(['\u{2028}', '𝄞']).collect();
    let wanted = [
        key(&["env", "A"], &odd),
        WantedKey { path: strings(&["env", "B"]), value: WantedValue::EnvRelative(odd.clone()) },
    ];
    let outcome = synced_and_back("", &wanted);
    let table = outcome.text.parse::<toml::Table>().unwrap();
    assert_eq!(table["env"]["A"].as_str(), Some(odd.as_str()));
    assert_eq!(table["env"]["B"]["value"].as_str(), Some(odd.as_str()));
    assert_eq!(WantedValue::String("C:\\x \"y\"\t\u{1}\u{7f}".to_owned()).to_toml(), r#""C:\\x \"y\"\t\u0001\u007F""#);
}

#[test]
fn restores_marked_keys_and_only_their_bytes() {
    let cases = [
        ("[target.T]\nlinker  =  'cc'  # crosskit\n", "[target.T]\nlinker  =  \"ld\"  # crosskit\n", "'cc'"),
        ("target.T.linker = 7#crosskit ", "target.T.linker = \"ld\"#crosskit ", "7"),
        (
            "[target.T]\r\nlinker = [ # why\r\n 'cc' ]\t# crosskit\r\n# end",
            "[target.T]\r\nlinker = \"ld\"\t# crosskit\r\n# end",
            "[ # why\r\n 'cc' ]",
        ),
        (
            "[target]\nT.linker = \"\"\"\nx\"\"\" # crosskit\n",
            "[target]\nT.linker = \"ld\" # crosskit\n",
            "\"\"\"\nx\"\"\"",
        ),
        ("[target.T]\nlinker = { a = 1 } # crosskit\n", "[target.T]\nlinker = \"ld\" # crosskit\n", "{ a = 1 }"),
        (
            "[target.T]\nlinker = 1979-05-27 07:32:00 # crosskit\n",
            "[target.T]\nlinker = \"ld\" # crosskit\n",
            "1979-05-27 07:32:00",
        ),
    ];
    for (before, after, was) in cases {
        let outcome = synced(before, &[linker()]);
        assert_eq!(outcome.text, after);
        let now = "\"ld\"".to_owned();
        assert_eq!(outcome.changes[0].kind, ChangeKind::Restored { was: was.to_owned(), now });
    }
    let outcome = synced("[env]\nR = \"run\" # crosskit\n", &[relative()]);
    assert_eq!(outcome.text, "[env]\nR = { value = \"run\", relative = true } # crosskit\n");
}

#[test]
fn leaves_equal_and_foreign_keys_alone() {
    let still = [
        "[target.T]\nlinker = 'ld' # crosskit\n",
        "[target.T]\nlinker = \"\"\"ld\"\"\"\n",
        "target = { T = { linker = \"ld\" } }\n",
        "[target]\nT = { linker = \"ld\" } # crosskit\n",
        "[target.T]\nlinker = \"ld\" # crosskit\n[target.old]\nlinker = \"x\" # crosskit\n",
        "[target.T]\nlinker = \"ld\" # crosskit\n[foo]\nbar = nan\n",
    ];
    for text in still {
        let outcome = synced(text, &[linker()]);
        assert_eq!((outcome.text.as_str(), outcome.changes.len(), outcome.user_keys.len()), (text, 0, 0));
    }
    assert_eq!(synced("[env.R]\nrelative = true\nvalue = 'run'\n", &[relative()]).user_keys, []);
}

#[test]
fn reports_the_keys_that_the_user_owns() {
    use UserKeyReason::{InlineTable, NotATable, OtherValue};
    let cases = [
        ("[target.T]\nlinker = \"cc\"\n", OtherValue, "2:10", "\"cc\""),
        ("[target.T]\nlinker = \"cc\" # not crosskit\n", OtherValue, "2:10", "\"cc\""),
        ("[target.T]\nlinker = \"cc\" # crosskit-build reads this\n", OtherValue, "2:10", "\"cc\""),
        ("[target.T]\nlinker = \"cc\" # crosskit.toml\n", OtherValue, "2:10", "\"cc\""),
        (
            "# crosskit\n[target.T]\n# crosskit\nlinker = [ # crosskit\n]\n# crosskit\n",
            OtherValue,
            "4:10",
            "[ # crosskit\n]",
        ),
        ("[target.T.linker] # crosskit\nx = 1\n", OtherValue, "1:1", "[target.T.linker]"),
        ("[target.T]\nlinker.x = 1 # crosskit\n", OtherValue, "2:1", "linker.x = 1"),
        ("[[target.T.linker]]\nx = 1\n", OtherValue, "1:1", "[[target.T.linker]]"),
        ("target = { T = { linker = 'cc' } }\n", OtherValue, "1:27", "'cc'"),
        ("x = 1\ntarget = { T = { ar = 'cc' } }\n", InlineTable, "2:10", "{ T = { ar = 'cc' } }"),
        ("[target]\nT = {} # crosskit\n", InlineTable, "2:5", "{}"),
        ("[target]\nU.x = 1\nT = { x = 1 }\n", InlineTable, "3:5", "{ x = 1 }"),
        ("\u{feff}target = 'T'\n", NotATable, "1:10", "'T'"),
        ("[[target]]\nT = 1\n[[target]]\n", NotATable, "1:1", "[[target]]"),
        ("target.T = []\n", NotATable, "1:12", "[]"),
    ];
    for (text, reason, at, theirs) in cases {
        let outcome = synced(text, &[linker()]);
        assert_eq!((outcome.text.as_str(), outcome.changes.as_slice()), (text, [].as_slice()));
        let [user] = outcome.user_keys.as_slice() else { panic!("{text:?}: {:?}", outcome.user_keys) };
        let found = (user.reason, user.position.to_string(), user.theirs.as_str(), user.ours.as_str());
        assert_eq!(found, (reason, at.to_owned(), theirs, "\"ld\""), "{text:?}");
    }
}

#[test]
fn says_where_it_changed_what() {
    let text = "[target.T]\nlinker = 'cc' # crosskit\n";
    let outcome = synced(text, &[linker(), key(&["target", GNU, "runner"], "run")]);
    let found: Vec<_> = outcome.changes.iter().map(|change| (change.path[2].as_str(), change.position.line)).collect();
    assert_eq!(found, [("linker", 2), ("runner", 5)]);
}

#[test]
fn refuses_wanted_keys_that_contradict_each_other() {
    let cases = [
        vec![key(&[], "x")],
        vec![linker(), key(&["target", "T", "linker"], "other")],
        vec![linker(), key(&["target", "T"], "x")],
        vec![key(&["target"], "x"), linker()],
    ];
    for wanted in cases {
        assert!(matches!(sync("", &wanted), Err(SyncError::Wanted { .. })), "{wanted:?}");
    }
    assert_eq!(synced_and_back("", &[linker()]), synced_and_back("", &[linker(), linker()]));
}
