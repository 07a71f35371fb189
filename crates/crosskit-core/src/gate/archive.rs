//! Archives: every member is for the target.

use crate::artefact::Member;
use crate::finding::{Code, Finding};
use crate::object_file;

use super::{Rule, broken};

/// How many members are named.
const MEMBERS: usize = 5;

/// An archive, and who links it.
#[derive(Clone, Copy, Debug)]
pub struct Archive<'a> {
    /// How the file is named.
    pub path: &'a str,
    /// The package whose build script has it linked.
    pub package: Option<&'a str>,
}

/// The library that a build script asks for: `static=z`, `static:+whole-archive=z`, `z`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// The files that may be its archive, as they are looked for in a directory.
    pub files: Vec<String>,
    /// Whether rustc itself takes the first of them that it finds. Else a linker looks for it, and passes by what is for
    /// another machine.
    pub taken: bool,
}

/// Which files a `cargo::rustc-link-lib` stands for; `None` where it is no archive: a framework.
///
/// Source: rustc book, "Command-line Arguments", `-l`; rustc's own search looks for both names on every target.
pub fn library(value: &str) -> Option<Library> {
    let (kind, name) = value.split_once('=').unwrap_or(("", value));
    let (kind, modifiers) = kind.split_once(':').unwrap_or((kind, ""));
    // What stands behind a colon is what is looked for, the word before it is what the source says.
    let name = name.rsplit(':').next().unwrap_or(name);
    if kind == "framework" || name.is_empty() {
        return None;
    }
    let is_verbatim = modifiers.split(',').any(|it| it == "+verbatim");
    let files = if is_verbatim { vec![name.to_owned()] } else { vec![format!("lib{name}.a"), format!("{name}.lib")] };
    Some(Library { files, taken: kind == "static" })
}

/// What is wrong with an archive; `None` where every member is for the target, or does not tell.
pub fn archive(archive: &Archive, members: &[Member], triple: &str) -> Option<Finding> {
    let foreign: Vec<(&str, String)> = members
        .iter()
        .filter_map(|member| {
            let file = &member.artefact.as_ref()?.file;
            (super::without_float_abi(triple, file) == Some(false)).then(|| (member.name.as_str(), file.to_string()))
        })
        .collect();
    if foreign.is_empty() {
        return None;
    }
    let path = archive.path;
    let of = archive.package.map(|package| format!(", which `{package}` links,")).unwrap_or_default();
    let message = format!("`{path}`{of} is not for {triple}");
    let mut finding = broken(Code::ForeignMember, Rule::Archive, message);
    for (name, what) in foreign.iter().take(MEMBERS) {
        finding = finding.note(format!("member `{name}` is {what}"));
    }
    if let Some(more) = foreign.len().checked_sub(MEMBERS).filter(|more| *more > 0) {
        finding = finding.note(format!("and {more} more, of {} members in all", members.len()));
    }
    if let Some(wanted) = object_file::expected(triple) {
        finding = finding.note(format!("expected {wanted}"));
    }
    Some(match archive.package {
        Some(package) => finding.hint(format!(
            "look at what the build script of `{package}` takes its compiler from: `cargo xtask cross explain {triple} cc`"
        )),
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_build_script_asks_for_is_a_file() {
        let file = |value: &str| library(value).map(|it| (it.files[0].clone(), it.taken));
        let is = |name: &str, taken| Some((name.to_owned(), taken));
        assert_eq!(file("static=z"), is("libz.a", true));
        assert_eq!(file("static:+whole-archive,-bundle=z"), is("libz.a", true));
        assert_eq!(file("static:+verbatim=z-ng.a"), is("z-ng.a", true));
        assert_eq!(file("static=z:zlib-ng"), is("libzlib-ng.a", true));
        assert_eq!(file("z"), is("libz.a", false));
        assert_eq!(file("dylib=z"), is("libz.a", false));
        assert_eq!(file("framework=Security"), None);
        assert_eq!(file("static="), None);
        assert_eq!(file(""), None);
    }
}
