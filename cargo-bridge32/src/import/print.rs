//! Writes a trait, with the types and constants that belong to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::import::header::single_line;
use crate::import::layout::{self, Layout};
use crate::import::model::{
    CType, Constant, Convention, Enum, EnumOrigin, Header, Int, LeftOut, Record, Value, Variant,
};
use crate::import::names::{self, unique};
use crate::import::rules::draft::Draft;
use crate::import::types::Types;
use crate::import::{comments, spelling};

/// What the trait is called, and which library it is for.
pub(crate) struct Naming {
    pub(crate) trait_name: String,
    pub(crate) library: String,
    /// The name of the header or library that it comes from.
    pub(crate) origin: String,
    /// What the functions' names begin with, which the methods' names leave out.
    pub(crate) prefix: String,
}

/// Writes the trait for these methods.
pub(crate) fn source(types: &Types<'_>, methods: &[Draft<'_>], naming: &Naming, left_out: &[LeftOut]) -> String {
    let header = types.header;
    let mut body = String::new();
    for draft in methods {
        method(&mut body, types, draft);
    }
    let mut definitions = definitions(types);
    keep_used(&mut definitions, &body);
    let is_value =
        |constant: &&Constant| constant.of_enum.as_ref().is_some_and(|id| definitions.contains_key(types.name(id)));
    let plain: Vec<_> = header.constants.iter().filter(|constant| !is_value(constant)).collect();
    let constants: String = constants(&plain, &definitions);

    let mut rest = String::new();
    let mut sorted: Vec<_> = definitions.values().collect();
    sorted.sort_by_key(|definition| definition.line);
    for definition in sorted {
        rest += &definition.text;
        rest.push('\n');
    }
    rest += &constants;
    rest += &comments_about(left_out);

    let abi = match types.convention {
        Convention::Cdecl => String::new(),
        other => format!(", abi = \"{}\"", other.name()),
    };
    let used: Vec<&str> = [
        "Address",
        "Bool16",
        "Bool32",
        "Bridge",
        "Handle",
        "IntPtr",
        "Long",
        "LongDouble",
        "SSize",
        "Size",
        "UIntPtr",
        "ULong",
        "UserData",
    ]
    .into_iter()
    .filter(|item| has_word(&body, item) || has_word(&rest, item))
    .collect();
    let used = used.iter().map(|item| format!("{item}, ")).collect::<String>();
    let shared: BTreeSet<&String> = methods.iter().filter_map(|draft| draft.shared_guess.as_ref()).collect();
    let shared: String = shared.iter().map(|guess| format!("// check: {guess}\n")).collect();
    let Naming { trait_name, library, origin, .. } = naming;
    format!(
        "//! The interface of `{origin}`, written by `cargo bridge32 import` for {target}. What it guessed is marked with `// check:`.\n\n\
         use bridge32::{{{used}bridge32}};\n\n\
         /// The functions of `{origin}`.\n{shared}\
         #[bridge32(lib = \"{library}\"{abi})]\npub trait {trait_name} {{\n{body}}}\n\n{rest}",
        target = types.target,
    )
}

fn method(out: &mut String, types: &Types<'_>, draft: &Draft<'_>) {
    let function = draft.function;
    let name = types.method(function).unwrap_or_default();
    if !out.is_empty() {
        out.push('\n');
    }
    let said = function.export.as_ref().and_then(|export| export.declaration.clone());
    declaration_comment(out, "///", &said.unwrap_or_else(|| spelling::function(function, types.header)));
    if let Some(doc) = &function.doc {
        let c_names: Vec<_> = function.signature.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        let name_of = |c: &str| {
            let index = c_names.iter().position(|name| *name == c);
            index.map_or_else(|| c.to_owned(), |index| draft.names[index].clone())
        };
        let lines = comments::documentation(doc, &name_of);
        if !lines.is_empty() {
            out.push_str("///\n");
            doc_lines(out, &lines);
        }
    }
    for guess in &draft.guesses {
        let _ = writeln!(out, "// check: {}", guess.text);
    }
    if name != draft.symbol {
        let _ = writeln!(out, "#[symbol({:?})]", draft.symbol);
    }
    if function.signature.convention != types.convention {
        let _ = writeln!(out, "#[abi(\"{}\")]", function.signature.convention.name());
    }
    for attribute in &draft.attributes {
        let _ = writeln!(out, "{attribute}");
    }
    if draft.slots.len() > 6 {
        out.push_str("#[allow(clippy::too_many_arguments, reason = \"as in C\")]\n");
    }
    let _ = write!(out, "fn {name}(&self");
    for (name, slot) in draft.names.iter().zip(draft.slots.iter().flatten()) {
        let attributes: String = slot.attributes.iter().map(|attribute| format!("{attribute} ")).collect();
        let _ = write!(out, ", {attributes}{name}: {}", slot.ty);
    }
    let result = draft.result.as_ref().map(|ty| format!(" -> {ty}")).unwrap_or_default();
    let _ = writeln!(out, "){result};");
}

