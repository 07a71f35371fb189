//! How many things may run at once, shared with cargo: a slot is held by each compiler that cargo starts, and by each test.
//!
//! The slots that are free lie in a pipe that GNU make's protocol describes, a byte for each, and cargo takes part in it.
//! Source: GNU make manual, "Sharing Job Slots with GNU make"; the jobserver crate, which is cargo's and rustc's side of it.

use std::ffi::OsString;

/// The variable by which cargo is told of the pipe.
pub const VARIABLE: &str = "CARGO_MAKEFLAGS";

/// The slots of a run.
#[derive(Debug)]
pub struct Slots {
    count: usize,
    /// Slots that something of ours holds.
    held: usize,
    /// Whether cargo runs, which holds a slot of ours and may take those in the pipe.
    lent: bool,
    pipe: Option<pipe::Pipe>,
}

impl Slots {
    /// So many slots, but at least one. `directory` is where the pipe is made; without one, cargo and tests know nothing of
    /// one another.
    pub fn new(count: usize, directory: &std::path::Path) -> Slots {
        let count = count.max(1);
        Slots { count, held: 0, lent: false, pipe: pipe::Pipe::new(directory, count - 1) }
    }

    /// What cargo is told.
    pub fn variable(&self) -> Option<(&'static str, OsString)> {
        Some((VARIABLE, self.pipe.as_ref()?.flags()))
    }

    /// Takes a slot, if one is free.
    pub fn take(&mut self) -> bool {
        // One slot is not in the pipe, as every process that takes part has one of its own.
        let own_is_free = self.held == 0 && !self.lent;
        let in_pipe = |pipe: &mut Option<pipe::Pipe>| match pipe {
            Some(pipe) => pipe.take(),
            None => true,
        };
        let free = self.held + usize::from(self.lent) < self.count;
        let took = own_is_free || free && in_pipe(&mut self.pipe);
        self.held += usize::from(took);
        took
    }

    /// Gives a slot back.
    pub fn give(&mut self) {
        self.held = self.held.saturating_sub(1);
        // The last one that is held is the one that never lay in the pipe.
        if self.held + usize::from(self.lent) > 0
            && let Some(pipe) = &mut self.pipe
        {
            pipe.give();
        }
    }

    /// How many slots cargo has now, and how many something of ours.
    pub fn in_use(&self) -> (usize, usize) {
        let free = self.pipe.as_ref().map_or(0, pipe::Pipe::free);
        // What cargo may have is known of a pipe alone; without one it has at least the slot that was lent.
        let lent = if self.pipe.is_some() { self.count.saturating_sub(self.held + free) } else { 1 };
        (if self.lent { lent } else { 0 }, self.held)
    }

    /// Lends a slot to cargo, which is about to start.
    pub fn lend(&mut self) -> bool {
        let took = !self.lent && self.take();
        if took {
            self.held -= 1;
            self.lent = true;
        }
        took
    }

    /// Takes back what cargo had, which has ended. What it held when it was killed is not lost.
    pub fn take_back(&mut self) {
        self.lent = false;
        if let Some(pipe) = &mut self.pipe {
            pipe.fill(self.count - self.held.max(1));
        }
    }
}

#[cfg(all(unix, not(target_vendor = "apple")))]
mod pipe {
    use std::ffi::OsString;
    use std::fs::{File, OpenOptions};
    use std::io::{Read, Write};
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::{Path, PathBuf};

    use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};

    /// A pipe with a name, which goes with this value.
    #[derive(Debug)]
    pub(super) struct Pipe {
        path: PathBuf,
        file: File,
    }

    impl Pipe {
        pub(super) fn new(directory: &Path, free: usize) -> Option<Pipe> {
            let path = directory.join(format!("slots-{}", std::process::id()));
            // A run that was killed may have left one, and its number may have come again.
            let _ = std::fs::remove_file(&path);
            mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).ok()?;
            // Open for both, it never waits for another end; without waiting, an empty pipe says so.
            let flags = i32::try_from(OFlags::NONBLOCK.bits()).ok()?;
            let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(&path).ok();
            let mut pipe = Pipe { path, file: file? };
            pipe.fill(free);
            Some(pipe)
        }

        pub(super) fn flags(&self) -> OsString {
            let mut flags = OsString::from("--jobserver-auth=fifo:");
            flags.push(&self.path);
            flags
        }

        pub(super) fn take(&mut self) -> bool {
            self.file.read(&mut [0]).is_ok_and(|count| count == 1)
        }

        /// How many slots lie in it.
        pub(super) fn free(&self) -> usize {
            rustix::io::ioctl_fionread(&self.file).ok().and_then(|free| usize::try_from(free).ok()).unwrap_or_default()
        }

        pub(super) fn give(&mut self) {
            // So few bytes always fit.
            let _ = self.file.write(b"+");
        }

        /// Puts as many slots into the pipe as there ought to be.
        pub(super) fn fill(&mut self, free: usize) {
            while self.take() {}
            for _ in 0..free {
                self.give();
            }
        }
    }

    impl Drop for Pipe {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
mod pipe {
    use std::convert::Infallible;
    use std::ffi::OsString;
    use std::path::Path;

    /// There is none: Windows has no such pipes, and rustix does not make them on Apple's systems.
    #[derive(Debug)]
    pub(super) struct Pipe(Infallible);

    impl Pipe {
        pub(super) fn new(_directory: &Path, _free: usize) -> Option<Pipe> {
            None
        }

        pub(super) fn flags(&self) -> OsString {
            match self.0 {}
        }

        pub(super) fn take(&mut self) -> bool {
            match self.0 {}
        }

        pub(super) fn free(&self) -> usize {
            match self.0 {}
        }

        pub(super) fn give(&mut self) {
            match self.0 {}
        }

        pub(super) fn fill(&mut self, _free: usize) {
            match self.0 {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;

    /// In a directory of a test's own: the name of the pipe is that of the process.
    fn slots(count: usize) -> Slots {
        let test = std::thread::current().name().unwrap_or_default().replace(':', "-");
        let directory = std::env::temp_dir().join(format!("crosskit-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory can be made");
        let slots = Slots::new(count, &directory);
        // A pipe that is open needs no name.
        std::fs::remove_dir_all(&directory).expect("it can be removed");
        slots
    }

    #[test]
    fn no_more_are_held_than_there_are() {
        let mut slots = slots(2);
        assert!(slots.take() && slots.take() && !slots.take());
        slots.give();
        assert!(slots.take() && !slots.take());
        slots.give();
        slots.give();
        assert!(slots.take() && slots.take() && !slots.take());
    }

    #[test]
    fn cargo_has_one_of_them() {
        let mut slots = slots(2);
        assert!(slots.lend());
        assert!(!slots.lend(), "one cargo at a time");
        assert!(slots.take() && !slots.take());
        slots.take_back();
        assert!(slots.take() && !slots.take());
    }

    #[test]
    fn one_slot_is_enough() {
        let mut slots = slots(0);
        assert!(slots.take() && !slots.take() && !slots.lend());
        slots.give();
        assert!(slots.lend() && !slots.take());
        slots.take_back();
        assert!(slots.take());
    }

    #[cfg(all(unix, not(target_vendor = "apple")))]
    #[test]
    fn what_a_killed_cargo_held_comes_back() {
        let mut slots = slots(3);
        assert!(slots.lend());
        let pipe = slots.pipe.as_mut().expect("a pipe");
        assert!(pipe.take() && pipe.take(), "two compilers run");
        assert!(!slots.take());
        slots.take_back();
        assert!(slots.take() && slots.take() && slots.take() && !slots.take());
    }
}
