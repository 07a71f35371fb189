//! The functions and constants of a build script and of its modules.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, FnArg, ItemConst, ItemFn, ItemMod, ItemStatic, Macro, Pat, Signature};

use super::imports;
use super::question::{self, Place, Question};
use super::replacement::Position;

/// Everything that is looked at.
#[derive(Default)]
pub(super) struct Program<'a> {
    pub functions: Vec<Function<'a>>,
    pub constants: Vec<Constant<'a>>,
    /// The functions of a name.
    pub by_name: BTreeMap<String, Vec<usize>>,
    /// The methods of a name, whatever they belong to.
    pub methods: BTreeMap<String, Vec<usize>>,
    /// The modules that the script itself holds.
    pub modules: BTreeSet<String>,
    pub questions: Vec<Question>,
    /// Every text in quotes.
    pub texts: BTreeSet<String>,
    /// The constants of `std::env::consts` that the script imports, by the names that it gives them.
    pub constants_of_host: BTreeMap<String, String>,
    /// The files that import `std::env`.
    import_env: BTreeSet<usize>,
    /// The first names of paths: the crates among them.
    pub heads: BTreeSet<String>,
    /// The crates that the script has on every host.
    anywhere: BTreeSet<String>,
    places: BTreeMap<(usize, usize, usize), usize>,
}

pub(super) struct Function<'a> {
    pub file: usize,
    pub parameters: Vec<&'a Pat>,
    pub block: &'a Block,
    /// The questions of its own `#[cfg]` and of those around it.
    pub asked: BTreeSet<usize>,
    /// Whether a feature decides if it is there.
    pub on_request: bool,
    name: String,
    /// The type whose method it is.
    pub owner: Option<String>,
}

pub(super) struct Constant<'a> {
    pub file: usize,
    pub name: String,
    pub value: &'a Expr,
    pub asked: BTreeSet<usize>,
}

/// Crates that are there on some hosts alone, or hold something there alone. Where one is used, the `cfg` around is what makes
/// it compile. `pkg_config` is one only where the manifest does not declare it for every host.
const OF_SOME_HOSTS: &[&str] = &["libc", "nix", "pkg_config", "winapi", "windows", "windows_sys", "winreg"];

impl<'a> Program<'a> {
    pub fn read(files: &'a [syn::File], anywhere: &BTreeSet<String>) -> Program<'a> {
        let mut program = Program { anywhere: anywhere.clone(), ..Program::default() };
        for (file, syntax) in files.iter().enumerate() {
            if imports::has_env(syntax) {
                program.import_env.insert(file);
            }
            let mut reader = Reader { program: &mut program, file, around: Vec::new(), owner: None };
            reader.visit_file(syntax);
        }
        for (at, function) in program.functions.iter().enumerate() {
            let known = if function.owner.is_some() { &mut program.methods } else { &mut program.by_name };
            known.entry(function.name.clone()).or_default().push(at);
        }
        if program.modules.contains("consts") {
            // They are those of the script's own module.
            program.constants_of_host.clear();
        }
        program.forget_what_must_be();
        program
    }

    /// Takes away the questions of functions that the host's own API makes necessary, and of those with the same name, which
    /// stand there for other hosts.
    fn forget_what_must_be(&mut self) {
        for twins in self.by_name.values().chain(self.methods.values()) {
            let of_host = |at: &&usize| uses_api_of_host(self.functions[**at].block, &self.anywhere);
            if twins.iter().any(|at| of_host(&at)) {
                for at in twins {
                    self.functions[*at].asked.clear();
                }
            }
        }
    }

    /// Whether a block can be there on some hosts alone.
    pub fn is_of_host(&self, block: &Block) -> bool {
        uses_api_of_host(block, &self.anywhere)
    }

    /// The number of a question, which is the same however often the code is looked at.
    pub fn number(&mut self, question: Question) -> usize {
        let place = (question.file, question.line, question.column);
        *self.places.entry(place).or_insert_with(|| {
            self.questions.push(question);
            self.questions.len() - 1
        })
    }

    /// Where a question stands.
    pub fn place(&self, file: usize, span: Span, position: Position) -> Place {
        let before_env = if self.import_env.contains(&file) { "" } else { "std::" };
        Place { file, span, position, before_env, in_constant: false }
    }

    /// What the `#[cfg]` attributes of a piece of code ask.
    pub fn asked_by(&mut self, attributes: &[Attribute], file: usize) -> BTreeSet<usize> {
        let mut asked = BTreeSet::new();
        for attribute in attributes {
            let Some(predicate) = question::condition(attribute) else { continue };
            let start = attribute.pound_token.spans[0];
            let words = words(start, attribute.bracket_token.span.close());
            let place = self.place(file, start, Position::Alone);
            if let Some(question) = question::of_cfg(&predicate, &words, place) {
                asked.insert(self.number(question));
            }
        }
        asked
    }
}

/// Whether one of the attributes says that the code is a test.
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|it| it.path().is_ident("test") || question::condition(it).is_some_and(|it| it.is_test()))
}

/// Whether a feature decides if the code is there.
pub(super) fn on_request(attributes: &[Attribute]) -> bool {
    attributes.iter().filter_map(question::condition).any(|it| it.asks_for_feature())
}

