//! The page in a real browser. These tests need `chromedriver`, which the full tier brings; their pictures lie in
//! `target/tmp/report/`.

use std::collections::BTreeSet;

use crosskit_tests::browser::{Browser, ENTER, TAB};
use serde_json::{Value, json};

use crate::{described, filled, kit, scratch};

/// What somebody might name a test who wants more than that.
const HOSTILE: &[&str] = &[
    "<script>window.ran = 1</script>",
    "</pre></details><img src=x onerror=\"window.ran = 1\">",
    "\"><svg onload=window.ran=1>",
    "' onmouseover='window.ran = 1",
    "</style><script>window.ran = 1</script>",
    "<!-- <a href=\"javascript:window.ran=1\">",
    "\u{1b}[31mred\u{1b}[0m \u{7} \u{202e}backwards",
    "&lt;script&gt; &amp; &#x3c;",
];

/// A matrix in which tests fail on what is big endian, has 32 bits, or musl; and where every word is a hostile one.
fn matrix() -> Value {
    let targets = [
        ("x86_64-unknown-linux-gnu", ".FF.."),
        ("aarch64-unknown-linux-gnu", ".FF.."),
        ("aarch64-unknown-linux-musl", ".FF.F"),
        ("armv7-unknown-linux-gnueabihf", ".FFF."),
        ("i686-unknown-linux-gnu", ".FFF."),
        ("s390x-unknown-linux-gnu", "FFF.."),
        ("powerpc64-unknown-linux-gnu", "FFF.."),
    ];
    let names = ["order", HOSTILE[0], HOSTILE[1], "length", "stack"];
    let hostile = HOSTILE.join("\n");
    let cell = |(target, outcomes): (&str, &str)| {
        let test = |(name, outcome): (&&str, char)| json!({ "name": name, "outcome": if outcome == 'F' { "failed" } else { "passed" } });
        let tests: Vec<Value> = names.iter().zip(outcomes.chars()).map(test).collect();
        let suite = json!({
            "verdict": "failed", "status": hostile, "tests": tests, "counts": { "passed": 2, "failed": 3, "ignored": 0 },
            "output": format!("---- order stdout ----\n{hostile}\n\n---- length stdout ----\nleft\n")
        });
        let others: Vec<Value> = HOSTILE.iter().map(|name| json!({ "name": name, "outcome": "passed" })).collect();
        let other = json!({ "package": HOSTILE[2], "name": HOSTILE[3], "tests": others });
        let finding = json!({
            "code": HOSTILE[2], "message": hostile, "origin": hostile, "notes": HOSTILE, "hints": HOSTILE
        });
        json!({
            "name": target, "target": target, "verdict": "failed", "suites": [suite, other], "runner": hostile,
            "stand_in": hostile, "findings": [finding, { "code": "X012", "severity": "warning", "message": "linker `x` not found" }]
        })
    };
    let command = |at: u32, kind: &str, seconds: f64| json!({ "kind": kind, "cells": HOSTILE, "what": hostile, "line": hostile, "started": f64::from(at), "seconds": seconds });
    let steps = |value: f64| vec![value; 100];
    let part = json!({
        "host": hostile, "arguments": HOSTILE, "started": hostile, "seconds": 10.0, "slots": 4,
        "commands": [command(0, "build", 6.0), command(2, "test", 2.5), command(5, "doc", 5.0), command(6, "build", 1.0)],
        "load": { "step": 0.1, "cargo": steps(2.0), "tests": steps(1.0), "link": steps(0.5) },
        "tools": [{ "target": null, "kind": hostile, "name": hostile, "version": hostile }]
    });
    let cells: Vec<Value> = targets.into_iter().map(cell).collect();
    filled(json!({ "commit": hostile, "crosskit": hostile, "parts": [part], "cells": cells }))
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn the_page_is_shown_and_no_name_is_more_than_a_name() {
    let scratch = scratch("browser");
    let record = matrix();
    assert_eq!(described(&record), Vec::<String>::new());
    scratch.write("run.json", &record.to_string());
    kit(&scratch, &["report", "html", "run.json"]).exits(0).tells(&["Wrote", "run.html"]);
    let browser = Browser::start(&scratch.root);
    browser.open(&scratch.root.join("run.html"));
    assert_eq!(browser.complaints(), Vec::<String>::new());

    // Nothing but what the views themselves write, and nothing that runs.
    assert_eq!(browser.asks("window.ran || document.scripts.length"), json!(0));
    let kinds = browser.asks("[...new Set([...document.querySelectorAll('*')].map(it => it.localName))]");
    let kinds: BTreeSet<String> = words(&kinds).into_iter().collect();
    let known = "a article body code details div h1 h2 h3 h4 head header html li main meta nav p path pre rect section span \
                 strong style summary svg table tbody td text th thead title tr ul";
    let known: BTreeSet<String> = known.split_whitespace().map(str::to_owned).collect();
    assert_eq!(kinds.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
    let attributes =
        browser.asks("[...new Set([...document.querySelectorAll('*')].flatMap(it => it.getAttributeNames()))]");
    assert!(words(&attributes).iter().all(|name| !name.starts_with("on") && name != "src"), "{attributes}");
    let links = words(&browser.asks("[...document.links].map(it => it.getAttribute('href'))"));
    assert!(links.len() > 20 && links.iter().all(|link| link.starts_with('#')), "{links:?}");
    let dead = browser.asks("[...document.links].filter(it => !document.querySelector(it.hash)).length");
    assert_eq!(dead, json!(0), "a link leads nowhere");
    let shown = words(&browser.asks("[...document.querySelectorAll('#tests th code')].map(it => it.textContent)"));
    for name in [HOSTILE[0], HOSTILE[1]] {
        assert!(shown.iter().any(|it| it == name), "{name} is not there as it is: {shown:?}");
    }

    let headings = words(&browser.asks("[...document.querySelectorAll('#failures h3')].map(it => it.textContent)"));
    let expected = [
        "On all 7 cells that tried it",
        "Only on big endian: 2 of 7 cells",
        "Only on 32-bit: 2 of 7 cells",
        "Only with musl: 1 of 7 cells",
    ];
    // What failed everywhere stands first, as it needs no other target to be looked into.
    assert_eq!(headings, expected);

    let back = |scheme: &str| {
        browser.prefers(scheme);
        browser.picture(&scratch.root.with_file_name(format!("{scheme}.png")));
        browser.asks("getComputedStyle(document.body).backgroundColor")
    };
    assert_eq!([back("light"), back("dark")], [json!("rgb(255, 255, 255)"), json!("rgb(20, 23, 27)")]);
    assert_eq!(browser.asks("getComputedStyle(document.querySelector('.bars rect')).fill"), json!("rgb(52, 99, 159)"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// Everything that can be opened or followed is reached and opened by keys alone.
#[test]
fn the_page_needs_no_mouse() {
    let scratch = scratch("keyboard");
    scratch.write("run.json", &matrix().to_string());
    kit(&scratch, &["report", "html", "run.json"]).exits(0);
    let browser = Browser::start(&scratch.root);
    browser.open(&scratch.root.join("run.html"));
    browser.press(&[TAB, TAB, ENTER]);
    assert_eq!(browser.asks("location.hash"), json!("#grid"), "the second link is followed");
    let can_be_reached = "[...document.querySelectorAll('a, summary, [tabindex]')].filter(it => it.checkVisibility())";
    let count = browser.asks(&format!("{can_be_reached}.length")).as_u64().expect("it is a number");
    browser.open(&scratch.root.join("run.html"));
    let mut summaries = 0;
    for _ in 0..count {
        browser.press(&[TAB]);
        assert_ne!(browser.asks("document.activeElement.localName"), json!("body"), "the focus is lost");
        let is_summary = browser.asks("document.activeElement.localName == 'summary'") == json!(true);
        if is_summary {
            browser.press(&[ENTER]);
            assert_eq!(browser.asks("document.activeElement.parentElement.open"), json!(true));
            // Closed again, so that what is in it is not among what is counted.
            browser.press(&[ENTER]);
            summaries += 1;
        }
    }
    assert_eq!(browser.asks(&format!("{can_be_reached}.indexOf(document.activeElement)")), json!(count - 1));
    assert!(summaries > 6, "{summaries}");
}

/// The largest pages that there may be: below their limit, and open in time.
#[test]
fn fifty_thousand_tests_open_at_once() {
    let scratch = scratch("large");
    let long = |at: usize| {
        format!("module_{}::deeper_{}::a_test_with_a_long_name_that_tells_what_it_is_about_{at}", at % 40, at % 7)
    };
    let tests = |count: usize, outcome: &dyn Fn(usize) -> &'static str| -> Vec<Value> {
        (0..count).map(|at| json!({ "name": long(at), "outcome": outcome(at) })).collect()
    };
    let cell = |at: usize, tests: &[Value], output: &str| {
        let suite = json!({ "verdict": "failed", "tests": tests, "output": output });
        json!({ "name": format!("cell-{at}"), "verdict": "failed", "suites": [suite] })
    };
    let passed = tests(50_000, &|_| "passed");
    let failed = tests(50_000, &|_| "failed");
    let mixed = |cell: usize| tests(5_000, &move |at| if (at + cell).is_multiple_of(3) { "failed" } else { "passed" });
    let output: String =
        (0..2_000).map(|at| format!("---- {} stdout ----\n{}\n\n", long(at), "<&>\"'".repeat(20))).collect();
    let shapes = [
        ("passed", vec![cell(0, &passed, "")]),
        ("failed", vec![cell(0, &failed, &output)]),
        ("mixed", (0..10).map(|at| cell(at, &mixed(at), &output)).collect()),
    ];
    scratch.write("run.json", "");
    let browser = Browser::start(&scratch.root);
    for (name, cells) in shapes {
        let record = filled(json!({ "parts": [{}], "cells": cells }));
        scratch.write("run.json", &record.to_string());
        let page = format!("{name}.html");
        kit(&scratch, &["report", "html", "run.json", "--output", &page]).exits(0);
        let bytes = scratch.read(&page).len();
        assert!((500_000..5_000_000).contains(&bytes), "{name}: {bytes} bytes");
        // The best of a few: the machine may have other things to do.
        let opened = (0..5).map(|_| {
            browser.open(&scratch.root.join(&page));
            browser.asks("performance.getEntriesByType('navigation')[0].duration").as_f64().expect("it is a number")
        });
        let best = opened.fold(f64::INFINITY, f64::min);
        println!("{name}: {bytes} bytes, open after {best:.0} ms");
        assert!(best < 2_000.0, "{name}: {best} ms");
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
}
