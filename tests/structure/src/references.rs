//! Finds references from file to file.

use std::collections::HashSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{
    Arm, Attribute, Block, Expr, ExprPath, Field, FieldValue, FnArg, ImplItem, Item, Local, Macro, Pat, PatIdent, Path,
    Signature, Stmt, TraitItem, TypePath, Variant, Visibility,
};

use crate::cfg::is_test_only;
use crate::resolve::{self, Namespace, Target};
use crate::source::{Crate, attributes, declaration_of, imports_of, plain};

/// A file names an item that another file declares.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The file that names it.
    pub from: usize,
    /// The line of that file.
    pub line: usize,
    /// The file that declares it.
    pub to: usize,
    /// The item.
    pub name: String,
}

/// All references between files of a crate, in the order of the sources.
///
/// A reference leads to the file that declares the item, also through re-exports. Re-exports and `mod` declarations are not
/// references themselves. Tokens in `quote!` are code of other crates, so they are left out.
pub fn references(krate: &Crate) -> Vec<Reference> {
    let mut found = Vec::new();
    for (module, content) in krate.modules.iter().enumerate() {
        let mut finder = Finder { krate, module, blocks: Vec::new(), bound: Vec::new(), found: Vec::new() };
        for import in content.imports.iter().filter(|import| !import.is_reexport) {
            finder.import(&import.path, import.name.is_none(), import.line);
        }
        content.items.iter().for_each(|item| finder.visit_item(item));
        found.extend(finder.found);
    }
    let mut seen = HashSet::new();
    found.retain(|reference| seen.insert(reference.clone()));
    found.sort_by_key(|reference| (reference.from, reference.line));
    found
}

/// Macros whose tokens are code generated for other crates, where a path means something else.
const QUOTING: [&str; 4] = ["quote", "quote_spanned", "parse_quote", "parse_quote_spanned"];

struct Finder<'c> {
    krate: &'c Crate,
    module: usize,
    /// The blocks around the place, outermost first.
    blocks: Vec<resolve::Block>,
    /// The variables of the functions around the place.
    bound: Vec<HashSet<String>>,
    found: Vec<Reference>,
}

impl Finder<'_> {
    fn path(&mut self, path: &[String], namespaces: &[Namespace], line: usize) {
        let from = self.krate.modules[self.module].file;
        for namespace in namespaces {
            for target in self.krate.resolve(self.module, &self.blocks, path, *namespace) {
                if let Target::Item { file: to, name } = target
                    && to != from
                {
                    self.found.push(Reference { from, line, to, name });
                }
            }
        }
    }

    /// Adds the items that an import names. A glob import names no item, unless it is one of an enum's variants.
    fn import(&mut self, path: &[String], is_glob: bool, line: usize) {
        self.path(path, if is_glob { &[Namespace::Type] } else { &Namespace::ALL }, line);
    }

    fn is_variable(&self, name: &str) -> bool {
        self.bound.iter().any(|bound| bound.contains(name))
    }

    fn function(&mut self, signature: &Signature, visit: impl FnOnce(&mut Self), block: Option<&Block>) {
        let mut variables = Variables::default();
        for input in &signature.inputs {
            if let FnArg::Typed(input) = input {
                variables.visit_pat(&input.pat);
            }
        }
        if let Some(block) = block {
            variables.visit_block(block);
        }
        self.bound.push(variables.0);
        visit(self);
        self.bound.pop();
    }

    /// Finds paths among the tokens of a macro, which need not be expressions.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut i = 0;
        while i < tokens.len() {
            let start = i;
            i += 1;
            let first = match &tokens[start] {
                TokenTree::Group(group) => {
                    self.tokens(group.stream());
                    continue;
                }
                TokenTree::Ident(first) => first,
                _ => continue,
            };
            let mut path = vec![plain(first)];
            while is_punct(&tokens, i, ':') && is_punct(&tokens, i + 1, ':') {
                let Some(TokenTree::Ident(next)) = tokens.get(i + 2) else { break };
                path.push(plain(next));
                i += 3;
            }
            let is_macro = is_punct(&tokens, i, '!') && !is_punct(&tokens, i + 1, '=');
            let is_call = matches!(tokens.get(i), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis);
            let may_be_item = path.len() > 1 || is_macro || is_call || path[0].starts_with(|c: char| c.is_uppercase());
            let is_variable = path.len() == 1 && self.is_variable(&path[0]);
            if may_be_item && !is_variable && !is_part_of_other_name(&tokens[..start]) {
                let namespaces: &[_] =
                    if is_macro { &[Namespace::Macro] } else { &[Namespace::Type, Namespace::Value] };
                self.path(&path, namespaces, first.span().start().line);
            }
        }
    }
}

/// Whether what follows these tokens is a field or a method (after a dot), a macro's variable or its crate (after a dollar), a
/// lifetime, or a path whose start is not an identifier.
fn is_part_of_other_name(before: &[TokenTree]) -> bool {
    let Some(last) = before.len().checked_sub(1) else { return false };
    let follows = |c| last > 0 && is_punct(before, last - 1, c);
    is_punct(before, last, '$')
        || is_punct(before, last, '\'')
        || is_punct(before, last, '.') && !follows('.')
        || is_punct(before, last, ':') && follows(':')
}

