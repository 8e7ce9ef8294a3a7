//! Tests of whole expansions.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMethodCall, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, Stmt, UseTree, Visibility};

/// A method of each kind: scalars, a slice with its length, and a body.
fn expansion() -> syn::File {
    let options = quote!(lib = "thin", abi = "stdcall");
    let item = quote! {
        /// A library.
        pub trait Thin {
            /// Adds.
            fn add(&self, a: i32, b: i32) -> i32;
            fn mean(&self, values: &[f64], #[len_of(values)] n: i32) -> f64;
            fn sum(&self, values: &[i32]) -> Result<i32, String> {
                values.iter().try_fold(0, |sum, value| Ok(self.add(sum, *value)))
            }
        }
    };
    parse(crate::expand(options, item))
}

fn parse(tokens: TokenStream) -> syn::File {
    syn::parse2(tokens).expect("an expansion is Rust")
}

/// The checked-in file shows readers what a trait expands to. `BRIDGE32_BLESS=1` updates it.
#[test]
fn the_expansion_is_as_checked_in() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests-data/expansion.rs");
    let expanded = prettyplease::unparse(&expansion());
    if env::var_os("BRIDGE32_BLESS").is_some() {
        fs::write(&path, &expanded).expect("the file can be written");
    }
    // Git may check the file out with Windows line ends.
    let expected = fs::read_to_string(&path).expect("the file is checked in").replace("\r\n", "\n");
    for (number, (expanded, expected)) in expanded.lines().zip(expected.lines()).enumerate() {
        assert_eq!(expanded, expected, "line {} of {}; see BRIDGE32_BLESS", number + 1, path.display());
    }
    assert_eq!(expanded.lines().count(), expected.lines().count(), "see BRIDGE32_BLESS");
}

