//! Writes the module of an assembly: its trait, with enums, constants, and the types that stand for classes.

use std::fmt::Write as _;

use super::declare::Declarations;
use super::documentation::Documentation;
use super::enums;
use super::model::{Class, ClassKind};
use super::types::RustTypes;
use crate::import::print::comments_about;

/// Writes the module.
pub(super) fn source(
    types: &RustTypes<'_>,
    declarations: &Declarations,
    documentation: &Documentation,
    file: &str,
    library: &str,
    default_class: Option<&Class>,
) -> String {
    let mut rest = String::new();
    for (index, class) in types.assembly.classes.iter().enumerate().filter(|(_, class)| class.is_public) {
        let name = types.name(index);
        if let ClassKind::Enum { .. } = class.kind {
            rest += &enums::source(types, class, name, documentation);
        } else if declarations.tags.contains(name) {
            documentation.class(&mut rest, types.assembly, class);
            rest += &tag(name, &class.reflected);
        }
    }
    for (reflected, name) in types.foreign() {
        if declarations.tags.contains(&name) {
            let _ = writeln!(rest, "/// `{reflected}`, of another assembly.");
            rest += &tag(&name, &reflected);
        }
    }
    for (reflected, array) in types.arrays() {
        if declarations.tags.contains(&array.tag) {
            let _ = writeln!(rest, "/// `{reflected}`, an array.");
            rest += &tag(&array.tag, &reflected);
        }
    }
    rest += &declarations.constants;
    rest += &comments_about(&declarations.left_out);

    let used = [
        ("Class", !declarations.tags.is_empty()),
        ("Matrix", declarations.methods.contains("Matrix<")),
        ("Object", !declarations.tags.is_empty()),
    ];
    let of_dotnet: Vec<_> = used.into_iter().filter(|(_, is_used)| *is_used).map(|(name, _)| name).collect();
    let of_dotnet = match of_dotnet.as_slice() {
        [] => String::new(),
        items => format!("use bridge32::dotnet::{{{}}};\n", items.join(", ")),
    };
    let has_enums = rest.contains(", Bridge)]");
    let bridge = if has_enums { "{Bridge, bridge32}" } else { "bridge32" };
    let class = default_class.map(|class| format!(", class = {:?}", class.reflected)).unwrap_or_default();
    format!(
        "//! The interface of `{file}`, written by `cargo bridge32 import`.\n\n\
         {of_dotnet}use bridge32::{bridge};\n\n\
         /// The classes of `{file}`.\n\
         #[bridge32(dotnet = {library:?}{class})]\npub trait {} {{\n{}}}\n\n{rest}",
        types.trait_name, declarations.methods
    )
}

/// A type that stands for a class.
fn tag(name: &str, reflected: &str) -> String {
    format!(
        "#[derive(Debug)]\npub enum {name} {{}}\n\n\
         impl Class for {name} {{\nconst NAME: &'static str = {reflected:?};\n}}\n\n"
    )
}
