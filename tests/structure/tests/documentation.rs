//! What the documentation shows is what the tests test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, File, ImplItemFn, ItemFn, ItemImpl, ItemMacro, ItemTrait, Lit, Pat, PatLit, TraitItem};

fn checkout() -> PathBuf {
    let other = std::env::var_os("BRIDGE32_ROOT").map(PathBuf::from);
    other.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
}

/// All Rust files in a folder, by name.
fn sources(dir: &Path) -> BTreeMap<String, File> {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let parse = |path: PathBuf| {
        let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), file)
    };
    files.map(parse).collect()
}

/// Code without its layout.
fn plain(code: &str) -> String {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    code.replace(",)", ")").replace(",>", ">")
}

/// What is between backquotes in a cell.
fn code(cell: &str) -> &str {
    cell.trim().trim_matches('`')
}

/// Something that an interface declares, and what a test has to name in order to use it.
struct Declaration {
    text: String,
    used_by: Use,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// A call of this method.
    Call(String),
    /// The name of this type: the client of an interface.
    Type(String),
}

/// The methods of the interfaces in a file, and the interfaces themselves with their options.
#[derive(Default)]
struct Declarations(Vec<Declaration>);

impl<'ast> Visit<'ast> for Declarations {
    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        let client = format!("{}Client", item.ident);
        self.0.push(Declaration { text: attributes(&item.attrs), used_by: Use::Type(client) });
        for method in &item.items {
            let TraitItem::Fn(method) = method else { continue };
            let end = if method.default.is_some() { "{" } else { ";" };
            let text = attributes(&method.attrs) + &plain(&method.sig.to_token_stream().to_string()) + end;
            self.0.push(Declaration { text, used_by: Use::Call(method.sig.ident.to_string()) });
        }
    }
}

/// Attributes without documentation.
fn attributes(attributes: &[Attribute]) -> String {
    let attributes = attributes.iter().filter(|attribute| !attribute.path().is_ident("doc"));
    attributes.map(|attribute| plain(&attribute.to_token_stream().to_string())).collect()
}

/// The functions and macros of a file of tests, by name, and which of them are tests.
#[derive(Default)]
struct Functions {
    tokens: BTreeMap<String, Vec<TokenTree>>,
    tests: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let name = item.sig.ident.to_string();
        if item.attrs.iter().any(|attribute| attribute.path().is_ident("test")) {
            self.tests.insert(name.clone());
        }
        self.add(name, item.block.to_token_stream());
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.add(item.sig.ident.to_string(), item.block.to_token_stream());
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        if let Some(name) = &item.ident {
            self.add(name.to_string(), item.mac.tokens.clone());
        }
    }
}

impl Functions {
    fn add(&mut self, name: String, tokens: TokenStream) {
        flatten(tokens, self.tokens.entry(name).or_default());
    }

    /// Whether a function uses the declaration, or another one of its file that it names does.
    fn uses(&self, function: &str, declaration: &Use) -> bool {
        let mut reached = BTreeSet::from([function]);
        let mut open = vec![function];
        while let Some(function) = open.pop() {
            let Some(tokens) = self.tokens.get(function) else { continue };
            if is_used_in(tokens, declaration) || self.is_passed_to_a_macro(tokens, declaration) {
                return true;
            }
            for token in tokens {
                let TokenTree::Ident(name) = token else { continue };
                if let Some((name, _)) = self.tokens.get_key_value(&name.to_string())
                    && reached.insert(name)
                {
                    open.push(name);
                }
            }
        }
        false
    }

    /// Whether these tokens pass the method to a macro of this file that calls it.
    fn is_passed_to_a_macro(&self, tokens: &[TokenTree], declaration: &Use) -> bool {
        let Use::Call(method) = declaration else { return false };
        tokens.windows(3).any(|tokens| match tokens {
            [TokenTree::Ident(name), TokenTree::Punct(mark), TokenTree::Group(arguments)] if mark.as_char() == '!' => {
                let body = self.tokens.get(&name.to_string());
                let mut passed = Vec::new();
                flatten(arguments.stream(), &mut passed);
                body.is_some_and(|body| calls_what_it_is_passed(body))
                    && passed.iter().any(|token| matches!(token, TokenTree::Ident(ident) if ident == method))
            }
            _ => false,
        })
    }
}