/// What stands in the script between two places.
pub(super) fn words(start: Span, end: Span) -> String {
    start.join(end).and_then(|span| span.source_text()).unwrap_or_default()
}

fn uses_api_of_host(block: &Block, anywhere: &BTreeSet<String>) -> bool {
    struct Finder<'c> {
        found: bool,
        anywhere: &'c BTreeSet<String>,
    }
    impl Finder<'_> {
        fn is_of_some(&self, name: &str) -> bool {
            let may_be_declared = name == "pkg_config" && self.anywhere.contains(name);
            name.starts_with("vcpkg") || OF_SOME_HOSTS.contains(&name) && !may_be_declared
        }
    }
    impl<'a> Visit<'a> for Finder<'_> {
        fn visit_path(&mut self, path: &'a syn::Path) {
            let mut names = path.segments.iter().map(|it| it.ident.to_string());
            let first = names.next().unwrap_or_default();
            let second = names.next().unwrap_or_default();
            let of_std = matches!(first.as_str(), "std" | "os") && matches!(second.as_str(), "os" | "unix" | "windows");
            self.found |= of_std || self.is_of_some(&first) && !second.is_empty();
            visit::visit_path(self, path);
        }

        fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
            if let syn::UseTree::Path(path) = &item.tree {
                let first = path.ident.to_string();
                let os = matches!(path.tree.as_ref(), syn::UseTree::Path(it) if it.ident == "os");
                self.found |= first == "std" && os || self.is_of_some(&first);
            }
        }
    }
    let mut finder = Finder { found: false, anywhere };
    finder.visit_block(block);
    finder.found
}

struct Reader<'p, 'a> {
    program: &'p mut Program<'a>,
    file: usize,
    /// The attributes of the items around.
    around: Vec<&'a [Attribute]>,
    owner: Option<String>,
}

impl<'a> Reader<'_, 'a> {
    fn asked(&mut self, own: &'a [Attribute]) -> BTreeSet<usize> {
        let all: Vec<&[Attribute]> = self.around.iter().copied().chain([own]).collect();
        all.into_iter().flat_map(|attributes| self.program.asked_by(attributes, self.file)).collect()
    }

    fn function(&mut self, attributes: &'a [Attribute], signature: &'a Signature, block: &'a Block) {
        let parameter = |input: &'a FnArg| match input {
            FnArg::Typed(typed) => Some(typed.pat.as_ref()),
            FnArg::Receiver(_) => None,
        };
        let asked = self.asked(attributes);
        let around = self.around.iter().any(|it| on_request(it));
        self.program.functions.push(Function {
            file: self.file,
            parameters: signature.inputs.iter().filter_map(parameter).collect(),
            block,
            asked,
            on_request: around || on_request(attributes),
            name: signature.ident.to_string(),
            owner: self.owner.clone(),
        });
    }

    fn constant(&mut self, attributes: &'a [Attribute], name: &syn::Ident, value: &'a Expr) {
        let asked = self.asked(attributes);
        self.program.constants.push(Constant { file: self.file, name: name.to_string(), value, asked });
    }
}

impl<'a> Visit<'a> for Reader<'_, 'a> {
    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        if !is_test(&item.attrs) {
            let owner = self.owner.take();
            self.function(&item.attrs, &item.sig, &item.block);
            visit::visit_item_fn(self, item);
            self.owner = owner;
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        let name = match item.self_ty.as_ref() {
            syn::Type::Path(path) => path.path.segments.last().map(|it| it.ident.to_string()),
            _ => None,
        };
        let owner = self.owner.replace(name.unwrap_or_default());
        self.around.push(&item.attrs);
        visit::visit_item_impl(self, item);
        self.around.pop();
        self.owner = owner;
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if !is_test(&item.attrs) {
            self.program.modules.insert(item.ident.to_string());
            self.around.push(&item.attrs);
            visit::visit_item_mod(self, item);
            self.around.pop();
        }
    }

    fn visit_item_const(&mut self, item: &'a ItemConst) {
        self.constant(&item.attrs, &item.ident, &item.expr);
        visit::visit_item_const(self, item);
    }

    fn visit_item_static(&mut self, item: &'a ItemStatic) {
        self.constant(&item.attrs, &item.ident, &item.expr);
        visit::visit_item_static(self, item);
    }

    fn visit_lit_str(&mut self, literal: &'a syn::LitStr) {
        self.program.texts.insert(literal.value());
    }

    fn visit_macro(&mut self, item: &'a Macro) {
        texts_of(item.tokens.clone(), &mut self.program.texts);
        visit::visit_macro(self, item);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        self.program.heads.extend(path.segments.first().map(|it| it.ident.to_string()));
        visit::visit_path(self, path);
    }

    fn visit_use_path(&mut self, path: &'a syn::UsePath) {
        self.program.heads.insert(path.ident.to_string());
        if path.ident == "consts" {
            imports::names_of(&path.tree, &mut self.program.constants_of_host);
        }
        visit::visit_use_path(self, path);
    }
}

/// The texts in quotes of a macro's arguments.
fn texts_of(tokens: proc_macro2::TokenStream, texts: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Group(group) => texts_of(group.stream(), texts),
            proc_macro2::TokenTree::Literal(literal) => {
                if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                    texts.insert(text.value());
                }
            }
            _ => {}
        }
    }
}
