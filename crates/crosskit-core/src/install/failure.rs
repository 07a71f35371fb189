//! What a failed install command means, and the way out.

use crate::finding::{Code, Finding, Severity};
use crate::machine::Machine;
use crate::python;
use crate::target::Catalogue;

use super::{InstallCommand, other_std_sources};

/// What a failed install command means; `told` is what it said, or why it could not be started.
pub fn failure(
    command: &InstallCommand,
    machine: &Machine,
    catalogue: &Catalogue,
    status: &str,
    told: &str,
) -> Finding {
    let line = command.line(machine);
    let finding = Finding::error(Code::InstallFailed, format!("`{line}` failed ({status})"));
    // rustup and apt begin the line that says what went wrong like this; a backtrace may follow.
    let error = |line: &&str| line.starts_with("error") || line.starts_with("E: ");
    let finding = told.lines().map(str::trim).find(error).into_iter().fold(finding, |it, line| it.note(line));
    if command.words.first().map(String::as_str) == Some("rustup") {
        of_rustup(finding, command, machine, catalogue, told)
    } else {
        of_apt(finding, machine, told)
    }
}

/// What is left to say of a command that failed, where all that follow did without it.
pub fn in_spite_of(failure: Finding) -> Finding {
    let note = "what was wanted is installed all the same";
    Finding { severity: Severity::Warning, hints: Vec::new(), ..failure.note(note) }
}

/// A program that is to install something is not there; `commands` are all that are to be run.
pub fn not_found(commands: &[InstallCommand], program: &str, machine: &Machine) -> Finding {
    let message = format!("`{program}` not found, so nothing was installed with it");
    let finding = Finding::error(Code::InstallFailed, message).note(machine.looked_in());
    match program {
        "sudo" => {
            let lines = commands.iter().filter(|it| it.for_system).map(|it| it.words.join(" "));
            finding.hint(format!("run this as root: `{}`", lines.collect::<Vec<_>>().join(" && ")))
        }
        python::PIP => finding.hint("install pip for Python 3, or the tool itself in another way"),
        "rustup" => finding.hint("install rustup: https://rustup.rs"),
        _ => {
            let name = &machine.distribution.name;
            let name = if name.is_empty() { "this system" } else { name };
            finding
                .note(format!("{name} is of a kind that has it; some containers take it out"))
                .hint("install the packages that the findings name where there is a package manager")
        }
    }
}

fn of_apt(finding: Finding, machine: &Machine, told: &str) -> Finding {
    let has = |words: &[&str]| words.iter().any(|words| told.contains(words));
    let sudo = if machine.root { "" } else { "sudo " };
    if has(&["Could not get lock", "Unable to acquire the dpkg frontend lock", "Unable to lock"]) {
        let finding = finding.note("another program installs something at the moment; nothing was changed");
        // apt says: It is held by process 1234 (apt-get)
        let holder = told.split_once("held by process ").and_then(|(_, rest)| rest.split(' ').next());
        let holder = holder.filter(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_digit()));
        return match holder {
            Some(id) => finding.hint(format!("`ps -p {id}` shows it; start this again when it has ended")),
            None => finding.hint("start this again when it has ended"),
        };
    }
    if has(&["dpkg was interrupted"]) {
        let finding = finding.note("an installation was broken off, and dpkg does nothing before that is mended");
        return finding.hint(format!("{sudo}dpkg --configure -a")).hint("then start this again");
    }
    if has(&["fix-broken install", "Unmet dependencies"]) {
        let finding = finding.note("packages that are installed already do not fit together");
        return finding.hint(format!("{sudo}apt-get --fix-broken install")).hint("then start this again");
    }
    if has(&["Temporary failure resolving", "Could not resolve", "Could not connect", "Network is unreachable"])
        || has(&["Connection failed", "Connection timed out"])
    {
        return finding
            .note("the server of the packages could not be reached")
            .hint("look at the network, and at http_proxy where a proxy is needed; then start this again");
    }
    if has(&["unexpected size", "Hash Sum mismatch", "Mirror sync in progress"]) {
        return finding
            .note("the server's lists do not fit together, as between two steps of an update of the server")
            .hint(
                "start this again later, or name another mirror in /etc/apt/sources.list or /etc/apt/sources.list.d",
            );
    }
    if has(&["Unable to locate package", "has no installation candidate"]) {
        return finding
            .note("this release of the distribution does not have the package, or not in the sections that are enabled")
            .hint("`cat /etc/apt/sources.list /etc/apt/sources.list.d/*` shows what is enabled");
    }
    if has(&["You don't have enough free space", "No space left on device"]) {
        return finding.hint("make room; `df -h / /var` shows the disks").hint("then start this again");
    }
    finding
}

