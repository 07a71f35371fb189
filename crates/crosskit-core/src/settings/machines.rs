//! What stands for a machine that runs a target's programs: another computer, or a chip on a board.

use crate::target::Row;

/// A computer that ssh reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// What ssh is told: `user@host`, or a name of its own config.
    pub name: String,
    /// The port, where one is named.
    pub port: Option<u16>,
}

impl Destination {
    /// Reads `host`, `user@host`, `user@host:port` or `ssh://user@host:port`; an IPv6 address with a port stands in
    /// brackets.
    ///
    /// # Errors
    /// What the text must be, in words that follow the name of its key.
    pub fn parse(text: &str) -> Result<Destination, &'static str> {
        let rest = text.strip_prefix("ssh://").unwrap_or(text);
        let rest = if rest.len() < text.len() { rest.strip_suffix('/').unwrap_or(rest) } else { rest };
        let (user, host) = match rest.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, rest),
        };
        // Cargo splits the runner at blanks, and ssh takes a word that begins with a hyphen for an option.
        let is_wrong = |word: &str| {
            word.is_empty()
                || word.starts_with('-')
                || word.contains(|c: char| c.is_whitespace() || c.is_control() || "'\"`$\\;&|<>(){}*?!#/".contains(c))
        };
        let bracketed = host.strip_prefix('[').and_then(|host| host.split_once(']'));
        let (host, port) = match (bracketed, host.split_once(':')) {
            (Some((host, "")), _) => (host, None),
            (Some((host, port)), _) => (host, Some(port.strip_prefix(':').unwrap_or("no port"))),
            // Of several colons none is before a port.
            (None, Some((host, port))) if !port.contains(':') => (host, Some(port)),
            (None, _) => (host, None),
        };
        if is_wrong(host) || user.is_some_and(is_wrong) || host.contains(['[', ']']) {
            return Err("must name a machine as ssh does: `user@host`, `user@host:port` or a name of ssh's own config");
        }
        let number = |port: &str| port.parse::<u16>().ok().filter(|_| !port.starts_with('+'));
        let port = match port.map(number) {
            None => None,
            Some(Some(port @ 1..)) => Some(port),
            Some(_) => return Err("must have a number from 1 to 65535 as its port"),
        };
        let name = user.map_or(host.to_owned(), |user| format!("{user}@{host}"));
        Ok(Destination { name, port })
    }

    /// The words that reach it.
    pub fn command(&self) -> String {
        let port = self.port.map(|port| format!(" -p {port}")).unwrap_or_default();
        format!("ssh{port} {}", self.name)
    }
}

/// The words that run a program on a chip by a debug probe.
///
/// Source: `probe-rs run --help`.
pub fn probe(chip: &str) -> String {
    format!("probe-rs run --chip {chip}")
}

/// What is wrong with the name of a chip, in words that follow the name of its key.
pub(super) fn chip_complaint(chip: &str) -> Option<&'static str> {
    let is_wrong =
        chip.is_empty() || chip.starts_with('-') || chip.contains(|c: char| c.is_whitespace() || c.is_control());
    is_wrong.then_some("must be a name in the list of `probe-rs chip list`, without blanks")
}

/// Why a target's programs cannot be started by ssh, in words that follow the name of the key.
pub(super) fn ssh_complaint(row: &Row) -> Option<&'static str> {
    let foreign = ["-windows-", "-uefi", "wasm", "-none", "-cuda"].iter().any(|word| row.triple.contains(word));
    (foreign || !row.std).then_some("needs a target of a machine that has ssh and a POSIX shell")
}

/// Why a target's programs do not run on a bare chip.
pub(super) fn probe_complaint(row: &Row) -> Option<&'static str> {
    (!row.triple.contains("-none")).then_some("needs a target without an operating system")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str) -> Result<String, &'static str> {
        Destination::parse(text).map(|it| it.command())
    }

    #[test]
    fn machines_are_named_as_ssh_names_them() {
        for (text, expected) in [
            ("board", "ssh board"),
            ("pi@host", "ssh pi@host"),
            ("pi@host:2222", "ssh -p 2222 pi@host"),
            ("ssh://pi@host:2222", "ssh -p 2222 pi@host"),
            ("ssh://pi@host/", "ssh pi@host"),
            ("pi@fe80::1%eth0", "ssh pi@fe80::1%eth0"),
            ("pi@[::1]:2222", "ssh -p 2222 pi@::1"),
            ("[::1]", "ssh ::1"),
            ("pi@example.org@gate", "ssh pi@example.org@gate"),
        ] {
            assert_eq!(command(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn nothing_else_reaches_a_command_line() {
        let wrong = [
            "",
            " ",
            "-oProxyCommand=x",
            "pi@-x",
            "@host",
            "pi@",
            "pi@host:",
            "pi@host:0",
            "pi@host:65536",
            "pi@host:x",
            "pi@host:-1",
            "pi@host:+1",
            "a b",
            "pi@host\n",
            "pi@$(id)",
            "pi@host;id",
            "ssh://host/path",
            "[::1]22",
            "[::1",
            "ssh://",
            "host/",
            "a\u{a0}b",
        ];
        for text in wrong {
            assert!(command(text).is_err(), "{text:?}: {:?}", command(text));
        }
    }

    #[test]
    fn a_chip_is_one_word() {
        assert_eq!(chip_complaint("STM32F407VG"), None);
        assert!(["", "a b", "--probe", "a\tb"].iter().all(|chip| chip_complaint(chip).is_some()));
    }
}