/// Writes a declaration in C as documentation, over several lines if it is long.
pub(super) fn declaration_comment(out: &mut String, mark: &str, declaration: &str) {
    let mut line = format!("{mark} `");
    for word in declaration.split(' ') {
        if line.len() + word.len() > 100 {
            let _ = writeln!(out, "{}", line.trim_end());
            line = format!("{mark} ");
        }
        line += word;
        line.push(' ');
    }
    let _ = writeln!(out, "{}`", line.trim_end());
}

/// Writes lines of documentation.
pub(super) fn doc_lines(out: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(out, "{}", format!("/// {line}").trim_end());
    }
}

/// A type that the trait may use.
struct Definition {
    line: u32,
    text: String,
}

fn definitions(types: &Types<'_>) -> BTreeMap<String, Definition> {
    let header = types.header;
    let mut all = BTreeMap::new();
    // The printed fields may bring others.
    let mut seen = BTreeSet::new();
    loop {
        let new: Vec<_> = types.used_types().into_iter().filter(|id| seen.insert(id.clone())).collect();
        if new.is_empty() {
            break;
        }
        for id in new {
            let name = types.name(&id).to_owned();
            let definition = if let Some(record) = header.records.get(&id) {
                match layout::of(types, &id) {
                    Ok(layout) => Definition { line: record.line, text: structure(&name, record, &layout) },
                    Err(_) => continue,
                }
            } else if let Some(declared) = header.enums.get(&id) {
                Definition { line: declared.line, text: enumeration(&name, declared, types) }
            } else {
                continue;
            };
            all.insert(name, definition);
        }
    }
    for (name, original) in types.tags() {
        let line = header.records.values().find(|record| record.name == original).map_or(0, |record| record.line);
        let text = format!("/// What a `{original}` in C points to.\n#[derive(Debug)]\npub enum {name} {{}}\n");
        all.insert(name, Definition { line, text });
    }
    all
}

/// Removes the types that neither this text nor a type that stays uses.
fn keep_used(definitions: &mut BTreeMap<String, Definition>, text: &str) {
    let mut used: BTreeSet<String> = definitions.keys().filter(|name| has_word(text, name)).cloned().collect();
    loop {
        let is_new =
            |name: &&String| !used.contains(*name) && used.iter().any(|user| has_word(&definitions[user].text, name));
        let new: Vec<String> = definitions.keys().filter(is_new).cloned().collect();
        if new.is_empty() {
            break;
        }
        used.extend(new);
    }
    definitions.retain(|name, _| used.contains(name));
}

/// Whether a text has a word outside of its comments.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(word)
            .any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part))
    })
}

fn structure(name: &str, record: &Record, layout: &Layout) -> String {
    let mut out = String::new();
    let kind = if record.is_union { "union" } else { "struct" };
    let original = if record.name.is_empty() { format!("An unnamed {kind}.") } else { format!("`{}`", record.name) };
    let _ = writeln!(out, "/// {original}");
    if let Some(doc) = &record.doc {
        out.push_str("///\n");
        doc_lines(&mut out, &comments::documentation(doc, &|name| name.to_owned()));
    }
    if layout.is_union {
        let _ = writeln!(out, "#[derive(Clone, Copy, Bridge)]\n#[repr(C)]");
    } else {
        let copy = if layout.is_copy { "Copy, " } else { "" };
        let _ = writeln!(out, "#[derive(Debug, Clone, {copy}PartialEq, Bridge)]\n#[repr(C)]");
    }
    if let Some(pack) = layout.pack {
        let _ = writeln!(out, "#[bridge(pack = {pack})]");
    }
    let _ = writeln!(out, "#[bridge(size = {})]", record.size);
    let _ = writeln!(out, "pub {} {name} {{", if layout.is_union { "union" } else { "struct" });
    for field in &layout.fields {
        if let Some(declaration) = &field.declaration {
            declaration_comment(&mut out, "///", &single_line(declaration));
        }
        if let Some(doc) = &field.doc {
            if field.declaration.is_some() {
                out.push_str("///\n");
            }
            doc_lines(&mut out, &comments::documentation(doc, &|name| name.to_owned()));
        }
        if let Some(guess) = &field.guess {
            let _ = writeln!(out, "// check: {guess}");
        }
        for attribute in &field.attributes {
            let _ = writeln!(out, "{attribute}");
        }
        let _ = writeln!(out, "pub {}: {},", field.name, field.ty);
    }
    out.push_str("}\n");
    out
}

