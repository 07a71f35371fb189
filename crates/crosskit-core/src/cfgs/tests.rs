use super::{Cfgs, Expression, NESTING_LIMIT, ParseError, Predicate, selects};

const GNU: &str = "aarch64-unknown-linux-gnu";
const MUSL: &str = "aarch64-unknown-linux-musl";

/// Some of what rustc 1.95 prints for [`GNU`].
const PRINTED: &str = r#"debug_assertions
panic="unwind"
target_abi=""
target_arch="aarch64"
target_endian="little"
target_env="gnu"
target_family="unix"
target_feature="neon"
target_has_atomic="128"
target_has_atomic="ptr"
target_os="linux"
target_pointer_width="64"
target_vendor="unknown"
unix
"#;

fn holds(expression: &str) -> bool {
    holds_for(expression, PRINTED)
}

fn holds_for(expression: &str, printed: &str) -> bool {
    Expression::parse(expression).expect("it is well-formed").matches(&Cfgs::parse(printed))
}

fn mistake(expression: &str) -> ParseError {
    Expression::parse(expression).expect_err(expression)
}

#[test]
fn names_and_keys_hold_when_rustc_prints_them() {
    for expression in ["cfg(unix)", r#"cfg(target_os = "linux")"#, r#"cfg(panic="unwind")"#, "cfg( unix )"] {
        assert!(holds(expression), "{expression}");
    }
    for expression in ["cfg(windows)", r#"cfg(target_os = "Linux")"#, r#"cfg(unix = "")"#, "cfg(Unix)"] {
        assert!(!holds(expression), "{expression}");
    }
}

#[test]
fn operators_combine_and_may_be_empty() {
    for expression in ["cfg(all())", "cfg(not(any()))", "cfg(all(unix,))", "cfg(any(windows, not(windows)))"] {
        assert!(holds(expression), "{expression}");
    }
    for expression in ["cfg(any())", "cfg(not(unix))", "cfg(all(unix, windows))", "cfg(not(all()))"] {
        assert!(!holds(expression), "{expression}");
    }
}

