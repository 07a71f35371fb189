//! Which files there are, what includes what, and what is built.

use crate::document::{list, text};
use crate::situation::{HERE, LEVELS};

use super::TRIPLES;
use super::draft::{Draft, Source, path};

/// Chooses where Cargo is started, and which files can have something in them.
pub fn lay_out(draft: &mut Draft) {
    let random = &mut draft.random;
    let in_member = random.chance(15);
    let levels = if in_member { &LEVELS[..] } else { &LEVELS[..4] };
    draft.situation.directory = levels[levels.len() - 1].to_owned();
    // A home that is found on the way up is not read again.
    let home_above = random.chance(15);
    draft.situation.cargo_home = if home_above { "outer/.cargo" } else { "home" }.to_owned();
    let mut directories: Vec<String> = levels.iter().map(|level| below(level, ".cargo")).collect();
    directories.push(draft.situation.cargo_home.clone());
    for directory in directories {
        if draft.random.chance(70) {
            let name = if draft.random.chance(6) { "config" } else { "config.toml" };
            let old = name == "config";
            draft.documents.entry(below(&directory, name)).or_default();
            if old && draft.random.chance(60) {
                // The old name hides it.
                draft.documents.entry(below(&directory, "config.toml")).or_default();
            }
        }
    }
    if draft.documents.is_empty() {
        draft.documents.entry(below(LEVELS[3], ".cargo/config.toml")).or_default();
    }
    if draft.random.chance(30) {
        given(draft);
    }
    if draft.random.chance(45) {
        for _ in 0..1 + draft.random.below(3) {
            include(draft);
        }
    }
}

fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// A file that `--config` names.
fn given(draft: &mut Draft) {
    let number = draft.number();
    let (file, argument) = match draft.random.below(3) {
        0 => (format!("given{number}.toml"), format!("{HERE}/given{number}.toml")),
        1 => {
            let file = below(&draft.situation.directory, &format!("own/given{number}.toml"));
            (file, format!("own/given{number}.toml"))
        }
        _ => {
            let file = below(&draft.situation.directory, &format!("given{number}.toml"));
            (file, format!("./given{number}.toml"))
        }
    };
    draft.documents.entry(file.clone()).or_default();
    draft.needed.push(file);
    draft.situation.arguments.push(argument);
}

/// A file that another one includes, in one of the forms that there are.
fn include(draft: &mut Draft) {
    let number = draft.number();
    let from = draft.file();
    let directory = from.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned();
    let above = directory.rsplit_once('/').map_or("", |(above, _)| above).to_owned();
    let (file, written) = match draft.random.below(4) {
        0 if !directory.is_empty() => {
            (below(&above, &format!("shared/more{number}.toml")), format!("../shared/more{number}.toml"))
        }
        1 => (below(&directory, &format!("parts/more{number}.toml")), format!("parts/more{number}.toml")),
        2 => (format!("more{number}.toml"), format!("{HERE}/more{number}.toml")),
        _ => (below(&directory, &format!("more{number}.toml")), format!("more{number}.toml")),
    };
    let item = match draft.random.below(5) {
        0 => format!("{{ path = '{written}' }}"),
        1 => format!("{{ path = '{written}', optional = true }}"),
        2 => format!("{{ path = '{written}', optional = false, why = 1 }}"),
        _ => format!("'{written}'"),
    };
    let document = draft.documents.entry(from.clone()).or_default();
    document.includes.push(item);
    if draft.random.chance(15) {
        document.includes.push(format!("{{ path = 'none{number}.toml', optional = true }}"));
    }
    draft.documents.entry(file.clone()).or_default();
    draft.needed.push(file);
}

/// Chooses what is built, and how it is asked for.
pub fn targets(draft: &mut Draft) {
    let host = draft.host.clone();
    let mut any = |draft: &mut Draft| match draft.random.below(100) {
        0..12 => host.clone(),
        12..16 => "host-tuple".to_owned(),
        16..55 => TRIPLES[0].to_owned(),
        55..75 => TRIPLES[1].to_owned(),
        _ => (*draft.random.pick(&TRIPLES)).to_owned(),
    };
    match draft.random.below(100) {
        0..20 => draft.triples.push(host.clone()),
        20..70 => {
            for _ in 0..if draft.random.chance(15) { 2 } else { 1 } {
                let target = any(draft);
                draft.situation.targets.push(target.clone());
                draft.triples.push(target);
            }
            // The command line takes the place of all that the config has.
            if draft.random.chance(20) {
                configured(draft, &mut any);
            }
        }
        _ => {
            let named = configured(draft, &mut any);
            draft.triples.extend(named);
        }
    }
    for triple in draft.triples.iter_mut().filter(|triple| *triple == "host-tuple") {
        triple.clone_from(&host);
    }
}

/// `build.target` in some places, all of one form.
fn configured(draft: &mut Draft, any: &mut impl FnMut(&mut Draft) -> String) -> Vec<String> {
    let is_array = draft.random.chance(45);
    let mut named = Vec::new();
    for source in draft.sources(true) {
        let target = any(draft);
        named.push(target.clone());
        let value = if is_array { list(std::slice::from_ref(&target)) } else { text(&target) };
        draft.put(&source, &path(&["build", "target"]), value, &target);
        // Otherwise three targets in each of many cases would take most of the time.
        if is_array && named.len() == 2 {
            break;
        }
    }
    if named.is_empty() {
        let target = any(draft);
        draft.put(&Source::Argument, &path(&["build", "target"]), text(&target), &target);
        named.push(target);
    }
    named
}
