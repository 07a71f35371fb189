//! Another computer on this one: an sshd on the loopback, with keys and a config of its own.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crosskit_tests::{installed, process};

/// sshd starts itself anew for each connection, so that it must be called by its whole path.
const SSHD: &str = "/usr/sbin/sshd";

/// How long it may take to start, or to notice that somebody is gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running sshd. It ends with the value.
#[derive(Debug)]
pub struct Sshd {
    directory: PathBuf,
    port: u16,
    child: Child,
}

impl Sshd {
    /// Starts one.
    ///
    /// # Panics
    /// It is not installed, or does not start; the message says why.
    #[track_caller]
    pub fn start(name: &str) -> Sshd {
        let missing = !Path::new(SSHD).is_file() || !installed::in_path("ssh") || !installed::in_path("ssh-keygen");
        assert!(!missing, "ssh is missing; install it with\n  sudo apt-get install openssh-client openssh-server");
        // Its path has no sign that a shell could mind, which that of the repository may have.
        let directory = std::env::temp_dir().join(format!("crosskit-sshd-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        for below in ["bin", "tmp"] {
            fs::create_dir_all(directory.join(below)).expect("a directory can be made");
        }
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).expect("the owner may do so");
        for key in ["host", "user", "stranger"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", key, "-f"]).arg(directory.join(key));
            assert!(keygen.status().is_ok_and(|status| status.success()), "ssh-keygen makes no key");
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr()).expect("a port is free");
        let port = port.port();
        let shown = directory.display();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {shown}/host\nAuthorizedKeysFile {shown}/user.pub\nPidFile none\n\
             UsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             SetEnv TMPDIR={shown}/tmp\n"
        );
        fs::write(directory.join("sshd_config"), config).expect("a file can be written");
        let host_key = fs::read_to_string(directory.join("host.pub")).expect("ssh-keygen wrote it");
        fs::write(directory.join("known_hosts"), format!("[127.0.0.1]:{port} {host_key}"))
            .expect("a file can be written");
        // Root's sshd wants the directory in which it gives up its rights; a package's start script makes it.
        let _ = fs::create_dir_all("/run/sshd");
        let log = fs::File::create(directory.join("log")).expect("a file can be made");
        let mut sshd = Command::new(SSHD);
        sshd.args(["-D", "-e", "-f"]).arg(directory.join("sshd_config")).stdin(Stdio::null());
        let child = sshd.stderr(log).spawn().expect("sshd starts");
        let sshd = Sshd { directory, port, child };
        sshd.client("user", port);
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(Instant::now() < until, "sshd does not answer: {}", sshd.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        sshd
    }

    /// Lets `ssh board` come with this key, to this port. ssh takes its config from the user's home directory whatever
    /// `HOME` says, so a script of its name stands before it.
    fn client(&self, key: &str, port: u16) {
        let shown = self.directory.display();
        let config = format!(
            "Host board\nHostName 127.0.0.1\nPort {port}\nIdentityFile {shown}/{key}\nIdentitiesOnly yes\n\
             UserKnownHostsFile {shown}/known_hosts\nStrictHostKeyChecking yes\n"
        );
        fs::write(self.directory.join("config"), config).expect("a file can be written");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let ssh = std::env::split_paths(&path).map(|it| it.join("ssh")).find(|it| it.is_file());
        let script = format!("#!/bin/sh\nexec '{}' -F '{shown}/config' \"$@\"\n", ssh.expect("it is there").display());
        fs::write(self.directory.join("bin/ssh"), script).expect("a file can be written");
        fs::set_permissions(self.directory.join("bin/ssh"), fs::Permissions::from_mode(0o755)).expect("the owner may");
    }

    /// Lets `ssh board` come with a key that is not known there.
    pub fn as_a_stranger(&self) {
        self.client("stranger", self.port);
    }

    /// Lets `ssh board` go where nobody listens.
    pub fn gone(&self) {
        self.client("user", 1);
    }

    /// The `PATH` in which `ssh board` reaches it.
    pub fn path(&self) -> std::ffi::OsString {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let own = std::iter::once(self.directory.join("bin"));
        std::env::join_paths(own.chain(std::env::split_paths(&path))).expect("PATH was one")
    }

    /// The place of temporary directories there.
    pub fn temporary(&self) -> PathBuf {
        self.directory.join("tmp")
    }

    /// Fails unless no process and no file stays there.
    ///
    /// # Panics
    /// Something stays.
    #[track_caller]
    pub fn nothing_left(&self) {
        let temporary = self.temporary();
        let files = || fs::read_dir(&temporary).expect("it can be read").count();
        let until = Instant::now() + PATIENCE;
        while files() + process::naming(&temporary).len() > 0 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!((files(), process::naming(&temporary)), (0, Vec::new()), "{}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}
