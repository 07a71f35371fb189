use super::*;

#[test]
fn takes_out_what_is_marked() {
    let cases = [
        ("", ""),
        ("a = 1 # crosskit\n", ""),
        ("\u{feff}a = 1 # crosskit\nb = 2", "\u{feff}b = 2"),
        ("a = 1\nb = [\n  1, # crosskit\n  2,\n] # crosskit\nc = 3\n", "a = 1\nc = 3\n"),
        // The user's keys keep an added header, without its mark.
        (
            "x = 1\n\n[target.T] # crosskit\nlinker = \"ld\" # crosskit\nar = \"ar\"\n",
            "x = 1\n\n[target.T]\nar = \"ar\"\n",
        ),
        ("[target.T]\t#  crosskit \r\nar = 1\r\n", "[target.T]\r\nar = 1\r\n"),
        // Somebody writes about crosskit.
        ("a = 1 # crosskit: note\nb = 2 # crosskit picks 13\n", "a = 1 # crosskit: note\nb = 2 # crosskit picks 13\n"),
        // The user's header stays, even with nothing below it.
        ("[target.T]\nlinker = \"ld\" # crosskit\n", "[target.T]\n"),
        ("[target.T] # mine\nlinker = \"ld\" # crosskit", "[target.T] # mine"),
        // An added header goes, the user's comments and subtables stay.
        (
            "[target.T] # crosskit\nlinker = \"ld\" # crosskit\n# mine\n[target.T.ssl]\nx = 1\n",
            "# mine\n[target.T.ssl]\nx = 1\n",
        ),
        ("x = 1\n\n[target.T] # crosskit\n", "x = 1\n"),
        ("x = 1\n\n[target.T] # crosskit: keep the blank line above\n", "x = 1\n\n"),
        ("x = 1\n[target.T] # crosskit\n", "x = 1\n"),
        // Marks where crosskit writes none.
        (
            "[[a]] # crosskit\nb = 1 # crosskit\n[a.c] # crosskit\nd = 1 # crosskit\n",
            "[[a]] # crosskit\nb = 1 # crosskit\n[a.c] # crosskit\nd = 1 # crosskit\n",
        ),
        ("a = '''\nb = 1 # crosskit\n'''\n", "a = '''\nb = 1 # crosskit\n'''\n"),
    ];
    for (before, after) in cases {
        let outcome = remove(before).unwrap_or_else(|error| panic!("{before:?}: {error}"));
        assert_eq!(outcome.text, after, "from {before:?}");
        assert_eq!(remove(after).unwrap().text, after, "the second remove of {before:?}");
    }
}

/// TOML 1.1 has comments and line ends in inline tables, and the older parsers with which the kit also works have not: for
/// them it is no TOML, and nothing is edited.
#[test]
fn marks_in_an_inline_table_are_none() {
    let text = "a = { # crosskit\n  b = 1, # crosskit\n}\n# crosskit\n";
    let is_known = text.parse::<toml::Table>().is_ok();
    match remove(text) {
        Ok(outcome) => assert_eq!(outcome.text, text),
        Err(error) => assert!(!is_known && matches!(error, SyncError::Parse(_)), "{error}"),
    }
}

#[test]
fn takes_out_a_single_target() {
    let wanted =
        |target: &str| [key(&["target", target, "linker"], "ld"), key(&["env", &format!("CC_{target}")], "cc")];
    let of = |target: &'static str| {
        move |path: &[String]| path.iter().any(|part| part == target || part.ends_with(&format!("_{target}")))
    };
    let before = "[alias]\nx = \"run\"";
    let one = synced_and_back(before, &wanted("A")).text;
    let two = synced(&one, &wanted("B")).text;
    assert_eq!(remove_where(&two, of("B")).unwrap().text, one);
    let rest = remove_where(&two, of("A")).unwrap().text;
    assert_eq!(remove(&rest).unwrap().text, before);
    assert_eq!(remove_where(&two, of("C")).unwrap().text, two);
    assert!(rest.contains("[env] # crosskit"), "the header of another target's key keeps its mark: {rest}");
}

#[test]
fn says_what_it_took() {
    let outcome = remove("[env] # crosskit\nA = { value = 'x' } # crosskit\n").unwrap();
    let [change] = outcome.changes.as_slice() else { panic!("{:?}", outcome.changes) };
    assert_eq!(change.kind, ChangeKind::Removed { was: "{ value = 'x' }".to_owned() });
    assert_eq!(change.position, Position { line: 2, column: 5 });
}
