//! The workspace in which targets are proven: a copy of the example's packages, and those that only prove something.

use std::path::PathBuf;
use std::process::{Command, Output};

use crosskit_core::finding::Finding;
use crosskit_core::settings::{self, Settings};
use crosskit_core::target::Catalogue;
use serde_json::Value;

use crate::files;

/// A workspace, and the kit.
pub struct Workspace {
    root: PathBuf,
    kit: PathBuf,
}

/// What a call of the kit came to.
pub struct Outcome {
    pub exit: i32,
    /// The only cell of the report, if there is one.
    pub cell: Value,
    /// What was said.
    pub stderr: String,
}

impl Workspace {
    /// Makes it anew, and keeps what was compiled there.
    pub fn make() -> Result<Workspace, String> {
        let repository = files::repository();
        let root = repository.join("target/prove");
        for entry in std::fs::read_dir(&root).into_iter().flatten().flatten().filter(|it| it.file_name() != "target") {
            let path = entry.path();
            // What cannot be taken away is written over, or copying it fails.
            let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        }
        files::copy(&repository.join("example-workspace"), &root)?;
        files::copy(&repository.join("prove"), &root)?;
        let kit = std::env::current_exe().map_err(|error| error.to_string())?;
        let workspace = Workspace { root, kit };
        // The copies lie deeper than what they were copied from.
        let crates = repository.join("crates").display().to_string();
        for name in ["native/Cargo.toml", "xtask/Cargo.toml"] {
            workspace.edit(name, |text| text.replace("../../crates", &crates))?;
        }
        let more =
            ["bare", "bare-sound", "bare-unsound", "defects", "files", "hello"].map(|name| format!("\"{name}\", "));
        workspace
            .edit("Cargo.toml", |text| text.replacen("members = [", &format!("members = [{}", more.concat()), 1))?;
        // What the example says about its own packages is no part of this.
        workspace.take_ready_std()?;
        Ok(workspace)
    }

    /// Lets cargo build the standard library of a target, and gives back the settings that say so; until [`Workspace::take_ready_std`].
    pub fn build_std(&self, triple: &str) -> Result<Settings, String> {
        let text = format!("{}\nstd = \"build-std\"\n", settings::table_of(triple));
        self.edit("crosskit.toml", |_| text.clone())?;
        let told = |findings: Vec<Finding>| findings.into_iter().map(|it| it.message).collect::<Vec<_>>().join("; ");
        Settings::parse(&text, &Catalogue::built_in()?).map_err(told)
    }

    /// Takes every standard library as it is installed.
    pub fn take_ready_std(&self) -> Result<(), String> {
        self.edit("crosskit.toml", |_| String::new())
    }

    fn edit(&self, name: &str, change: impl FnOnce(String) -> String) -> Result<(), String> {
        files::edit(&self.root.join(name), change)
    }

    /// Calls `cross` for one target.
    pub fn cross(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Outcome, String> {
        let report = self.root.join("target/crosskit/report.json");
        let _ = std::fs::remove_file(&report);
        let output = self.kit(arguments, variables)?;
        let text = std::fs::read_to_string(&report).unwrap_or_default();
        let report: Value = serde_json::from_str(&text).unwrap_or_default();
        Ok(Outcome {
            exit: output.status.code().unwrap_or(-1),
            cell: report["cells"][0].clone(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// The tools of one target, as doctor tells them: for the computer's own, what every target shares.
    pub fn tools(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Vec<Value>, String> {
        let output = self.kit(&[&["doctor"], arguments, &["--format", "json"]].concat(), variables)?;
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let target = &told["targets"][0];
        let shared = (target["target"] == told["host"]).then_some(&told["shared"]);
        Ok(shared.into_iter().chain([&target["tools"]]).filter_map(Value::as_array).flatten().cloned().collect())
    }

    fn kit(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Output, String> {
        let mut command = Command::new(&self.kit);
        command.arg("cross").args(arguments).current_dir(&self.root).envs(variables.iter().copied());
        command.env_remove("CARGO_TARGET_DIR");
        command.output().map_err(|error| format!("{}: {error}", self.kit.display()))
    }
}
