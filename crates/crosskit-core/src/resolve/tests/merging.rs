use super::*;

/// The keys that the loader finds no merge for, with the two places.
fn clashes(situation: &Situation) -> Vec<String> {
    let layers = situation.layers();
    let mut found: Vec<String> = layers
        .problems
        .iter()
        .map(|problem| match problem {
            Problem::Mismatch(Mismatch { path, one, other }) => {
                let place = |value: &Value| format!("{} at {}", value.kind(), origin(&layers, value.definition()));
                format!("{}: {}, {}", dotted(path), place(one), place(other))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    found.sort();
    found
}

#[test]
fn finds_what_cargo_refuses_to_merge() {
    let mut pairs = 0;
    for line in include_str!("merging.txt").lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<String> = line.split('|').map(|part| part.trim().replace("\\n", "\n")).collect();
        let [near, far, key] = parts.as_slice() else { panic!("{line}") };
        let found = clashes(&root(near).file("/.cargo/config.toml", far));
        let keys: Vec<&str> = found.iter().filter_map(|clash| clash.split(": ").next()).collect();
        assert_eq!(keys.join(" "), *key, "{line}");
        pairs += 1;
    }
    assert!(pairs > 20, "only {pairs} pairs");
}

#[test]
fn tells_both_places_of_every_clash() {
    let situation = root("[target.x]\nlinker = 'a'\n")
        .file("/.cargo/config.toml", "[target.x]\nrunner = ['a']\n[env]\nA = 'x'\n")
        .file("/home/.cargo/config.toml", "env.A.value = 'x'\n[target.x]\nlinker = ['a']\nrunner = 'r'\n");
    assert_eq!(
        clashes(&situation),
        [
            "env.A: string at /.cargo/config.toml:4:5, table at /home/.cargo/config.toml:1:5",
            "target.x.linker: string at .cargo/config.toml:2:10, array at /home/.cargo/config.toml:3:10",
            "target.x.runner: array at /.cargo/config.toml:2:10, string at /home/.cargo/config.toml:4:10",
        ]
    );
}

#[test]
fn a_file_that_is_not_toml_is_told_and_the_others_are_merged() {
    let situation = root("a = 1\n").file("/.cargo/config.toml", "a =").file("/home/.cargo/config.toml", "a = []\n");
    let problems = situation.layers().problems;
    let [Problem::NotToml { file, error }, Problem::Mismatch(mismatch)] = problems.as_slice() else {
        panic!("{problems:?}")
    };
    assert_eq!((file.as_str(), error.position), ("/.cargo/config.toml", config::Position { line: 1, column: 4 }));
    assert_eq!(mismatch.path, ["a"]);
}
