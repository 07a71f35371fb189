//! Linkers and runners of the shell, which take the place of what the config has for everybody.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding, Origin};
use crate::resolve::{Config, KindView, Layers, Resolved, Setting};
use crate::tools;
use crate::tools::Needs;

use super::{Input, shell};

/// The shell's linker and runner, as the kit and plain cargo take them and a colleague's computer does not. One that says
/// what the config says does no harm.
pub(super) fn wins(input: &Input, config: &Config, view: &KindView, needs: &Needs) -> Vec<Finding> {
    let policy = needs.policy;
    let linker = needs.linker.as_ref().map(|it| Resolved { value: vec![it.value.clone()], origin: it.origin.clone() });
    let of_both =
        [("linker", linker, policy.linker.as_deref()), ("runner", needs.runner.clone(), policy.runner.as_deref())];
    let wins = |(key, setting, planned): (&str, Option<Resolved<Vec<String>>>, Option<&str>)| {
        let Resolved { value, origin: Origin::Variable(name) } = setting? else { return None };
        let environment = without(config, &name);
        let of = |layers: &Layers| {
            let config = Config { layers, environment: &environment, ..*config };
            resolved(&config, key, view)
        };
        let others = of(config.layers);
        let finding = Finding::warning(
            Code::EnvironmentWins,
            format!("the {key} of {} comes from the environment: `{}`", view.triple, value.join(" ")),
        )
        .at(Origin::Variable(name.clone()));
        if !is_same(input, key, needs, others.as_ref(), &value) {
            let others = match others {
                Some(others) => told(input, &others.value, planned),
                None => "the config names none".to_owned(),
            };
            let finding = finding.note(format!("{others}, and that is what others get"));
            return Some(finding.hint(format!("unset {name}")));
        }
        let on_disk = of(&input.configs.layers(input.configs.root)).map(|it| it.value);
        (!input.request.writes && on_disk != others.map(|it| it.value)).then(|| {
            finding
                .note("the policy agrees, but the config does not have it yet, so that others do not get it")
                .hint(format!("write it with `cargo xtask cross sync {}`", view.triple))
        })
    };
    of_both.into_iter().filter_map(wins).collect()
}

/// The words of a linker or runner with this config.
fn resolved(config: &Config, key: &str, view: &KindView) -> Option<Resolved<Vec<String>>> {
    let cfgs = view.cfgs.as_ref();
    if key == "runner" {
        return config.resolved(&config.runner(&view.triple, cfgs).unwrap_or_default());
    }
    let linker = config.resolved(&config.linker(&view.triple, cfgs).unwrap_or_default())?;
    Some(Resolved { value: vec![linker.value], origin: linker.origin })
}

/// The linker of the config, as it is where a variable of the shell is not set.
pub(super) fn linker_without(config: &Config, view: &KindView, variable: &str) -> Setting<String> {
    let config = Config { environment: &without(config, variable), ..*config };
    config.linker(&view.triple, view.cfgs.as_ref()).unwrap_or_default()
}

/// Whether the shell says what the config says, or for a runner what `env` prints where the launcher is not there yet.
fn is_same(input: &Input, key: &str, needs: &Needs, others: Option<&Resolved<Vec<String>>>, value: &[String]) -> bool {
    let Some(others) = others else { return false };
    let fitted = || {
        let through = Needs { runner: Some(others.clone()), ..needs.clone() };
        tools::runner_name(&through, through.native(input.machine), input.machine)
    };
    others.value == value
        || key == "runner" && shell::lacks_launcher(input, &others.value) && fitted() == value.join(" ")
}

fn without(config: &Config, name: &str) -> BTreeMap<String, String> {
    config.environment.iter().filter(|(it, _)| *it != name).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What others get, and who says so.
fn told(input: &Input, words: &[String], policy: Option<&str>) -> String {
    let words = words.join(" ");
    let root = format!("{}/", input.configs.root.display());
    let words = words.strip_prefix(&root).unwrap_or(&words);
    format!("the {} says `{words}`", if policy == Some(words) { "policy" } else { "config" })
}
