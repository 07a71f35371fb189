//! Variables without a target in their names, which reach the target and the host kind alike.

use crate::finding::{Code, Finding, Origin};
use crate::object_file;
use crate::triple;

use super::words::{machine_of, machine_of_name, one_compiler};
use super::{compiler_program, CompilerFacts, CompilerOrigin, Probe, ScriptFacts};

/// A plain `CC` that fits the target, and is taken for what build scripts depend on as well.
///
/// One that does not fit the target is an error of its own, and clang fits both.
pub(super) fn check(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    if !facts.is_cross() || facts.any_target {
        return;
    }
    for compiler in &facts.compilers {
        if let Some(finding) = one(facts, compiler) {
            found.push(finding);
        }
    }
}

fn one(facts: &ScriptFacts, compiler: &CompilerFacts) -> Option<Finding> {
    let CompilerFacts { variable, kind, target, host, .. } = compiler;
    if compiler.origin != CompilerOrigin::Variable(variable.clone()) {
        return None;
    }
    let fits = match &compiler.probe {
        Probe::Object(file) => {
            let hosts = object_file::expected(host);
            let alike = hosts.is_some_and(|host| file.machines.iter().any(|made| one_compiler(made, &host)));
            object_file::matches(target, file) == Some(true)
                && object_file::matches(host, file) == Some(false)
                && !alike
        }
        Probe::NotTried => {
            let made = machine_of_name(compiler_program(&compiler.compiler));
            made.is_some() && made == machine_of(&facts.target) && made != machine_of(host)
        }
        _ => false,
    };
    if !fits || facts.of_host_kind.iter().all(|it| it.name != *variable) {
        return None;
    }
    let own = format!("{variable}_{}", triple::env_lower(target));
    Some(
        Finding::warning(
            Code::ReachesBothKinds,
            format!("{variable} gives build scripts the {kind} of {target} as well"),
        )
        .at(Origin::Variable(variable.clone()))
        .note(format!("what a build script or proc-macro depends on is compiled for {host}, by the same variable"))
        .hint(format!("unset {variable}, and set {own}={}", compiler.compiler)),
    )
}
