//! The library that a header belongs to: what it exports, next to what the header declares.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::doctor::image::{ExportedSymbol, Format, Image};
use crate::doctor::library;
use crate::import::layout;
use crate::import::model::{CType, Convention, Function, FunctionExport, Header, LeftOut};
use crate::import::rules::draft::Draft;
use crate::import::spelling;
use crate::import::types::Types;
use crate::target::Target;

/// How many names a note lists.
const LISTED: usize = 8;

/// A library.
#[derive(Debug)]
pub(super) struct LibraryFile {
    /// The name of its file.
    pub(super) name: String,
    pub(super) image: Image,
}

impl LibraryFile {
    /// Reads a library, which must be for the target if there is one.
    ///
    /// # Errors
    /// Fails if no 32-bit server can load it.
    pub(super) fn read(path: &Path, target: Option<Target>) -> Result<Self> {
        let format = target.map(|target| if target.is_windows() { Format::Pe } else { Format::Elf });
        let image = library::read_native(path, format)?;
        let name = path.file_name().context("the library has no name")?.to_string_lossy().into_owned();
        Ok(Self { name, image })
    }

    /// Returns the target of its servers.
    pub(super) fn target(&self) -> Target {
        library::target(self.image.format)
    }

    /// Finds the export of each function in a header. What only one of the two has is left out of the trait; the notes say it.
    ///
    /// # Errors
    /// Fails if the library exports none of the functions.
    pub(super) fn compare(&self, header: &mut Header, origin: &str) -> Result<Vec<String>> {
        let exports = &self.image.exports;
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for mut function in std::mem::take(&mut header.functions) {
            match export_of(&function.name, exports) {
                Some(export) => {
                    adopt(&mut function, export);
                    found.push(function);
                }
                None => missing.push(function),
            }
        }
        let mut of_cpp = 0;
        for mut function in std::mem::take(&mut header.cpp_functions) {
            of_cpp += 1;
            match export_of_cpp(&function, exports) {
                Some(export) => {
                    adopt(&mut function, export);
                    found.push(function);
                }
                None => header.cpp_functions.push(function),
            }
        }
        if found.is_empty() {
            let all = missing.len() + of_cpp;
            bail!("{} exports none of the {all} functions of {origin}; is it the library?", self.name);
        }
        found.sort_by_key(|function| function.line);
        header.functions = found;
        leave_out_cpp(header, &format!("{} exports none that is certainly this one.", self.name));
        let reason = format!("{} does not export it.", self.name);
        for function in &missing {
            let declaration = spelling::function(function, header);
            header.left_out.push(LeftOut { line: function.line, declaration, reason: reason.clone() });
        }
        let is_declared = |export: &&ExportedSymbol| {
            let of = |name: &str| export.source_names().any(|exported| exported == name);
            let is_its = |function: &Function| {
                let symbol = function.export.as_ref().map(|export| &export.symbol);
                of(&function.name) || export.name.as_ref() == symbol && symbol.is_some()
            };
            let mentions = |left: &LeftOut| left.declaration.split(|c: char| !is_part_of_name(c)).any(of);
            header.functions.iter().any(is_its) || header.left_out.iter().any(mentions)
        };
        let others: Vec<_> = exports.iter().filter(|export| !is_declared(export)).map(describe).collect();
        let reason = format!("{origin} does not declare it, and {} exports it.", self.name);
        for export in &others {
            let declaration = export.clone();
            header.left_out.push(LeftOut { line: 0, declaration, reason: reason.clone() });
        }
        let missing: Vec<_> = missing.into_iter().map(|function| function.name).collect();
        let list = |names: &[String], what: &str| (!names.is_empty()).then(|| format!("{what}: {}", some_of(names)));
        let notes = [
            list(&missing, &format!("{} declares functions that {} does not export", origin, self.name)),
            list(&others, &format!("{} exports what {origin} does not declare", self.name)),
        ];
        Ok(notes.into_iter().flatten().collect())
    }
}

/// Leaves out the functions of C++ whose exports are unknown.
pub(super) fn leave_out_cpp(header: &mut Header, why: &str) {
    for function in std::mem::take(&mut header.cpp_functions) {
        let declaration = spelling::function(&function, header);
        let reason = format!("A function of C++, whose exported name is unknown; {why}");
        header.left_out.push(LeftOut { line: function.line, declaration, reason });
    }
}

/// Finds the export of a function of C++: the one that clang names, or the only one of its name.
fn export_of_cpp<'e>(function: &Function, exports: &'e [ExportedSymbol]) -> Option<&'e ExportedSymbol> {
    let symbol = function.export.as_ref().map(|export| &export.symbol);
    let exact = exports.iter().find(|export| export.name.as_ref() == symbol && symbol.is_some());
    let mut of_name =
        exports.iter().filter(|export| export.demangled.is_some() && export.plain_name() == Some(&function.name));
    exact.or_else(|| of_name.next().filter(|_| of_name.next().is_none()))
}

/// Adds what the export of a function says about it.
fn adopt(function: &mut Function, export: &ExportedSymbol) {
    let Some(name) = &export.name else { return };
    if let Some(convention) = export.convention.and_then(Convention::from_name) {
        function.signature.convention = convention;
    }
    function.export = Some(FunctionExport {
        symbol: name.clone(),
        argument_bytes: export.argument_bytes,
        ..FunctionExport::default()
    });
}

