//! A library without a header: what the names of its exports say.

use crate::doctor::image::{ExportedSymbol, Format, Image};
use crate::import::cpp::{self, Dialect};
use crate::import::library::describe;
use crate::import::model::{
    CType, Convention, Function, FunctionExport, Header, Int, LeftOut, Parameter, Record, Signature,
};

/// Makes a header of the exports whose names say how they are called; the others are left out of it, with the reason.
pub(super) fn header(image: &Image) -> Header {
    let mut header = Header::default();
    for export in &image.exports {
        // Many libraries export a function with and without decoration.
        let is_repeated = export.argument_bytes.is_none()
            && image.exports.iter().any(|other| {
                other.argument_bytes.is_some()
                    && other.plain_name().is_some()
                    && other.plain_name() == export.plain_name()
            });
        if is_repeated {
            continue;
        }
        match function(export, image) {
            Ok(function) => {
                declare_records(&mut header, &function.signature);
                header.functions.push(function);
            }
            Err(reason) => header.left_out.push(LeftOut { line: 0, declaration: describe(export), reason }),
        }
    }
    header
}

/// Makes a function of an export.
///
/// # Errors
/// Fails if too little is known; the error says what.
fn function(export: &ExportedSymbol, image: &Image) -> Result<Function, String> {
    let Some(name) = &export.name else {
        return Err(
            "It has a number instead of a name: declare it with `#[ordinal(…)]`, as the library's documentation says."
                .into(),
        );
    };
    if export.is_variable && export.demangled.is_some() {
        return Err("Data of C++.".into());
    }
    if export.is_variable {
        return Err("A variable: declare `#[global]` methods that read and write it.".into());
    }
    match (&export.demangled, export.argument_bytes) {
        (Some(demangled), _) => of_cpp(name, demangled, image),
        (None, _) if export.convention == Some("register") => {
            Err("Delphi's own calling convention, which needs a function with another one around it.".into())
        }
        (None, Some(bytes)) => decorated(name, export, bytes),
        (None, None) => {
            Err("Its name does not say its parameters: declare it as the library's documentation does.".into())
        }
    }
}

/// A function of C++ whose name has its types.
fn of_cpp(symbol: &str, demangled: &str, image: &Image) -> Result<Function, String> {
    let is_windows = image.format == Format::Pe;
    let dialect = if symbol.starts_with('?') { Dialect::Microsoft } else { Dialect::Gnu { is_windows } };
    let read = cpp::function(demangled, dialect)?;
    let assumed = read.result.is_none().then(|| "its result is taken for an integer".to_owned());
    let signature = Signature {
        parameters: read.parameters.into_iter().map(unnamed).collect(),
        result: read.result.unwrap_or(INTEGER),
        convention: read.convention.unwrap_or_default(),
        variadic: read.variadic,
    };
    let export = FunctionExport {
        symbol: symbol.to_owned(),
        declaration: Some(demangled.to_owned()),
        assumed,
        ..FunctionExport::default()
    };
    Ok(Function {
        name: read.name.replace("::", "_"),
        line: 0,
        doc: None,
        shared_doc: None,
        signature,
        export: Some(export),
    })
}

/// A function whose decorated name has its convention and the size of its arguments.
fn decorated(symbol: &str, export: &ExportedSymbol, bytes: u32) -> Result<Function, String> {
    let convention = export.convention.and_then(Convention::from_name);
    let convention = convention.ok_or("A calling convention that bridge32 does not know.")?;
    // C passes each argument in whole words.
    let count = bytes / 4;
    if !bytes.is_multiple_of(4) || count > 64 {
        return Err(format!("No function has {bytes} bytes of arguments."));
    }
    let result = "its result is taken for an integer";
    let assumed = match count {
        0 => result.to_owned(),
        1 => format!("its 4 bytes of arguments are taken for one, and {result}"),
        _ => format!("its {bytes} bytes of arguments are taken for {count} of 4 bytes, and {result}"),
    };
    let any = || CType::Pointer { to: Box::new(CType::Void), is_const: false };
    let parameters = (0..count).map(|_| unnamed(any())).collect();
    let signature = Signature { parameters, result: INTEGER, convention, variadic: false };
    let name = export.plain_name().unwrap_or(symbol).to_owned();
    let export = FunctionExport {
        symbol: symbol.to_owned(),
        argument_bytes: Some(bytes),
        declaration: Some(symbol.to_owned()),
        assumed: Some(assumed),
    };
    Ok(Function { name, line: 0, doc: None, shared_doc: None, signature, export: Some(export) })
}

const INTEGER: CType = CType::Int(Int { bits: 32, signed: true });

fn unnamed(ty: CType) -> Parameter {
    Parameter { name: String::new(), ty, annotation: Default::default() }
}

/// Adds the classes that a function uses, of which nothing but the name is known.
fn declare_records(header: &mut Header, signature: &Signature) {
    let mut open: Vec<&CType> = signature.parameters.iter().map(|parameter| &parameter.ty).collect();
    open.push(&signature.result);
    while let Some(ty) = open.pop() {
        match ty {
            CType::Pointer { to, .. } => open.push(to),
            CType::Record(name) => {
                let record = Record { name: name.replace("::", "_"), ..Record::default() };
                header.records.entry(name.clone()).or_insert(record);
            }
            _ => {}
        }
    }
}