/// Logic belongs in the runtime, where it is compiled and tested once.
#[test]
fn a_call_is_one_call_into_the_runtime() {
    let file = expansion();
    let functions = Functions::of(&file);
    for name in ["add", "mean", "sum"] {
        let function = format!("__bridge32_call_{name}");
        let [Stmt::Expr(Expr::MethodCall(ExprMethodCall { receiver, method, .. }), None)] = functions.body(&function)
        else {
            panic!("`{function}` is not one call")
        };
        assert_eq!(quote!(#receiver.#method).to_string(), quote!(__bridge32_calls.call).to_string());
        for of in ["ThinClient", "ThinBatch < 'batch >"] {
            let mut methods = Methods { of, found: Vec::new() };
            methods.visit_file(&file);
            let method = methods.found.iter().find(|method| method.sig.ident == name).expect("the method is there");
            let [Stmt::Expr(Expr::Call(ExprCall { func, .. }), None)] = method.block.stmts.as_slice() else {
                panic!("`{name}` of {of} is not one call")
            };
            assert_eq!(quote!(#func).to_string(), function);
        }
    }
}

/// The expansion of an interface with errors is valid Rust.
#[test]
fn the_stub_of_a_wrong_interface_is_rust() {
    let item = quote! {
        pub trait Wrong<T>: Send {
            async fn add(&mut self, (a, b): (usize, T), ...) -> impl Sized { (a, b) }
            fn none(value: str, value: &dyn Fn(_) -> !, #[len_of(value)] n: i32) -> [i32] where T: Copy;
        }
    };
    let file = parse(crate::expand(quote!(lib = "", abi = "pascal", nonsense), item));
    let mut methods = Methods { of: "WrongClient", found: Vec::new() };
    methods.visit_file(&file);
    let names: Vec<_> = methods.found.iter().map(|method| method.sig.ident.to_string()).collect();
    assert!(["launch", "builder", "add", "none"].iter().all(|name| names.contains(&(*name).to_owned())), "{names:?}");
}

/// Without the feature, the runtime has nothing to call an assembly with.
#[test]
fn an_assembly_needs_the_feature() {
    let item = quote!(
        pub trait Meter {
            fn read(&self) -> i32;
        }
    );
    let expanded = crate::expand(quote!(dotnet = "meter", class = "Vendor.Meter"), item).to_string();
    assert_eq!(expanded.contains("assemblies need a feature of bridge32"), !cfg!(feature = "dotnet"), "{expanded}");
}

/// The runtime exports for generated code only what generated code uses, also through macros of the runtime.
#[test]
fn the_runtime_exports_no_unused_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let private = read(&root.join("../bridge-runtime/src/private.rs"));
    let mut exported = Vec::new();
    exports(&syn::parse_file(&private).expect("the module is Rust").items, &mut exported);
    assert!(exported.len() > 50, "{exported:?}");
    let mut used = HashSet::new();
    for source in sources(&root.join("src")) {
        words(read(&source).parse().expect("a source is Rust"), &mut used);
    }
    let runtime = sources(&root.join("../bridge-runtime/src")).into_iter().map(|source| read(&source));
    for source in runtime.filter(|source| source.contains("#[macro_export]")) {
        for item in syn::parse_file(&source).expect("a source is Rust").items {
            if let Item::Macro(item) = item {
                words(item.mac.tokens, &mut used);
            }
        }
    }
    exported.retain(|name| !used.contains(name));
    assert!(exported.is_empty(), "no generated code uses {exported:?}");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names that public items define or re-export.
fn exports(items: &[Item], names: &mut Vec<String>) {
    for item in items {
        match item {
            Item::Use(item) if matches!(item.vis, Visibility::Public(_)) => reexports(&item.tree, names),
            Item::Fn(item) if matches!(item.vis, Visibility::Public(_)) => names.push(item.sig.ident.to_string()),
            Item::Mod(ItemMod { content: Some((_, items)), ident, .. }) => {
                names.push(ident.to_string());
                exports(items, names);
            }
            _ => {}
        }
    }
}

fn reexports(tree: &UseTree, names: &mut Vec<String>) {
    match tree {
        UseTree::Path(path) => reexports(&path.tree, names),
        UseTree::Group(group) => group.items.iter().for_each(|tree| reexports(tree, names)),
        UseTree::Name(name) => names.push(name.ident.to_string()),
        UseTree::Rename(rename) => names.push(rename.rename.to_string()),
        UseTree::Glob(_) => panic!("a glob hides what is exported"),
    }
}

/// The Rust files in a folder, without tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources").map(|entry| entry.expect("an entry").path());
    let files = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs")).collect()
}

/// All identifiers and strings: some names of the runtime are made from strings.
fn words(tokens: TokenStream, found: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => words(group.stream(), found),
            TokenTree::Ident(ident) => _ = found.insert(ident.to_string()),
            TokenTree::Literal(literal) => _ = found.insert(literal.to_string().trim_matches('"').to_owned()),
            TokenTree::Punct(_) => {}
        }
    }
}

/// The functions outside of `impl`s.
struct Functions<'f>(Vec<&'f ItemFn>);

impl<'f> Functions<'f> {
    fn of(file: &'f syn::File) -> Self {
        let mut functions = Self(Vec::new());
        functions.visit_file(file);
        functions
    }

    fn body(&self, name: &str) -> &'f [Stmt] {
        let function = self.0.iter().find(|function| function.sig.ident == name);
        &function.expect("the function is there").block.stmts
    }
}

impl<'f> Visit<'f> for Functions<'f> {
    fn visit_item_fn(&mut self, function: &'f ItemFn) {
        self.0.push(function);
    }
}

/// The methods in a type's inherent `impl`s.
struct Methods<'f> {
    of: &'static str,
    found: Vec<&'f ImplItemFn>,
}

impl<'f> Visit<'f> for Methods<'f> {
    fn visit_item_impl(&mut self, item: &'f ItemImpl) {
        let ty = &item.self_ty;
        if item.trait_.is_none() && quote!(#ty).to_string() == self.of {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, method: &'f ImplItemFn) {
        self.found.push(method);
    }
}