fn enumeration(name: &str, declared: &Enum, types: &Types<'_>) -> String {
    let mut out = String::new();
    let original = match declared.origin {
        EnumOrigin::Uses => {
            let [first, .., last] = &declared.variants[..] else { return String::new() };
            format!("The macros from `{}` to `{}`.", first.name, last.name)
        }
        _ if declared.name.is_empty() => "An unnamed enum.".to_owned(),
        _ => format!("`{}`", declared.name),
    };
    let _ = writeln!(out, "/// {original}");
    if let Some(doc) = &declared.doc {
        out.push_str("///\n");
        doc_lines(&mut out, &comments::documentation(doc, &|name| name.to_owned()));
    }
    let repr = types.value(&declared.integer).unwrap_or_default();
    if names::is_newtype(declared) {
        let guess = match declared.origin {
            EnumOrigin::Declaration if names::are_negative(declared) => {
                "these are taken for errors; others are possible"
            }
            EnumOrigin::Declaration => "its values are taken for bits that can be combined",
            EnumOrigin::Typedef => "these macros are taken for its values; others are possible",
            EnumOrigin::Uses => "these macros are taken for values of one type; others are possible",
        };
        let _ = writeln!(out, "// check: {guess}");
        let _ = writeln!(out, "#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]\n#[repr(transparent)]");
        let _ = writeln!(out, "pub struct {name}(pub {repr});\n\nimpl {name} {{");
        let is_set = names::are_flags(declared);
        for (variant, constant) in declared.variants.iter().zip(names::value_names(declared)) {
            original_name(&mut out, variant, constant != names::constant(&variant.name));
            variant_doc(&mut out, variant.doc.as_deref());
            let value = integer(&declared.integer, variant.value);
            let value = if is_set || value >= 0x1000 { format!("{value:#x}") } else { value.to_string() };
            let value = if let CType::Long(_) = declared.integer { format!("{repr}({value})") } else { value };
            let _ = writeln!(out, "pub const {constant}: Self = Self({value});");
        }
        out.push_str("}\n");
        return out;
    }
    let _ = writeln!(out, "#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]\n#[repr({repr})]\npub enum {name} {{");
    let mut seen = BTreeMap::new();
    let mut others = Vec::new();
    for (variant, name) in declared.variants.iter().zip(names::variant_names(declared)) {
        match seen.entry(variant.value) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(name.clone());
                let plain = names::upper_camel(&variant.name);
                let is_numbered = name.strip_prefix(&plain).is_some_and(|number| !number.is_empty());
                original_name(&mut out, variant, is_numbered);
                variant_doc(&mut out, variant.doc.as_deref());
                let _ = writeln!(out, "{name} = {},", integer(&declared.integer, variant.value));
            }
            std::collections::btree_map::Entry::Occupied(entry) => others.push((variant, entry.get().clone())),
        }
    }
    out.push_str("}\n");
    if !others.is_empty() {
        let _ = writeln!(out, "\nimpl {name} {{");
        let mut taken = BTreeSet::new();
        for (variant, first) in others {
            let constant = unique(names::constant(&variant.name), &mut taken);
            original_name(&mut out, variant, constant != names::constant(&variant.name));
            variant_doc(&mut out, variant.doc.as_deref());
            let _ = writeln!(out, "pub const {constant}: Self = Self::{first};");
        }
        out.push_str("}\n");
    }
    out
}

/// Says which constant of C it is, if its name has a number because another one has the same name in Rust.
fn original_name(out: &mut String, variant: &Variant, is_numbered: bool) {
    if is_numbered {
        let _ = writeln!(out, "/// `{}`", variant.name);
        if variant.doc.is_some() {
            out.push_str("///\n");
        }
    }
}

/// Returns a value of an enum as one of its integer.
fn integer(ty: &CType, value: i64) -> i64 {
    let (bits, signed) = match ty.resolved() {
        CType::Int(Int { bits, signed }) => (*bits, *signed),
        CType::Long(signed) => (32, *signed),
        _ => (64, true),
    };
    match (bits, signed) {
        (8, true) => i64::from(value as i8),
        (8, false) => i64::from(value as u8),
        (16, true) => i64::from(value as i16),
        (16, false) => i64::from(value as u16),
        (32, true) => i64::from(value as i32),
        (32, false) => i64::from(value as u32),
        _ => value,
    }
}

fn variant_doc(out: &mut String, doc: Option<&str>) {
    if let Some(doc) = doc {
        doc_lines(out, &comments::documentation(doc, &|name| name.to_owned()));
    }
}

