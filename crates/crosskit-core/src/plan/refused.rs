//! Stops a write after which Cargo could not read the config any more.

use std::rc::Rc;

use crate::finding::Finding;
use crate::resolve::{ConfigFiles, Layers};

use super::{Input, Prepared};

/// The layers with a new text of the root config; nothing is written if Cargo would refuse them.
pub(super) fn stop_if_refused(input: &Input, text: String, prepared: &mut Prepared) -> Option<Rc<Layers>> {
    let mut files = input.configs.files.clone();
    let path = input.configs.root.join(input.configs.root_config());
    if files.text(&path) != Some(&text) {
        files.insert(path, Some(text));
    }
    let configs = ConfigFiles { files: &files, ..input.configs };
    let after = configs.layers(configs.root);
    let clashes = clashes(input, &after, &configs);
    if clashes.is_empty() {
        return Some(after);
    }
    prepared.config.extend(clashes);
    prepared.plan.edits.clear();
    prepared.plan.removals.clear();
    None
}

/// What Cargo could not merge once the root config has this text: with the files that it includes, with those above it,
/// and with those of the members' own directories, which count for a cargo that is started there.
fn clashes(input: &Input, after: &Layers, configs: &ConfigFiles) -> Vec<Finding> {
    let told = |layers: &Layers| -> Vec<Finding> {
        let told = layers.problems.iter().map(|problem| problem.finding(layers));
        told.map(|finding| finding.note("nothing was written")).collect()
    };
    let mut findings = told(after);
    if findings.is_empty() {
        for directory in input.inner_directories {
            for finding in told(&configs.layers(directory)) {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    findings
}
