//! `cross lint`: build scripts as data, and those of published crates.

#[test]
fn survey() {
    let Ok(list) = std::env::var("LINT_LIST") else { return };
    for line in std::fs::read_to_string(list).unwrap().lines() {
        let words: Vec<&str> = line.split('\t').collect();
        let path = std::path::Path::new(words[2]);
        let dir = path.ancestors().find(|it| it.join("Cargo.toml").is_file()).unwrap();
        let rel = path.strip_prefix(dir).unwrap().to_str().unwrap();
        let sources = crosskit::build_scripts::read(dir, rel, &format!("{}-{}/", words[0], words[1]));
        for finding in crosskit_core::build_script::check(&sources) {
            print!("{}", crosskit_core::render::finding(&finding, crosskit_core::render::Style::PLAIN));
        }
    }
}