#[test]
fn true_and_false_are_literals_even_as_raw_names() {
    assert!(holds_for("cfg(true)", ""));
    assert!(holds_for("cfg(r#true)", ""));
    assert!(!holds_for("cfg(false)", "false"));
    assert!(!holds_for("cfg(r#false)", "false"));
    // With a value they are keys like any other.
    assert!(!holds_for(r#"cfg(true = "x")"#, ""));
    assert!(holds_for(r#"cfg(true = "x")"#, r#"true="x""#));
}

#[test]
fn a_raw_name_is_the_name_and_never_an_operator() {
    assert!(holds_for("cfg(r#async)", "async"));
    assert!(holds_for("cfg(async)", "r#async"));
    assert!(holds_for("cfg(all(r#all, r#not))", "all\nnot"));
    assert_eq!(mistake("cfg(r#not(unix))").message, "expected nothing more, found `(`");
}

#[test]
fn an_unknown_key_is_not_set_but_no_mistake() {
    assert!(!holds(r#"cfg(target_colour = "green")"#));
    assert!(holds(r#"cfg(not(target_colour = "green"))"#));
    assert!(!holds("cfg(target_colour)"));
}

#[test]
fn a_bare_key_is_not_set_but_no_mistake() {
    assert!(!holds("cfg(target_os)"));
    assert!(!holds("cfg(target_has_atomic)"));
    // A nightly rustc prints it without a value as well.
    assert!(holds_for("cfg(target_has_atomic)", "target_has_atomic\ntarget_has_atomic=\"8\""));
}

#[test]
fn a_value_that_no_target_has_is_no_mistake() {
    for expression in
        [r#"cfg(target_pointer_width = "65")"#, r#"cfg(target_endian = "middle")"#, r#"cfg(target_os = "")"#]
    {
        assert!(!holds(expression), "{expression}");
    }
}

#[test]
fn what_rustc_prints_beside_the_triple_counts() {
    for expression in [
        r#"cfg(target_abi = "")"#,
        r#"cfg(target_has_atomic = "128")"#,
        r#"cfg(target_feature = "neon")"#,
        r#"cfg(not(target_feature = "sve"))"#,
    ] {
        assert!(holds(expression), "{expression}");
    }
}

#[test]
fn debug_assertions_hold_because_rustc_prints_them() {
    assert!(holds("cfg(debug_assertions)"));
    assert!(!holds_for("cfg(debug_assertions)", "unix"));
}

#[test]
fn cfgs_of_flags_hold_when_rustc_prints_them() {
    assert!(holds_for(r#"cfg(all(mine, level = "3"))"#, "level=\"3\"\nmine"));
    assert!(!holds("cfg(mine)"));
}

#[test]
fn features_and_test_never_hold() {
    for expression in [r#"cfg(feature = "x")"#, "cfg(feature)", "cfg(test)", "cfg(doc)", "cfg(set_by_a_build_script)"] {
        assert!(!holds(expression), "{expression}");
    }
}

#[test]
fn proc_macro_never_holds_though_rustc_prints_it_to_cargo() {
    assert!(!holds_for("cfg(proc_macro)", "proc_macro\nunix"));
    assert!(!holds_for("cfg(proc_macro)", "r#proc_macro"));
    assert!(holds_for(r#"cfg(proc_macro = "x")"#, r#"proc_macro="x""#));
}

#[test]
fn a_string_has_no_escapes_and_may_hold_anything() {
    assert!(holds_for(r#"cfg(path = "a\")"#, r#"path="a\""#));
    assert!(holds_for(r#"cfg(word = "é → (,)")"#, r#"word="é → (,)""#));
    assert!(holds_for("cfg(lines = \"a\tb\")", "lines=\"a\tb\""));
    assert_eq!(mistake(r#"cfg(path = "a\"b")"#).message, "expected nothing more, found `b`");
}

#[test]
fn lines_that_are_no_cfgs_are_skipped() {
    let cfgs = Cfgs::parse("unix\n\nnot a cfg\nx=\"a\"b\"\n=\ny=\"z\r\n\tw\nv = \"1\"\r\n");
    assert_eq!(cfgs, Cfgs::parse("v=\"1\"\nunix"));
    assert!(cfgs.contains("unix", None) && cfgs.contains("v", Some("1")));
    assert!(!cfgs.contains("not", None) && !cfgs.contains("v", None) && !cfgs.contains("unix", Some("")));
    assert_eq!(Cfgs::parse(""), Cfgs::default());
}

#[test]
fn neither_the_order_of_lines_nor_a_line_twice_makes_other_cfgs() {
    assert_eq!(Cfgs::parse("b\na=\"2\"\nb\na=\"1\"\na=\"2\""), Cfgs::parse("a=\"1\"\na=\"2\"\nb"));
    assert_ne!(Cfgs::parse("a=\"1\""), Cfgs::parse("a"));
}

#[test]
fn every_mistake_is_said_with_its_place() {
    for (expression, message, offset) in [
        ("", "expected `cfg(` at the start", 0),
        ("unix", "expected `cfg(` at the start", 0),
        ("cfg (unix)", "expected `cfg(` at the start", 0),
        (" cfg(unix)", "expected `cfg(` at the start", 0),
        ("cfg(unix", "expected `)` at the end", 8),
        ("cfg(unix) ", "expected `)` at the end", 10),
        ("cfg()", "expected a name, found the end", 4),
        ("cfg(foo(unix))", "expected nothing more, found `(`", 7),
        ("cfg(a b)", "expected nothing more, found `b`", 6),
        ("cfg(a, b)", "expected nothing more, found `,`", 5),
        ("cfg(a = b)", "expected a string in double quotes, found `b`", 8),
        ("cfg(a =)", "expected a string in double quotes, found the end", 7),
        ("cfg(a == \"b\")", "expected a string in double quotes, found `=`", 7),
        ("cfg(\"a\" = \"b\")", "expected a name, found the string \"a\"", 4),
        ("cfg(a = 'b')", "no token begins with '\\''", 8),
        ("cfg(a = \"b)", "the string does not end", 8),
        ("cfg(all)", "expected `(`, found the end", 7),
        ("cfg(all = \"x\")", "expected `(`, found `=`", 8),
        ("cfg(all(a)", "expected `,` or `)`, found the end", 9),
        ("cfg(all(a b))", "expected `,` or `)`, found `b`", 10),
        ("cfg(all(,))", "expected a name, found `,`", 8),
        ("cfg(any(a,,b))", "expected a name, found `,`", 10),
        ("cfg(not())", "expected a name, found `)`", 8),
        ("cfg(not(a,))", "expected `)`, found `,`", 9),
        ("cfg(not(a, b))", "expected `)`, found `,`", 9),
        ("cfg(a))", "expected nothing more, found `)`", 5),
        ("cfg(a-b)", "no token begins with '-'", 5),
        ("cfg(9a)", "no token begins with '9'", 4),
        ("cfg(!a)", "no token begins with '!'", 4),
        ("cfg(a\t)", "no token begins with '\\t'", 5),
        ("cfg(a\n)", "no token begins with '\\n'", 5),
        ("cfg(é)", "no token begins with 'é'", 4),
        ("cfg(aé)", "no token begins with 'é'", 5),
        ("cfg(r#)", "expected a name after `r#`", 6),
        ("cfg(r#\"a\")", "no token begins with '\"'", 6),
        ("cfg(r# a)", "no token begins with ' '", 6),
        ("cfg(a = \"é\", r#é)", "expected nothing more, found `,`", 12),
    ] {
        assert_eq!(mistake(expression), ParseError { message: message.to_owned(), offset }, "{expression}");
    }
    assert_eq!(mistake("cfg(a b)").to_string(), "expected nothing more, found `b` at byte 6");
}

#[test]
fn a_hostile_depth_is_a_mistake_and_no_stack_overflow() {
    let nested = |operator: &str, depth: usize| {
        format!("cfg({}unix{})", format!("{operator}(").repeat(depth), ")".repeat(depth))
    };
    for operator in ["not", "all", "any"] {
        assert!(holds(&nested(operator, NESTING_LIMIT)), "{operator}");
        for depth in [NESTING_LIMIT + 1, 100_000] {
            let error = mistake(&nested(operator, depth));
            assert_eq!(error.message, "more than 128 operators stand in each other");
            assert_eq!(error.offset, 4 + 4 * NESTING_LIMIT);
        }
        // Not even the end has to be there.
        assert_eq!(mistake(&format!("cfg({})", format!("{operator}(").repeat(100_000))).offset, 4 + 4 * NESTING_LIMIT);
    }
    // Many beside each other are no depth.
    assert!(holds(&format!("cfg(all({}))", "not(windows),".repeat(100_000))));
    assert!(mistake(&format!("cfg({})", "(".repeat(100_000))).message.starts_with("expected a name"));
}

#[test]
fn predicates_come_in_order_and_know_whether_they_are_negated() {
    let text = r#"cfg(any(not(all(feature = "x", not(test))), r#unix, all(), true, a = "", unix))"#;
    let expression = Expression::parse(text).expect("it is well-formed");
    let predicate = |name, value, negated| Predicate { name, value, negated };
    assert_eq!(
        expression.predicates(),
        [
            predicate("feature", Some("x"), true),
            predicate("test", None, false),
            predicate("unix", None, false),
            predicate("a", Some(""), false),
            predicate("unix", None, false),
        ]
    );
}

#[test]
fn a_triple_selects_by_name_and_a_malformed_expression_nothing() {
    let cfgs = Cfgs::parse(PRINTED);
    assert!(selects(GNU, GNU, &cfgs));
    assert!(!selects(MUSL, GNU, &cfgs));
    assert!(selects("cfg(unix)", GNU, &cfgs));
    assert!(selects("my-board", "my-board", &Cfgs::default()));
    for platform in ["cfg(unix", "cfg(foo(unix))", "cfg (unix)", " cfg(unix)", "cfg(unix) ", "not(windows)", "unix", ""]
    {
        assert!(!selects(platform, GNU, &cfgs), "{platform}");
    }
}