/// Whether a macro calls a method whose name it is passed: `$client.$method(…)`.
fn calls_what_it_is_passed(body: &[TokenTree]) -> bool {
    body.windows(4).any(|tokens| match tokens {
        [TokenTree::Punct(dot), TokenTree::Punct(dollar), TokenTree::Ident(_), TokenTree::Group(arguments)] => {
            dot.as_char() == '.' && dollar.as_char() == '$' && arguments.delimiter() == Delimiter::Parenthesis
        }
        _ => false,
    })
}

/// The tokens in their order: a group, and then what is in it.
fn flatten(tokens: TokenStream, into: &mut Vec<TokenTree>) {
    for token in tokens {
        let inner = if let TokenTree::Group(group) = &token { group.stream() } else { TokenStream::new() };
        into.push(token);
        flatten(inner, into);
    }
}

fn is_used_in(tokens: &[TokenTree], declaration: &Use) -> bool {
    let is_ident = |token: &TokenTree, name: &str| matches!(token, TokenTree::Ident(ident) if ident == name);
    match declaration {
        Use::Type(name) => tokens.iter().any(|token| is_ident(token, name)),
        // `client.name(`: iterators have methods of the same name, but they do not follow a variable.
        Use::Call(name) => tokens.windows(4).any(|tokens| match tokens {
            [TokenTree::Ident(_), TokenTree::Punct(dot), method, TokenTree::Group(arguments)] => {
                dot.as_char() == '.' && is_ident(method, name) && arguments.delimiter() == Delimiter::Parenthesis
            }
            _ => false,
        }),
    }
}

#[test]
fn every_test_of_the_vocabulary_uses_the_declaration_in_its_row() {
    let page = fs::read_to_string(checkout().join("docs/vocabulary.md")).unwrap();
    let mut declarations = Declarations::default();
    for file in sources(&checkout().join("tests/src")).values() {
        declarations.visit_file(file);
    }
    let tests = sources(&checkout().join("tests/tests")).into_iter().map(|(name, file)| {
        let mut functions = Functions::default();
        functions.visit_file(&file);
        (name, functions)
    });
    let tests: BTreeMap<_, _> = tests.collect();

    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in page.lines().filter(|line| line.starts_with("| ") && line.contains("::")) {
        rows += 1;
        let cells: Vec<&str> = line.trim_matches(['|', ' ']).split(" | ").collect();
        // The last column of some tables says whether a drop-in library exports the function.
        let ([_, declaration, _, test] | [_, declaration, _, test, "yes" | "no" | "-"]) = cells.as_slice() else {
            panic!("{line} has {} cells", cells.len())
        };
        let text = plain(code(declaration));
        let declared = declarations.0.iter().filter(|declaration| declaration.text.contains(&text));
        let uses: BTreeSet<_> = declared.map(|declaration| declaration.used_by.clone()).collect();
        let (file, name) = code(test).split_once("::").unwrap();
        match tests.get(file).filter(|file| file.tests.contains(name)) {
            _ if uses.is_empty() => wrong.push(format!("nothing declares {}", code(declaration))),
            None => wrong.push(format!("there is no test {file}::{name}")),
            Some(file) if uses.iter().any(|declaration| file.uses(name, declaration)) => {}
            Some(_) => wrong.push(format!("{} does not use {}", code(test), code(declaration))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows > 60, "{rows} rows were found");
}

/// The names of the functions in all Rust files of a folder, each with the file's path.
fn functions(dir: &Path, into: &mut BTreeMap<String, Vec<PathBuf>>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                functions(&path, into);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            // Text instead of syntax: some tests are written inside a macro.
            for declared in fs::read_to_string(&path).unwrap().split("fn ").skip(1) {
                let end = declared.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(declared.len());
                into.entry(declared[..end].to_owned()).or_default().push(path.clone());
            }
        }
    }
}