fn of_rustup(
    finding: Finding,
    command: &InstallCommand,
    machine: &Machine,
    catalogue: &Catalogue,
    told: &str,
) -> Finding {
    let lower = told.to_lowercase();
    let network = ["could not download", "dns", "connect", "timed out", "network"];
    let unreachable = network.iter().any(|word| lower.contains(word));
    let (reason, unreachable) = if lower.contains("404") || lower.contains("not found") {
        ("rustup's server does not have rust-std for this target (404)", false)
    } else if unreachable {
        ("rustup's server could not be reached", true)
    } else if lower.contains("does not support target") || lower.contains("does not contain component") {
        ("this toolchain has no rust-std for the target", false)
    } else {
        ("rustup could not provide rust-std for the target", false)
    };
    let finding = finding.note(reason);
    let finding = if unreachable { finding.hint("look at the network, then start this again") } else { finding };
    match command.words.last().and_then(|triple| catalogue.row(triple)) {
        Some(row) => other_std_sources(finding, row, machine),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Missing, commands};
    use super::*;
    use crate::machine::Distribution;

    fn debian() -> Machine {
        let distribution = Distribution { id: "debian".to_owned(), ..Distribution::default() };
        Machine { distribution, root: true, rustup: true, ..Machine::default() }
    }

    fn apt(told: &str) -> Finding {
        let command = InstallCommand::new(&["apt-get", "install", "--yes"], ["qemu-user".to_owned()], true);
        let catalogue = Catalogue::built_in().expect("targets.toml parses");
        failure(&command, &debian(), &catalogue, "exit status: 100", told)
    }

    #[test]
    fn without_sudo_every_command_is_named_that_needs_root() {
        let missing = [
            Missing::RustStd("s390x-unknown-linux-gnu".to_owned()),
            Missing::Package("wine32:i386".to_owned()),
            Missing::Package("qemu-user".to_owned()),
        ];
        let machine = Machine { root: false, ..debian() };
        let finding = not_found(&commands(&missing.into_iter().collect(), &machine), "sudo", &machine);
        assert_eq!(
            finding.hints,
            ["run this as root: `dpkg --add-architecture i386 && apt-get update && \
              apt-get install --yes --no-install-recommends --no-remove qemu-user wine32:i386`"]
        );
    }

    #[test]
    fn a_locked_apt_names_who_has_the_lock() {
        let told = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (unattended-upgr)\n\
                    N: Be aware that removing the lock file is not a solution and may break your system.\n\
                    E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?\n";
        let finding = apt(told);
        assert!(finding.notes[0].contains("unattended-upgr"), "{finding:?}");
        assert!(finding.hints[0].contains("`ps -p 4711`"), "{finding:?}");
        let finding = apt("E: Unable to lock directory /var/lib/apt/lists/");
        assert_eq!(finding.hints, ["start this again when it has ended"]);
    }

    #[test]
    fn what_is_half_installed_is_mended_by_the_line_that_is_named() {
        let finding =
            apt("E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.");
        assert_eq!(finding.hints[0], "dpkg --configure -a");
        let finding = apt("E: Unmet dependencies. Try 'apt --fix-broken install' with no packages");
        assert_eq!(finding.hints[0], "apt-get --fix-broken install");
    }

    #[test]
    fn without_a_network_that_is_said() {
        let finding =
            apt("E: Failed to fetch http://deb.debian.org/x.deb  Temporary failure resolving 'deb.debian.org'");
        assert_eq!(finding.notes[1], "the server of the packages could not be reached");
        assert_eq!(finding.hints.len(), 1);
        let finding =
            apt("E: Failed to fetch http://deb.debian.org/x/Packages.xz  File has unexpected size (346968 != 366648)");
        assert!(finding.notes[1].contains("do not fit together"), "{finding:?}");
        let finding = apt("E: Unable to locate package gcc-x");
        assert!(finding.notes[1].contains("this release"), "{finding:?}");
        assert!(apt("E: something new").hints.is_empty());
    }

    #[test]
    fn a_failed_rustup_says_why_and_names_the_other_sources() {
        let target = "s390x-unknown-linux-gnu".to_owned();
        let command = InstallCommand::new(&["rustup", "target", "add"], [target], false);
        let catalogue = Catalogue::built_in().expect("targets.toml parses");
        let debian = debian();
        let finding = failure(&command, &debian, &catalogue, "exit 1", "error: no download\n  404\n  0: anyhow::error");
        assert_eq!(finding.notes[0], "error: no download");
        assert_eq!(finding.notes[1], "rustup's server does not have rust-std for this target (404)");
        assert_eq!(finding.hints.len(), 2);
        let finding = failure(&command, &debian, &catalogue, "exit 1", "error: could not download: dns error");
        assert_eq!(finding.notes[1], "rustup's server could not be reached");
        assert_eq!(finding.hints.len(), 3);
    }
}
