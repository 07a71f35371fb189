//! Reads what the decisions are made of: the workspace, its config and settings, and the toolchain.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crosskit_core::exit::Exit;
use crosskit_core::finding::{Code, Finding, Origin};
use crosskit_core::libraries::Libraries;
use crosskit_core::plan::{self, Request};
use crosskit_core::policy::{LAUNCHER_PATH, OwnFiles};
use crosskit_core::resolve::Config;
use crosskit_core::settings::Settings;
use crosskit_core::target::Catalogue;
use crosskit_core::wrapper::Driver;

use crate::cli::{Action, Options, SyncMode};
use crate::configs::{self, Configs};
use crate::environment::{self, Start, Variables};
use crate::event::Event;
use crate::metadata::{self, Metadata};
use crate::report::Terminal;
use crate::rustc::{self, Rustc, Toolchain};
use crate::sh::Sh;
use crate::{apply, record, scripts};

use super::{Ends, REPORT, ends, internal};

/// The workspace and what it says, before any decision.
pub(super) struct Ground {
    pub(super) catalogue: Catalogue,
    pub(super) libraries: Libraries,
    pub(super) metadata: Metadata,
    pub(super) toolchain: Toolchain,
    pub(super) settings: Settings,
    pub(super) configs: Configs,
    pub(super) own_files: OwnFiles,
    pub(super) scripts: Vec<(String, String)>,
    /// The command line, with the targets of the config where it names none.
    pub(super) request: Request,
    /// Held until the config is written, so that two runs take turns.
    pub(super) lock: Option<apply::Lock>,
    /// Where the user stands.
    pub(super) started_in: PathBuf,
    /// Where the report goes.
    pub(super) out: PathBuf,
}

/// What cargo itself would refuse when it is asked about the workspace.
pub(super) fn refused_by_cargo(options: &Options, sh: &Sh) -> Result<configs::Reader, Ends> {
    let reader = configs::Reader::default();
    let broken = reader.refused_by_cargo(&sh.directory(), &options.request.config, &sh.variables);
    if broken.is_empty() { Ok(reader) } else { Err((Exit::Config, broken)) }
}

/// Reads what there is to read. Cargo's own complaints are told before cargo is asked.
pub(super) fn look(options: &Options, terminal: &Terminal, sh: &mut Sh, start: &Start) -> Result<Ground, Ends> {
    refused_by_cargo(options, sh)?;
    let catalogue = Catalogue::built_in().map_err(internal)?;
    // It takes longest, and is ended with the rest where that goes wrong.
    let asked = metadata::ask(sh, &start.cargo, &options.request.graph_options);
    let rustc = Rustc::ask(sh, rustc::program(sh, &start.cargo, None)).map_err(ends(Exit::ToolMissing))?;
    built_for_host(&rustc.host).map_err(ends(Exit::Usage))?;
    let unknown = plan::unknown_targets(&options.request, &catalogue, &rustc.host);
    if !unknown.is_empty() {
        return Err((Exit::Usage, unknown));
    }
    let mut metadata = metadata::read(sh, asked, start.package.clone()).map_err(ends(Exit::Usage))?;
    let started_in = sh.directory();
    // Cargo finds config by the present directory, so what is decided here holds at the root alone (cargo #10302).
    sh.change_directory(&metadata.root);
    let settings = read_settings(&metadata, &catalogue)?;

    let out = metadata.target_directory.join("crosskit");
    let writes = options.request.writes;
    if writes && options.action == Action::Climb {
        // The report of the last run must not be taken for this one's, however this one ends.
        let _ = std::fs::remove_file(out.join(REPORT));
    }
    let lock = if writes { Some(turn(&metadata.root, &out, terminal, sh)?) } else { None };
    let members = metadata.workspace.members().filter_map(|member| metadata.packages.get(&member.id));
    let members = members.map(|info| info.directory.as_path());
    // What was read before it was our turn may have been written anew since.
    let configs = configs::Reader::default().read(&metadata.root, members, &options.request.config, &sh.variables);
    let configs = configs.map_err(|findings| (Exit::Config, findings))?;
    strip_env_table(&mut sh.variables, start, &metadata.root, &configs);
    environment::make_absolute(&mut sh.variables, &started_in);
    if metadata.workspace.xtask.is_none() {
        // Started by itself, and not by cargo: what is decided must be the same.
        metadata.workspace.xtask = xtask_of_alias(&metadata.root, &configs);
    }
    let toolchain = toolchain(rustc, sh, start, &metadata.root, &configs, &options.request.config)?;
    let own_files = own_files(&metadata.root);
    let mut request = options.request.clone();
    let names_none = request.targets.is_empty() && request.matrices.is_none();
    if names_none && options.action != Action::Sync(SyncMode::Remove) {
        let files = configs.as_data(&metadata.root, &request.config);
        request.targets = plan::written_targets(&files, &catalogue, &settings);
        if request.targets.is_empty() {
            let finding = Finding::error(Code::UnknownName, "no target is given, and the config has keys of none")
                .at(Origin::CommandLine)
                .hint("name a triple or an alias, such as `aarch64`");
            return Err((Exit::Usage, vec![finding]));
        }
    }
    request.durations = durations(options, terminal, &started_in)?;
    let scripts = scripts::read(&metadata.root);
    let libraries = Libraries::built_in().map_err(internal)?;
    Ok(Ground {
        catalogue,
        libraries,
        metadata,
        toolchain,
        settings,
        configs,
        own_files,
        scripts,
        request,
        lock,
        started_in,
        out,
    })
}