#[test]
fn every_test_that_a_document_names_exists() {
    let mut declared = BTreeMap::new();
    for dir in
        ["bridge-macros", "bridge-runtime", "cargo-bridge32", "examples", "fuzz", "native-build", "tests", "ui-tests"]
    {
        functions(&checkout().join(dir), &mut declared);
    }
    let mut wrong = Vec::new();
    let mut names = 0;
    for document in ["SECURITY.md", "docs/faults.md", "docs/hard-cases.md", "docs/fuzzing.md"] {
        let text = fs::read_to_string(checkout().join(document)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("```"));
        for name in lines.flat_map(|line| line.split('`').skip(1).step_by(2)) {
            let (file, test) = name.rsplit_once("::").unwrap_or(("", name));
            let is_name =
                |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_:".contains(c));
            // The names of tests are sentences.
            if !is_name(name) || test.matches('_').count() < 3 {
                continue;
            }
            names += 1;
            let file = file.rsplit("::").next().unwrap_or_default();
            let is_in_file = |path: &PathBuf| {
                file.is_empty() || path.with_extension("").components().any(|part| part.as_os_str() == file)
            };
            if !declared.get(test).is_some_and(|paths| paths.iter().any(is_in_file)) {
                wrong.push(format!("{document}: there is no `{name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(names > 50, "{names} names were found");
}

/// The blocks of code on a page, each with the file that it is taken from: a comment above the block names the file.
fn quotations(page: &str) -> Vec<(String, String)> {
    let mut quotations = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(file) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) {
            let block = lines.by_ref().skip(1).take_while(|line| *line != "```");
            quotations.push((file.to_owned(), block.collect::<Vec<_>>().join("\n")));
        }
    }
    quotations
}

#[test]
fn the_code_of_the_pages_is_that_of_the_examples() {
    let mut wrong = Vec::new();
    let of_programs = ["c", "python", "csharp", "java", "javascript"];
    let pages = [
        ("docs/header.md", &["rust"][..]),
        ("docs/coming-from.md", &["rust"]),
        ("docs/drop-in-callers.md", &of_programs),
    ];
    for (name, languages) in pages {
        let page = fs::read_to_string(checkout().join(name)).unwrap();
        let quotations = quotations(&page);
        for (file, block) in &quotations {
            let source = fs::read_to_string(checkout().join(file)).unwrap();
            if !source.contains(block.as_str()) {
                wrong.push(format!("{file} does not contain what {name} shows:\n{block}"));
            }
        }
        // Blocks that no comment takes from a file would not be checked.
        let is_code = |line: &&str| line.strip_prefix("```").is_some_and(|language| languages.contains(&language));
        let blocks = page.lines().filter(is_code).count();
        assert_eq!(blocks, quotations.len(), "a block of code in {name} has no file");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_c_of_the_page_about_headers_is_that_of_its_header() {
    let page = fs::read_to_string(checkout().join("docs/header.md")).unwrap();
    // The page leaves out what all declarations of the header begin with.
    let plain = |text: &str| {
        let text = text.replace("INSTR_API ", "").replace("INSTR_CALL ", "");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let header = plain(&fs::read_to_string(checkout().join("examples/instrument/native/instrument.h")).unwrap());
    let blocks: Vec<_> = page.split("```c\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() > 5, "{blocks:?}");
    for declaration in blocks.iter().flat_map(|block| block.split("\n\n")).flat_map(|part| part.split_inclusive(");\n"))
    {
        assert!(header.contains(&plain(declaration)), "the header does not contain\n{declaration}");
    }
}

#[test]
fn every_error_has_a_row_and_says_what_the_row_says() {
    /// The words of a message, without what is inserted.
    fn words(message: &str) -> String {
        let mut words = String::new();
        let mut depth = 0;
        for c in message.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                '`' | '(' | ')' => {}
                _ if depth == 0 => words.push(c),
                _ => {}
            }
        }
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    let page = fs::read_to_string(checkout().join("docs/errors.md")).unwrap();
    let mut rows: BTreeMap<_, _> = page
        .lines()
        .filter_map(|line| match line.trim_matches('|').split(" | ").collect::<Vec<_>>().as_slice() {
            [says, variant, _] => Some((code(variant), *says)),
            _ => None,
        })
        .collect();
    let mut wrong = Vec::new();
    for (file, name) in [("mod.rs", "Error"), ("library.rs", "LibraryError")] {
        let source = fs::read_to_string(checkout().join("bridge-runtime/src/error").join(file)).unwrap();
        let file = syn::parse_file(&source).unwrap();
        let error = file.items.iter().find_map(|item| match item {
            syn::Item::Enum(item) if item.ident == name => Some(item),
            _ => None,
        });
        for variant in &error.unwrap().variants {
            let attribute = variant.attrs.iter().find(|attribute| attribute.path().is_ident("error"));
            let message = attribute.and_then(|attribute| attribute.parse_args_with(message).ok());
            // A transparent error has the message of the one in it.
            let Some(message) = message else { continue };
            let variant = format!("{name}::{}", variant.ident);
            let Some(says) = rows.remove(variant.as_str()) else {
                wrong.push(format!("{variant} has no row"));
                continue;
            };
            let parts = says.split(['{', '}']).step_by(2).map(words).filter(|part| part.contains(' '));
            let missing = parts.filter(|part| !words(&message).contains(part));
            wrong.extend(missing.map(|part| format!("{variant} says\n  {message}\nand not\n  {part}")));
        }
    }
    wrong.extend(rows.keys().filter(|row| row.contains("Error::")).map(|row| format!("there is no {row}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The words that the matches of some methods of a type distinguish.
struct Words<'f> {
    ty: &'f str,
    methods: &'f [&'f str],
    found: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Words<'_> {
    fn visit_item_fn(&mut self, _: &'ast ItemFn) {}

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if item.self_ty.to_token_stream().to_string() == self.ty {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, method: &'ast ImplItemFn) {
        if self.methods.iter().any(|name| method.sig.ident == name) {
            visit::visit_impl_item_fn(self, method);
        }
    }

    fn visit_pat(&mut self, pattern: &'ast Pat) {
        match pattern {
            Pat::Lit(PatLit { lit: Lit::Str(word), .. }) => {
                self.found.insert(word.value());
            }
            other => visit::visit_pat(self, other),
        }
    }
}

/// Returns the words that these methods of a type of the macro distinguish.
fn distinguished(file: &str, ty: &str, methods: &[&str]) -> BTreeSet<String> {
    let path = checkout().join("bridge-macros/src").join(file);
    let mut words = Words { ty, methods, found: BTreeSet::new() };
    words.visit_file(&syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap());
    words.found
}

#[test]
fn the_pages_of_the_macros_list_every_option_and_attribute() {
    let page = |name: &str| fs::read_to_string(checkout().join("bridge-macros/docs").join(name)).unwrap();
    let (interface, derive) = (page("bridge32.md"), page("derive.md"));
    let options = distinguished("options.rs", "Options", &["option"]);
    let mut attributes = distinguished("attributes.rs", "MethodAttributes", &["read"]);
    attributes.append(&mut distinguished("attributes.rs", "ParameterAttributes", &["parse"]));
    let fields = distinguished("derive/attributes.rs", "FieldAttributes", &["parse"]);
    assert!(
        options.len() >= 10 && attributes.len() >= 25 && fields.len() >= 6,
        "{options:?}\n{attributes:?}\n{fields:?}"
    );
    let mut missing = Vec::new();
    for option in options {
        if !interface.contains(&format!("`{option} = ")) {
            missing.push(format!("the option `{option}`"));
        }
    }
    // Those of the compiler's.
    let lints = ["allow", "expect", "warn", "deny", "cfg", "cfg_attr"];
    for (page, names) in [(&interface, attributes), (&derive, fields)] {
        for name in names.iter().filter(|name| !lints.contains(&name.as_str())) {
            if !page.contains(&format!("#[{name}")) {
                missing.push(format!("`#[{name}]`"));
            }
        }
    }
    assert!(missing.is_empty(), "not on the page: {}", missing.join(", "));
}

/// The text of `#[error("…", …)]`.
fn message(input: syn::parse::ParseStream<'_>) -> syn::Result<String> {
    let text: syn::LitStr = input.parse()?;
    let _: TokenStream = input.parse()?;
    Ok(text.value())
}
