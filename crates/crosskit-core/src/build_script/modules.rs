//! Which other files a build script is made of.

use syn::{Expr, Item, ItemMod, Lit, LitStr, Meta};

/// The files that a file of a build script may name by `mod x;` or `include!("x.rs")`: for each those where it may be, of
/// which one is there. Paths are relative to the directory of the script and have `/` between their parts. `path` is that of
/// the file itself, and `is_root` says whether it is the script.
pub fn modules(path: &str, is_root: bool, text: &str) -> Vec<Vec<String>> {
    let Ok(file) = syn::parse_file(text) else { return Vec::new() };
    let (directory, name) = path.rsplit_once('/').map_or(("", path), |(directory, name)| (directory, name));
    let stem = name.strip_suffix(".rs").unwrap_or(name);
    // Modules of the script itself, and of a `mod.rs`, lie beside it.
    let own = if is_root || stem == "mod" { directory.to_owned() } else { joined(directory, stem) };
    let mut found = Vec::new();
    collect(&file.items, &Directories { of_file: directory, beside: directory, below: &own }, &mut found);
    found
}

/// Where what is named lies.
struct Directories<'d> {
    /// What is included.
    of_file: &'d str,
    /// Modules with a path.
    beside: &'d str,
    /// Other modules.
    below: &'d str,
}

fn collect(items: &[Item], directories: &Directories, found: &mut Vec<Vec<String>>) {
    for item in items {
        match item {
            Item::Mod(module) if !super::program::is_test(&module.attrs) => {
                of_module(module, directories, found);
            }
            // As an item it can only hold items, and not an expression.
            Item::Macro(call) if call.mac.path.is_ident("include") && !super::program::is_test(&call.attrs) => {
                let path = call.mac.parse_body::<LitStr>().ok();
                found.extend(path.map(|path| vec![joined(directories.of_file, &path.value())]));
            }
            _ => {}
        }
    }
}

fn of_module(module: &ItemMod, directories: &Directories, found: &mut Vec<Vec<String>>) {
    let name = module.ident.to_string();
    let name = name.strip_prefix("r#").unwrap_or(&name);
    let inner = joined(directories.below, name);
    match (&module.content, named(module)) {
        (Some((_, items)), _) => {
            let of_file = directories.of_file;
            collect(items, &Directories { of_file, beside: &inner, below: &inner }, found);
        }
        (None, Some(path)) => found.push(vec![joined(directories.beside, &path)]),
        (None, None) => found.push(vec![format!("{inner}.rs"), format!("{inner}/mod.rs")]),
    }
}

fn joined(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// The path of `#[path = "…"]`.
fn named(module: &ItemMod) -> Option<String> {
    module.attrs.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(it) if it.path.is_ident("path") => match &it.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(path) => Some(path.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}