/// Finds the export of a function. A decorated name says more than a plain one, and is often there in addition.
fn export_of<'e>(name: &str, exports: &'e [ExportedSymbol]) -> Option<&'e ExportedSymbol> {
    let is_exported_as = |export: &&ExportedSymbol| export.source_names().any(|exported| exported == name);
    let decorated = exports.iter().find(|export| export.argument_bytes.is_some() && is_exported_as(export));
    let exact = || exports.iter().find(|export| export.name.as_deref() == Some(name));
    decorated.or_else(exact).or_else(|| exports.iter().find(is_exported_as))
}

fn is_part_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Describes an export in a few words. A name from a file may contain anything.
pub(super) fn describe(export: &ExportedSymbol) -> String {
    let number = || format!("number {}", export.ordinal.unwrap_or_default());
    let name = export.name.clone().unwrap_or_else(number);
    let also =
        |what: &str, text: &Option<String>| text.as_ref().map(|text| format!("{what}{text}")).unwrap_or_default();
    let (meaning, target) = (also(", ", &export.demangled), also(", which is ", &export.forwarded_to));
    format!("{name}{meaning}{target}").replace(|c: char| c.is_control(), "?")
}

fn some_of(names: &[String]) -> String {
    let shown = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    match names.len() {
        all if all > LISTED => format!("{shown} and {} more", all - LISTED),
        _ => shown,
    }
}

/// Rule `export`: the size of the arguments in a decorated name is that of the declared ones.
pub(super) fn compare_sizes(types: &Types<'_>, draft: &mut Draft<'_>) {
    let function = draft.function;
    let Some(FunctionExport { argument_bytes: Some(exported), .. }) = function.export else { return };
    let signature = &function.signature;
    let size = |ty: &CType| match ty.resolved() {
        // A parameter that is an array is a pointer.
        CType::Array { .. } => 4,
        _ => layout::size(types, ty).0.next_multiple_of(4),
    };
    let declared: usize = signature.parameters.iter().map(|parameter| size(&parameter.ty)).sum();
    // A struct may be returned through a hidden pointer.
    let is_struct = matches!(signature.result.resolved(), CType::Record(_));
    if declared == exported as usize {
        // The bridge tries the usual decorations by itself.
        draft.symbol.clone_from(&function.name);
    } else if !is_struct {
        draft.guess(
            "export",
            format!("the header declares {declared} bytes of arguments, and the name of the export says {exported}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::model::{Parameter, Signature};

    fn export(name: &str) -> ExportedSymbol {
        crate::doctor::file::describe_name(name)
    }

    fn function(name: &str) -> Function {
        let int = CType::Int(crate::import::model::Int { bits: 32, signed: true });
        let parameter = Parameter { name: "x".into(), ty: int.clone(), annotation: Default::default() };
        let convention = Convention::Cdecl;
        let signature = Signature { parameters: vec![parameter], result: int, convention, variadic: false };
        Function { name: name.into(), line: 1, doc: None, shared_doc: None, signature, export: None }
    }

    fn compare(functions: &[&str], exports: &[&str]) -> Result<(Header, Vec<String>)> {
        let image = Image { exports: exports.iter().map(|name| export(name)).collect(), ..Image::default() };
        let mut header =
            Header { functions: functions.iter().map(|name| function(name)).collect(), ..Header::default() };
        let notes = LibraryFile { name: "meter.dll".into(), image }.compare(&mut header, "meter.h")?;
        Ok((header, notes))
    }

    #[test]
    fn exports_are_found_by_plain_and_decorated_names() {
        for (exported, symbol, convention) in [
            ("f", "f", Convention::Cdecl),
            ("_f", "_f", Convention::Cdecl),
            ("_f@4", "_f@4", Convention::Stdcall),
            ("f@4", "f@4", Convention::Stdcall),
            ("@f@4", "@f@4", Convention::Fastcall),
        ] {
            let (header, notes) = compare(&["f"], &[exported]).expect("it is exported");
            assert_eq!(notes, [""; 0], "{exported}");
            let found = header.functions[0].export.clone().expect("it is found");
            assert_eq!((found.symbol.as_str(), header.functions[0].signature.convention), (symbol, convention));
        }
        // The decorated name says more.
        let (header, _) = compare(&["f"], &["f", "_f@4"]).expect("it is exported");
        assert_eq!(header.functions[0].signature.convention, Convention::Stdcall);
    }

    #[test]
    fn what_only_one_of_the_two_has_is_noted() {
        let (header, notes) = compare(&["open", "gone"], &["open", "more", "_other@8"]).expect("one is exported");
        assert_eq!(
            notes,
            [
                "meter.h declares functions that meter.dll does not export: gone",
                "meter.dll exports what meter.h does not declare: more, _other@8",
            ]
        );
        let left: Vec<_> =
            header.left_out.iter().map(|left| (left.declaration.as_str(), left.reason.as_str())).collect();
        let undeclared = "meter.h does not declare it, and meter.dll exports it.";
        assert_eq!(
            left,
            [("int gone(int x);", "meter.dll does not export it."), ("more", undeclared), ("_other@8", undeclared)]
        );
    }

    #[test]
    fn a_library_without_the_functions_is_another_one() {
        let error = compare(&["open", "close"], &["read"]).expect_err("it exports neither").to_string();
        assert_eq!(error, "meter.dll exports none of the 2 functions of meter.h; is it the library?");
    }
}