fn constants(all: &[&Constant], definitions: &BTreeMap<String, Definition>) -> String {
    let mut out = String::new();
    let mut taken: BTreeSet<String> = definitions.keys().cloned().collect();
    for constant in all {
        let (ty, value) = match &constant.value {
            Value::Integer { value, bits, signed } => {
                let ty = format!("{}{bits}", if *signed { 'i' } else { 'u' });
                let value = match (*bits, *signed) {
                    (32, true) => i64::from(*value as i32).to_string(),
                    (32, false) if *value as u32 >= 0x1000 => format!("{:#x}", *value as u32),
                    (32, false) => (*value as u32).to_string(),
                    (_, true) => value.to_string(),
                    (_, false) => format!("{:#x}", *value as u64),
                };
                (ty, value)
            }
            Value::Float(value) if value.is_finite() => ("f64".into(), format!("{value:?}")),
            Value::Float(_) => continue,
            Value::Text(text) => ("&str".into(), format!("{text:?}")),
            Value::Address(value) => ("Address".into(), format!("Address::new({value:#x})")),
        };
        let name = unique(names::constant(&constant.name), &mut taken);
        if name != constant.name {
            let _ = writeln!(out, "/// `{}`", constant.name);
        }
        if let Some(doc) = &constant.doc {
            if name != constant.name {
                out.push_str("///\n");
            }
            doc_lines(&mut out, &comments::documentation(doc, &|name| name.to_owned()));
        }
        if ty == "f64" {
            out.push_str("#[allow(clippy::approx_constant, reason = \"as in the header\")]\n");
        }
        let _ = writeln!(out, "pub const {name}: {ty} = {value};");
    }
    out
}

/// Lists what the trait does not have, with the reasons.
pub(super) fn comments_about(left_out: &[LeftOut]) -> String {
    let mut out = String::new();
    if left_out.is_empty() {
        return out;
    }
    out.push_str("\n// Not declared:\n");
    for same in left_out.chunk_by(|a, b| a.reason == b.reason) {
        out.push_str("//\n");
        for LeftOut { line, declaration, .. } in same {
            let place = if *line == 0 { String::new() } else { format!("line {line}: ") };
            let _ = writeln!(out, "// {place}{}", single_line(declaration));
        }
        let _ = writeln!(out, "// {}", same[0].reason);
    }
    out
}

/// Removes the constants whose names are those of an enum's variants, which need no constant of their own.
pub(crate) fn without_variants(header: &mut Header) {
    let variants: BTreeSet<&str> =
        header.enums.values().flat_map(|declared| &declared.variants).map(|variant| variant.name.as_str()).collect();
    let keep = |constant: &Constant| !variants.contains(constant.name.as_str());
    header.constants = header.constants.iter().filter(|constant| keep(constant)).cloned().collect();
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::linux_types;
    use crate::import::{Options, trait_from_text};
    use crate::target::Target;

    fn source(header: &str) -> String {
        let options = Options { target: Some(Target::I686Linux), ..Options::default() };
        trait_from_text(header, &options).expect("it is a header").source
    }

    #[test]
    fn constants_have_the_types_of_their_values() {
        for (value, expected) in [
            ("3", "i32 = 3"),
            ("0xffffffffu", "u32 = 0xffffffff"),
            ("0x100000000LL", "i64 = 4294967296"),
            ("1.5", "f64 = 1.5"),
            ("\"a\" \"b\"", "&str = \"ab\""),
            ("((void *)-1)", "Address = Address::new(0xffffffff)"),
        ] {
            let source = source(&format!("#define VALUE {value}\nint f(void);"));
            assert!(source.contains(&format!("pub const VALUE: {expected};\n")), "{value}: {source}");
        }
        for value in ["L\"wide\"", "int", "f(", ""] {
            let source = source(&format!("#define VALUE {value}\nint f(void);"));
            assert!(!source.contains("VALUE"), "{value}: {source}");
        }
    }

    #[test]
    fn enums_have_short_names_and_constants_for_equal_values() {
        let types = linux_types("typedef enum { C_RED, C_GREEN, C_FIRST = 0 } Color; Color f(int x);");
        let expected =
            "#[repr(u32)] pub enum Color { Red = 0, Green = 1, } impl Color { pub const C_FIRST: Self = Self::Red; }";
        assert_eq!(types, expected);
    }

    #[test]
    fn enums_of_single_bits_are_sets() {
        let types = linux_types("typedef enum { M_A = 1, M_B = 2, M_C = 4, M_ALL = 7 } Mask; int f(Mask x);");
        assert!(types.starts_with("// check: its values are taken for bits that can be combined"), "{types}");
        assert!(types.contains("pub struct Mask(pub u32); impl Mask { pub const M_A: Self = Self(0x1);"), "{types}");
    }

    #[test]
    fn types_that_nothing_uses_are_not_written() {
        assert_eq!(linux_types("struct p { int x; }; enum e { A }; int f(int x);"), "");
    }

    #[test]
    fn two_functions_do_not_share_a_name() {
        let source = source("int doThis(int x); int do_this(int x);");
        assert!(source.contains("fn do_this(") && source.contains("fn do_this_2("), "{source}");
    }
}
