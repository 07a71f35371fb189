//! Which other files a build script is made of.

use syn::{Expr, Item, Lit, Meta};

/// The files that a file of a build script may name by `mod x;`: for each module those where it may be, of which one is there.
/// Paths are relative to the directory of the script and have `/` between their parts. `path` is that of the file itself, and
/// `is_root` says whether it is the script.
pub fn modules(path: &str, is_root: bool, text: &str) -> Vec<Vec<String>> {
    let Ok(file) = syn::parse_file(text) else { return Vec::new() };
    let (directory, name) = path.rsplit_once('/').map_or(("", path), |(directory, name)| (directory, name));
    let stem = name.strip_suffix(".rs").unwrap_or(name);
    // Modules of the script itself, and of a `mod.rs`, lie beside it.
    let own = if is_root || stem == "mod" { directory.to_owned() } else { joined(directory, stem) };
    let mut found = Vec::new();
    collect(&file.items, directory, &own, &mut found);
    found
}

fn collect(items: &[Item], beside: &str, below: &str, found: &mut Vec<Vec<String>>) {
    for item in items {
        let Item::Mod(module) = item else { continue };
        if super::program::is_test(&module.attrs) {
            continue;
        }
        let name = module.ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        let inner = joined(below, name);
        match (&module.content, named(module)) {
            (Some((_, items)), _) => collect(items, &inner, &inner, found),
            (None, Some(path)) => found.push(vec![joined(beside, &path)]),
            (None, None) => found.push(vec![format!("{inner}.rs"), format!("{inner}/mod.rs")]),
        }
    }
}

fn joined(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// The path of `#[path = "…"]`.
fn named(module: &syn::ItemMod) -> Option<String> {
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
