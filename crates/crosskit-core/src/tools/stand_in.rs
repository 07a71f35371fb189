//! Another way to link than the policy's, where this machine lacks the policy's own and has all of another one.

use std::collections::BTreeMap;

use crate::finding::{Finding, Origin, Severity};
use crate::machine::Machine;
use crate::policy::{self, Policy};
use crate::resolve::Resolved;
use crate::rules;
use crate::settings::StdSource;
use crate::target::Provider;
use crate::wrapper::{self, Wrapper};

use super::{Needs, Questions, check};

/// The providers that may stand in, the likest to a cross gcc first: clang links with the same C library.
const ORDER: [Provider; 4] = [Provider::Gcc, Provider::Clang, Provider::Zig, Provider::Lld];

const FOR_CROSSKIT_ALONE: &str =
    "crosskit tells cargo so by variables; plain cargo goes by the config, and does not find it";

/// The key that names the linker.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    /// Whether it is the kit's own. A linker that the user names stays, and what is wrong with it is told.
    pub is_ours: bool,
    /// The provider that the policy has.
    pub provider: Provider,
    /// Where the scripts of one that stands in are: no part of the workspace, as they are this machine's alone.
    pub directory: &'a str,
}

/// A provider that stands in for the policy's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// What links.
    pub provider: Provider,
    /// What is not here, in words: ``linker `aarch64-linux-gnu-gcc` ``.
    pub lacking: String,
    /// What it does, in words: ``zig links, as linker `aarch64-linux-gnu-gcc` is not here``.
    pub words: String,
    /// The variables by which cargo and build scripts take it.
    pub variables: BTreeMap<String, String>,
    /// The policy that would have it.
    pub policy: Policy,
    /// What is missing of the policy's own, as a warning.
    pub finding: Finding,
}

impl StandIn {
    /// Finds the provider that stands in, if one must and can; and says what the machine must be asked for that.
    pub fn find(
        needs: &Needs,
        key: Key,
        machine: &Machine,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> (Option<StandIn>, Questions) {
        let mut questions = Questions::default();
        let is_named = needs.linker_of_flags.is_some() || needs.linker.is_none();
        if !key.is_ours || is_named || needs.row.triple == machine.host {
            return (None, questions);
        }
        let Some(lacking) = check::lacking(needs, machine, variable) else { return (None, questions) };
        for provider in ORDER.into_iter().filter(|it| *it != key.provider) {
            let Some(policy) = candidate(needs, provider, key.directory, machine) else { continue };
            let variables = variables(needs, &policy, provider, machine, variable);
            let (lacking, words, finding) = (String::new(), String::new(), lacking.clone());
            let stand_in = StandIn { provider, lacking, words, variables, policy, finding };
            let variable = |name: &str| stand_in.variables.get(name).cloned().or_else(|| variable(name));
            let candidate = stand_in.needs(needs);
            questions.extend(candidate.questions(machine, &variable));
            if check::can_link(&candidate, machine, &variable) {
                return (Some(stand_in.told(needs)), questions);
            }
        }
        (None, questions)
    }

    /// What is needed with it in the place of the policy's own.
    pub fn needs<'a>(&'a self, needs: &Needs<'a>) -> Needs<'a> {
        let origin = Origin::Catalogue(needs.row.triple.clone());
        let linker = self.policy.linker.clone().map(|value| Resolved { value, origin });
        Needs { policy: &self.policy, linker, ..needs.clone() }
    }

    /// The files that it needs, with their text: by path below the directory of [`Key`].
    pub fn files(&self, directory: &str) -> Vec<(String, String)> {
        let wrapper = self.policy.wrapper.as_ref();
        let below = |path: String| path.strip_prefix(directory).map(|it| it.trim_start_matches('/').to_owned());
        let files = wrapper.into_iter().flat_map(|it| it.files().map(|path| (path, it.text())));
        files.filter_map(|(path, text)| Some((below(path)?, text))).collect()
    }

    fn told(mut self, needs: &Needs) -> StandIn {
        let does = format!("{} {}", self.provider.as_str(), if needs.links { "links" } else { "compiles C" });
        let triple = &needs.row.triple;
        let message = &self.finding.message;
        let (lacking, words) = match message.strip_suffix(" not found") {
            Some(what) => (what, format!("{does}, as {what} is not here")),
            None => (message.as_str(), format!("{does}, as {message}")),
        };
        (self.lacking, self.words) = (lacking.to_owned(), words);
        let finding = Finding {
            severity: Severity::Warning,
            message: format!("{message}, so {does} for `{triple}`"),
            hints: Vec::new(),
            ..self.finding.clone()
        };
        let finding = finding
            .note(FOR_CROSSKIT_ALONE)
            .hint(format!("for plain cargo: eval \"$(cargo xtask cross env {triple})\""));
        self.finding = self.finding.hints.iter().fold(finding, |it, hint| it.hint(format!("or {hint}")));
        self
    }

    /// The same in a shell that has the variables of `env`: plain cargo is told as well.
    pub fn told_by_shell(mut self) -> StandIn {
        self.finding.severity = Severity::Note;
        self.finding.notes.retain(|note| note != FOR_CROSSKIT_ALONE);
        self.finding
            .notes
            .push("the variables of `cross env` are in this shell, so plain cargo does the same".to_owned());
        self.finding.hints.retain(|hint| !hint.starts_with("for plain cargo"));
        self
    }
}

/// The policy with another provider, if that can be told by variables alone.
fn candidate(needs: &Needs, provider: Provider, directory: &str, machine: &Machine) -> Option<Policy> {
    let has_objects = provider != Provider::Lld || needs.std != StdSource::BuildStd;
    // zig has a C library of its own, and finds nothing that the distribution has for the target.
    let finds_libraries = provider != Provider::Zig || needs.libraries.is_empty();
    if !has_objects || !finds_libraries {
        return None;
    }
    let policy = needs.policy.linked_by(needs.row, provider, directory)?;
    // A script is no program there.
    let starts = policy.wrapper.is_none() || !machine.host.contains("-windows-");
    starts.then_some(policy)
}

/// What cargo and build scripts are told. A compiler that the user names for the target stays.
fn variables(
    needs: &Needs,
    policy: &Policy,
    provider: Provider,
    machine: &Machine,
    variable: &dyn Fn(&str) -> Option<String>,
) -> BTreeMap<String, String> {
    let triple = &needs.row.triple;
    let linker = policy.linker.iter().map(|linker| (policy::linker_variable(triple), linker.clone()));
    let tools: Vec<(String, String)> = match (&policy.wrapper, &needs.row.gnu_prefix) {
        (Some(wrapper), _) => wrapper.variables().into(),
        (None, Some(prefix)) if provider == Provider::Gcc => {
            let names = ["ar", "gcc", "g++"].map(|tool| format!("{prefix}-{tool}"));
            wrapper::variables(triple).into_iter().zip(names).collect()
        }
        (None, _) => Vec::new(),
    };
    let own = needs.policy.wrapper.as_ref().map(Wrapper::files).into_iter().flatten().collect::<Vec<_>>();
    let is_free = |(name, ours): &(String, String)| {
        let tool = name.split('_').next().unwrap_or_default();
        let set = rules::compiler_variable(tool, triple, &machine.host, variable);
        set.is_none_or(|(_, value)| value == *ours || own.iter().any(|file| value.ends_with(file)))
    };
    linker.chain(tools.into_iter().filter(is_free)).collect()
}
