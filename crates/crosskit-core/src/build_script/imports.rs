//! What `use` brings.

use std::collections::BTreeMap;

use syn::{File, Item, UseTree};

/// The names that a part of a `use` brings, and what they are called where they come from.
pub(super) fn names_of(tree: &UseTree, names: &mut BTreeMap<String, String>) {
    match tree {
        UseTree::Name(name) => {
            names.insert(name.ident.to_string(), name.ident.to_string());
        }
        UseTree::Rename(renamed) => {
            names.insert(renamed.rename.to_string(), renamed.ident.to_string());
        }
        UseTree::Group(group) => group.items.iter().for_each(|item| names_of(item, names)),
        _ => {}
    }
}

/// Whether `env` is the standard library's module everywhere in a file. Where the file holds other modules, nobody knows what
/// those import.
pub(super) fn has_env(file: &File) -> bool {
    let is_module = |item: &Item| matches!(item, Item::Mod(it) if it.content.is_some());
    let imports = |item: &Item| match item {
        Item::Use(it) if it.attrs.is_empty() => brings_env(&it.tree),
        _ => false,
    };
    file.items.iter().any(imports) && !file.items.iter().any(is_module)
}

fn brings_env(tree: &UseTree) -> bool {
    let UseTree::Path(path) = tree else { return false };
    path.ident == "std" && is_env(&path.tree)
}

/// `env`, `env::{self, …}`, or a group with one of them.
fn is_env(tree: &UseTree) -> bool {
    match tree {
        UseTree::Name(name) => name.ident == "env",
        UseTree::Group(group) => group.items.iter().any(is_env),
        UseTree::Path(path) if path.ident == "env" => match path.tree.as_ref() {
            UseTree::Group(group) => {
                group.items.iter().any(|item| matches!(item, UseTree::Name(name) if name.ident == "self"))
            }
            _ => false,
        },
        _ => false,
    }
}
