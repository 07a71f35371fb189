//! Where Wine has its libraries, and which halves of it are there.

use crate::machine::Machine;
use crate::target::Row;
use crate::triple;

/// The library that Wine before 9 lacks, and that std imports since Rust 1.78.
pub const RANDOM: &str = "bcryptprimitives.dll";

/// The library without which nothing of its architecture starts.
const FIRST: &str = "ntdll.dll";

/// Where packages put Wine's libraries. The launcher has the same list, which a test holds against it.
const PLACES: [&str; 13] = [
    "/usr/lib/x86_64-linux-gnu/wine",
    "/usr/lib/i386-linux-gnu/wine",
    "/usr/lib/wine",
    "/usr/lib64/wine",
    "/usr/lib32/wine",
    "/usr/local/lib/wine",
    "/usr/local/lib64/wine",
    "/opt/wine-stable/lib64/wine",
    "/opt/wine-stable/lib/wine",
    "/opt/wine-staging/lib64/wine",
    "/opt/wine-staging/lib/wine",
    "/opt/wine-devel/lib64/wine",
    "/opt/wine-devel/lib/wine",
];

/// Whether Wine runs the executables of a row.
pub fn runs(row: &Row) -> bool {
    row.emulator.as_deref().is_some_and(|it| it.starts_with("wine"))
}

/// Whether they have 32 bits.
fn has_32_bits(row: &Row) -> bool {
    runs(row) && triple::arch(&row.triple) != "x86_64"
}

fn library(row: &Row, name: &str) -> impl Iterator<Item = String> {
    let arch = if has_32_bits(row) { "i386" } else { "x86_64" };
    PLACES.into_iter().map(move |place| format!("{place}/{arch}-windows/{name}"))
}

/// The paths whose existence matters to a row.
pub fn paths(row: &Row) -> Vec<String> {
    if runs(row) { library(row, RANDOM).chain(library(row, FIRST)).collect() } else { Vec::new() }
}

/// Whether Wine has its library for random bytes.
pub fn has_random(row: &Row, machine: &Machine) -> bool {
    library(row, RANDOM).any(|path| machine.paths.contains(&path))
}

/// Whether a program that is there starts the executables of a row. `wine` may be one without its half for 32 bits, which
/// starts no such program, says nothing, and ends as if all were well; the launcher does not take it either.
pub fn has_half(row: &Row, program: &str, machine: &Machine) -> bool {
    program != "wine" || !has_32_bits(row) || library(row, FIRST).any(|path| machine.paths.contains(&path))
}

/// The compiler with which the launcher makes the library for random bytes.
pub fn compiler(row: &Row) -> &'static str {
    if has_32_bits(row) { "i686-w64-mingw32-gcc" } else { "x86_64-w64-mingw32-gcc" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::LAUNCHER;
    use crate::target::Catalogue;

    #[test]
    fn the_launcher_looks_at_the_same_places() {
        let (_, list) = LAUNCHER.split_once("for place in \\\n").expect("the launcher has the list");
        let (list, _) = list.split_once("; do").expect("the list ends");
        let places: Vec<&str> = list.split(['\\', '\n', ' ']).filter(|word| !word.is_empty()).collect();
        assert_eq!(places, PLACES);
    }

    #[test]
    fn a_wine_without_its_half_for_32_bits_starts_nothing_of_them() {
        let catalogue = Catalogue::built_in().expect("targets.toml parses");
        let row = |triple| catalogue.row(triple).expect("a row");
        let (narrow, wide) = (row("i686-pc-windows-gnu"), row("x86_64-pc-windows-gnu"));
        let mut machine = Machine::default();
        assert!(has_half(wide, "wine", &machine) && has_half(narrow, "wine32", &machine));
        assert!(!has_half(narrow, "wine", &machine));
        machine.paths.insert("/usr/lib/wine/i386-windows/ntdll.dll".to_owned());
        assert!(has_half(narrow, "wine", &machine));
        assert!(paths(row("aarch64-unknown-linux-gnu")).is_empty());
    }
}
