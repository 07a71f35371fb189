//! Settings and files that are meant for another machine than the target.

use crate::finding::{Code, Finding, Origin};
use crate::object_file;
use crate::triple;

use super::settings::clang_target;
use super::words::{machine_of, same_machine};
use super::ScriptFacts;

/// bindgen that reads the headers of another machine.
pub(super) fn bindgen(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    let arguments = facts.bindgen.as_ref().map_or("", |it| it.value.as_str());
    let under = triple::env_lower(&facts.target);
    if let (Some(setting), Some(named)) = (&facts.bindgen, clang_target(arguments)) {
        if same_machine(named, &facts.target) == Some(false) {
            let message = format!("bindgen reads headers for {named}, and TARGET is {}", facts.target);
            // A package that does not use bindgen is not harmed.
            let finding = weighed(facts.uses("bindgen"), Code::BindgenTarget, message)
                .at(Origin::Variable(setting.name.clone()))
                .note("bindgen adds the right `--target` by itself where none is named");
            found.push(finding.hint(format!("take `--target` out of {}", setting.name)));
            return;
        }
    }
    let named = ["--sysroot", "-isysroot", "-isystem", "-I", "-nostdinc"].iter().any(|word| arguments.contains(word));
    if let Some(sysroot) = &facts.sysroot {
        if facts.is_cross() && facts.uses("bindgen") && !named {
            let message = format!("bindgen does not look into the sysroot of the C compiler, `{sysroot}`");
            let finding = Finding::warning(Code::BindgenTarget, message)
                .note("libclang looks for headers where it looks on this machine")
                .hint(format!("BINDGEN_EXTRA_CLANG_ARGS_{under}=--sysroot={sysroot}"));
            found.push(match &facts.bindgen {
                Some(setting) => finding.at(Origin::Variable(setting.name.clone())),
                None => finding,
            });
        }
    }
}

/// What ends the build of a package that is harmed, and is told to the others.
fn weighed(harmed: bool, code: Code, message: String) -> Finding {
    if harmed {
        Finding::error(code, message)
    } else {
        Finding::warning(code, message)
    }
}

/// A toolchain file of CMake for another machine.
pub(super) fn cmake(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    let Some(file) = &facts.toolchain_file else { return };
    let Some(processor) = &file.processor else { return };
    let (Some(made), Some(wanted)) = (machine_of_processor(processor), machine_of(&facts.target)) else {
        return;
    };
    if made == wanted {
        return;
    }
    let own = format!("CMAKE_TOOLCHAIN_FILE_{}", triple::env_lower(&facts.target));
    let message =
        format!("CMake's toolchain file `{}` is for {made}, and TARGET is {}", file.setting.value, facts.target);
    let finding = weighed(facts.uses("cmake"), Code::CmakeToolchain, message)
        .at(Origin::Variable(file.setting.name.clone()))
        .note(format!("it sets CMAKE_SYSTEM_PROCESSOR to {processor}"));
    let plain = file.setting.name == "CMAKE_TOOLCHAIN_FILE";
    found.push(match (plain, facts.is_cross()) {
        (true, true) => finding.hint(format!("{own}=… for this target, or unset CMAKE_TOOLCHAIN_FILE")),
        (true, false) => finding
            .note("it reaches what build scripts depend on as well, which is for this machine")
            .hint("name the target: CMAKE_TOOLCHAIN_FILE_<triple>, with `_` for `-`"),
        (false, _) => finding.hint(format!("correct or unset {}", file.setting.name)),
    });
}

/// The architecture that CMake's word for a processor stands for.
fn machine_of_processor(processor: &str) -> Option<&'static str> {
    let word = match processor.to_ascii_lowercase().as_str() {
        "amd64" | "x64" => "x86_64".to_string(),
        "arm64" => "aarch64".to_string(),
        "x86" => "i686".to_string(),
        "ppc64le" => "powerpc64le".to_string(),
        "ppc64" => "powerpc64".to_string(),
        other => other.to_string(),
    };
    // Only the architecture counts, so that any system will do.
    machine_of(&format!("{word}-unknown-linux-gnu"))
}

/// Libraries of another machine in directories that variables name: one finding for each directory.
pub(super) fn libraries(facts: &ScriptFacts, found: &mut Vec<Finding>) {
    for library in &facts.libraries {
        if object_file::matches(&facts.target, &library.object) != Some(false) {
            continue;
        }
        let name = &library.setting.name;
        let finding = Finding::warning(
            Code::ForeignLibraries,
            format!("{name} leads to libraries for {}, and TARGET is {}", library.object.name(), facts.target),
        )
        .at(Origin::Variable(name.clone()))
        .note(format!("`{}` is one of them", library.file));
        let upper = triple::env_upper(&facts.target);
        found.push(if name.starts_with(&upper) || name.ends_with(&triple::env_lower(&facts.target)) {
            finding.hint(format!("correct {name}"))
        } else {
            finding.hint(format!("unset {name}, or where the package asks for it set {upper}_{name}"))
        });
    }
}