fn is_punct(tokens: &[TokenTree], i: usize, c: char) -> bool {
    matches!(tokens.get(i), Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

fn names(path: &Path) -> Vec<String> {
    path.segments.iter().map(|segment| plain(&segment.ident)).collect()
}

impl<'ast> Visit<'ast> for Finder<'_> {
    // Test-only code, attributes and visibilities are not visited.

    fn visit_item(&mut self, item: &'ast Item) {
        // The items of a module are visited with the module, and its imports apart from the others.
        if !is_test_only(attributes(item)) && !matches!(item, Item::Mod(_) | Item::Use(_)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => return,
        };
        if !is_test_only(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let attributes = match item {
            TraitItem::Const(item) => &item.attrs,
            TraitItem::Fn(item) => &item.attrs,
            TraitItem::Type(item) => &item.attrs,
            TraitItem::Macro(item) => &item.attrs,
            _ => return,
        };
        if !is_test_only(attributes) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if !is_test_only(&local.attrs) {
            visit::visit_local(self, local);
        }
    }

    fn visit_field(&mut self, field: &'ast Field) {
        if !is_test_only(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_field_value(&mut self, field: &'ast FieldValue) {
        if !is_test_only(&field.attrs) {
            visit::visit_field_value(self, field);
        }
    }

    fn visit_variant(&mut self, variant: &'ast Variant) {
        if !is_test_only(&variant.attrs) {
            visit::visit_variant(self, variant);
        }
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        if !is_test_only(&arm.attrs) {
            visit::visit_arm(self, arm);
        }
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        let attributes = match expr {
            Expr::Block(expr) => &expr.attrs[..],
            Expr::Call(expr) => &expr.attrs,
            Expr::MethodCall(expr) => &expr.attrs,
            Expr::If(expr) => &expr.attrs,
            _ => &[],
        };
        if !is_test_only(attributes) {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    // Scopes.

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, |this| visit::visit_item_fn(this, item), Some(&item.block));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, |this| visit::visit_impl_item_fn(this, item), Some(&item.block));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.function(&item.sig, |this| visit::visit_trait_item_fn(this, item), item.default.as_ref());
    }

    fn visit_block(&mut self, block: &'ast Block) {
        let mut scope = resolve::Block::default();
        for statement in &block.stmts {
            match statement {
                Stmt::Item(item) if is_test_only(attributes(item)) => {}
                Stmt::Item(Item::Use(item)) => scope.imports.extend(imports_of(item)),
                Stmt::Item(item) => scope.items.extend(declaration_of(item, 0, &[]).map(|item| item.name)),
                _ => {}
            }
        }
        for import in &scope.imports {
            self.import(&import.path, import.name.is_none(), import.line);
        }
        self.blocks.push(scope);
        visit::visit_block(self, block);
        self.blocks.pop();
    }

    // Paths.

    fn visit_type_path(&mut self, ty: &'ast TypePath) {
        if let Some(qself) = &ty.qself {
            // `<T as Trait>::Type`: the trait is named, and what follows it belongs to the trait.
            self.visit_type(&qself.ty);
            let path: Vec<_> = names(&ty.path).into_iter().take(qself.position).collect();
            self.path(&path, &[Namespace::Type], line(&ty.path));
            ty.path.segments.iter().for_each(|segment| self.visit_path_arguments(&segment.arguments));
        } else {
            self.visit_path(&ty.path);
        }
    }

    fn visit_expr_path(&mut self, expr: &'ast ExprPath) {
        if let Some(qself) = &expr.qself {
            self.visit_type(&qself.ty);
            let path: Vec<_> = names(&expr.path).into_iter().take(qself.position).collect();
            self.path(&path, &[Namespace::Type], line(&expr.path));
        } else if expr.path.leading_colon.is_none() {
            let path = names(&expr.path);
            if path.len() > 1 || !self.is_variable(&path[0]) {
                self.path(&path, &[Namespace::Value], line(&expr.path));
            }
        }
        expr.path.segments.iter().for_each(|segment| self.visit_path_arguments(&segment.arguments));
    }

    /// Types, bounds, literals of structs and patterns.
    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.path(&names(path), &[Namespace::Type], line(path));
        }
        visit::visit_path(self, path);
    }

    /// A pattern that is one name may be a constant.
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        let name = plain(&pattern.ident);
        if name.starts_with(char::is_uppercase) {
            self.path(&[name], &[Namespace::Value], pattern.ident.span().start().line);
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        if item.path.leading_colon.is_none() {
            self.path(&names(&item.path), &[Namespace::Macro], line(&item.path));
        }
        let name = item.path.segments.last().map(|segment| plain(&segment.ident)).unwrap_or_default();
        if !QUOTING.contains(&name.as_str()) {
            self.tokens(item.tokens.clone());
        }
    }
}

fn line(path: &Path) -> usize {
    path.segments.first().map_or(0, |segment| segment.ident.span().start().line)
}

/// The variables that a function's patterns bind.
#[derive(Default)]
struct Variables(HashSet<String>);

impl<'ast> Visit<'ast> for Variables {
    fn visit_pat(&mut self, pattern: &'ast Pat) {
        if let Pat::Ident(pattern) = pattern {
            let name = plain(&pattern.ident);
            if !name.starts_with(char::is_uppercase) {
                self.0.insert(name);
            }
        }
        visit::visit_pat(self, pattern);
    }

    fn visit_item(&mut self, _: &'ast Item) {}
}
