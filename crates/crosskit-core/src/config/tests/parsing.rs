use super::*;

#[test]
fn mistakes_have_a_place() {
    let cases = [
        ("a = 1\r\nb = \r\n", 2, 5),
        ("\u{feff}a b = 1\n", 1, 3),
        ("# ü𝄞\nü = 1\n", 2, 1),
        ("'ü𝄞' = \n", 1, 8),
        ("[a]\nx = 1\nx = 2\n", 3, 1),
        ("[a]\n[a]\n", 2, 2),
        ("a = \"open", 1, 10),
        ("a = \"1\" b = 2", 1, 9),
        ("a = \u{1}\n", 1, 5),
    ];
    for (text, line, column) in cases {
        let Err(error) = parse(text) else { panic!("{text:?} parses") };
        assert_eq!(error.position, Position { line, column }, "{text:?}: {}", error.message);
        assert_eq!(sync(text, &[]), Err(SyncError::Parse(error.clone())));
        assert_eq!(remove(text), Err(SyncError::Parse(error)));
    }
}

#[test]
fn depth_is_bounded() {
    let deep = [
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]", "a.".repeat(100_000)),
        format!("[{}a]\nb.c = 1", "a.".repeat(78)),
        format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{}1{}", "a = {".repeat(100_000).replacen('a', "b", 1), "}".repeat(100_000)),
        format!("{}a = 1{}", "a.a.a.a = {".repeat(70), "}".repeat(70)),
        "[".repeat(100_000),
        "a = {".repeat(100_000),
        "a.".repeat(100_000),
    ];
    for text in deep {
        assert!(parse(&text).is_err(), "{}…", &text[..40.min(text.len())]);
    }
    for text in [format!("[{}a]\nb = 1", "a.".repeat(78)), format!("{}a = 1{}", "a = {".repeat(79), "}".repeat(79))] {
        synced_and_back(&text, &[linker()]);
    }
    let long_but_flat =
        format!("x = {{ {} }}\n", (0..500).map(|n| format!("a{n}.b.c = 1")).collect::<Vec<_>>().join(", "));
    assert!(parse(&long_but_flat).is_ok());
}

#[test]
fn knows_where_everything_is() {
    let text = "\u{feff}top = 1\n[target.T] # crosskit\n\"linker\" = 'x' # crosskit\n\
                rustflags = [\"-g\", { a = 1 }]\nd.e.f = { g.h = { i = 1 } }\n[[list]]\nx = 1\n[list.sub]\ny = 1\n";
    let document = parse(text).unwrap_or_else(|error| panic!("{error}"));
    let places = [
        ("top", Some((1, 7))),
        ("target", Some((2, 1))),
        ("target.T", Some((2, 1))),
        ("target.T.linker", Some((3, 12))),
        ("target.T.rustflags", Some((4, 13))),
        ("target.T.d", Some((5, 1))),
        ("target.T.d.e.f", Some((5, 9))),
        ("target.T.d.e.f.g.h.i", Some((5, 23))),
        ("list", Some((6, 1))),
        ("list.x", None),
        ("list.sub", None),
        ("nothing", None),
    ];
    for (path, place) in places {
        let path: Vec<&str> = path.split('.').collect();
        assert_eq!(document.position(&path), place.map(|(line, column)| Position { line, column }), "{path:?}");
        assert_eq!(document.is_marked(&path), path == ["target", "T", "linker"], "{path:?}");
        assert!(place.is_none() || document.value(&path).is_some());
    }
    let entries: Vec<_> = document.entries().map(|entry| (entry.path.join("."), entry.value, entry.inline)).collect();
    assert_eq!(
        entries,
        [
            ("top".to_owned(), "1", false),
            ("target.T.linker".to_owned(), "'x'", false),
            ("target.T.rustflags".to_owned(), "[\"-g\", { a = 1 }]", false),
            ("target.T.d.e.f".to_owned(), "{ g.h = { i = 1 } }", false),
            ("target.T.d.e.f.g.h".to_owned(), "{ i = 1 }", true),
            ("target.T.d.e.f.g.h.i".to_owned(), "1", true),
        ]
    );
    assert_eq!(document.text(), text);
    assert!(document.position::<&str>(&[]).is_none());
}

#[test]
fn the_index_of_lines_finds_the_positions_that_reading_from_the_start_finds() {
    let long = "ü𝄞x".repeat(400);
    let texts =
        ["", "\u{feff}", "\u{feff}\n", "\n\r\n", "a = 1", "\u{feff}a = 'ü'\r\nb = 2\n\n", "x".repeat(1500).as_str()]
            .map(str::to_owned)
            .into_iter()
            .chain([
                long.clone(),
                format!("# {long}\r\n# {long}\n{long}"),
                format!("\u{feff}{long}\n\u{feff}{long}\n"),
            ]);
    for text in texts {
        let lines = text::Lines::new(&text);
        for offset in 0..text.len() + 3 {
            assert_eq!(lines.position(&text, offset), Position::of(&text, offset), "byte {offset} of {text:?}");
        }
    }
}