/// How long cells took, as earlier reports say.
fn durations(options: &Options, terminal: &Terminal, started_in: &Path) -> Result<BTreeMap<String, u64>, Ends> {
    let paths = options.durations.iter().map(|path| started_in.join(path));
    // The first run has no earlier one, and its shards are divided all the same.
    let (there, missing): (Vec<PathBuf>, Vec<PathBuf>) = paths.partition(|path| path.exists());
    for path in missing {
        let words = format!("{} is not there, so cells are divided by their number", path.display());
        terminal.event(Event::Status("Note", &words));
    }
    let named = record::read_all(there.iter().map(PathBuf::as_path)).map_err(|findings| (Exit::Usage, findings))?;
    Ok(named.iter().flat_map(|it| it.record.durations()).collect())
}

/// The launcher, and the scripts beside it. One that cannot be started is as good as none: archives and some file systems
/// lose the permission.
pub(super) fn own_files(root: &Path) -> OwnFiles {
    let wrappers = Driver::ALL.into_iter().flat_map(|driver| {
        let directory = driver.directory();
        let entries = std::fs::read_dir(root.join(&directory)).into_iter().flatten().flatten();
        entries.map(move |entry| format!("{directory}/{}", entry.file_name().to_string_lossy()))
    });
    let text = |path: String| {
        let file = root.join(&path);
        let text = if apply::is_executable(&file) { apply::read(&file).ok().flatten()? } else { return None };
        Some((path, text))
    };
    std::iter::once(LAUNCHER_PATH.to_owned()).chain(wrappers).filter_map(text).collect()
}

/// Waits until no other run is between its look at the config and its write.
fn turn(root: &Path, out: &Path, terminal: &Terminal, sh: &Sh) -> Result<apply::Lock, Ends> {
    let mut told = false;
    let lock = apply::lock(root, out, |waited| {
        // Another run writes within the blink of an eye, and one that waits for a program does not.
        if !told && waited > std::time::Duration::from_millis(500) {
            told = true;
            terminal.event(Event::Status("Blocking", &format!("waiting for another run in {}", root.display())));
        }
        !sh.is_interrupted()
    });
    lock.map_err(ends(Exit::Config))?.ok_or((Exit::Interrupted, Vec::new()))
}

/// The xtask that was itself cross-compiled would look at an emulated machine.
fn built_for_host(host: &str) -> Result<(), Box<Finding>> {
    let mut words = host.split('-');
    let arch = words.next().unwrap_or_default();
    // `arch` names the instruction set of the triple; i586 and i686 are both `x86` for rustc.
    let own = std::env::consts::ARCH;
    let same = match own {
        "x86" => arch.starts_with('i'),
        "arm" => arch.starts_with("arm") || arch.starts_with("thumb"),
        "powerpc64" | "riscv64" | "riscv32" | "mips64" => arch.starts_with(own),
        _ => arch == own,
    };
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    };
    if same && host.contains(os) {
        return Ok(());
    }
    Err(Box::new(
        Finding::error(
            Code::XtaskNotForHost,
            format!("this xtask was built for {own} {}, and rustc's host is {host}", std::env::consts::OS),
        )
        .note("`build.target` in a Cargo config cross-compiles the xtask, too")
        .hint("give the alias `--target host-tuple`: xtask = \"run --quiet --target host-tuple --package xtask --\""),
    ))
}

fn read_settings(metadata: &Metadata, catalogue: &Catalogue) -> Result<Settings, Ends> {
    let text = apply::read_settings(&metadata.root).map_err(ends(Exit::Usage))?;
    let settings = Settings::parse(&text, catalogue).map_err(|findings| (Exit::Usage, findings))?;
    let unknown = metadata.workspace.unknown_packages(settings.named_packages());
    if unknown.is_empty() { Ok(settings) } else { Err((Exit::Usage, unknown)) }
}

/// The xtask inherits the `[env]` values of the config as it was when cargo started it.
pub(super) fn strip_env_table(variables: &mut Variables, start: &Start, root: &Path, configs: &Configs) {
    let nothing = std::collections::BTreeMap::new();
    for (directory, layers) in configs::layers_everywhere(root, configs) {
        let config = Config { layers: &layers, environment: &nothing, directory: &directory, cargo_minor: 0 };
        environment::strip_env_table(variables, &config.env_table().0, &start.cargo);
    }
}

/// The package that the workspace's own alias runs.
fn xtask_of_alias(root: &Path, configs: &Configs) -> Option<String> {
    let layers = configs.as_data(root, &[]).layers(root);
    let nothing = std::collections::BTreeMap::new();
    Config { layers: &layers, environment: &nothing, directory: root, cargo_minor: 0 }.package_of_alias("xtask")
}

/// What cargo compiles with at the root, once it is known what the config says.
pub(super) fn toolchain(
    rustc: Rustc,
    sh: &Sh,
    start: &Start,
    root: &Path,
    configs: &Configs,
    command_line: &[String],
) -> Result<Toolchain, Ends> {
    let layers = configs.as_data(root, command_line).layers(root);
    let environment = environment::as_text(&sh.variables);
    let config = Config { layers: &layers, environment: &environment, directory: root, cargo_minor: 0 };
    Toolchain::of(&config, rustc, sh, &start.cargo).map_err(ends(Exit::ToolMissing))
}
