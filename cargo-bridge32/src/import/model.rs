//! What a C header declares, as far as a trait can use it.

use std::collections::BTreeMap;

/// A header.
#[derive(Debug, Default)]
pub(crate) struct Header {
    /// Its functions, in its order.
    pub(crate) functions: Vec<Function>,
    /// Its functions of C++, with the names that clang gives them; the library's compiler may give them others.
    pub(crate) cpp_functions: Vec<Function>,
    /// Structs and unions by their identifiers, with those that other headers declare.
    pub(crate) records: BTreeMap<String, Record>,
    /// Enums by their identifiers, with those that other headers declare.
    pub(crate) enums: BTreeMap<String, Enum>,
    /// The comments of its typedefs, by their names.
    pub(crate) typedef_docs: BTreeMap<String, String>,
    /// Its macros and unnamed enums that are constants, in its order.
    pub(crate) constants: Vec<Constant>,
    /// What it declares that a trait cannot, each with its place and the reason.
    pub(crate) left_out: Vec<LeftOut>,
    /// Whether it says that its texts are in UTF-8.
    pub(crate) is_utf8: bool,
}

/// A declaration that a trait cannot have.
#[derive(Debug)]
pub(crate) struct LeftOut {
    pub(crate) line: u32,
    pub(crate) declaration: String,
    pub(crate) reason: String,
}

/// A function.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: u32,
    /// Its comment, without the comment's marks.
    pub(crate) doc: Option<String>,
    /// The comment of the function above, if nothing separates the two: it describes both.
    pub(crate) shared_doc: Option<String>,
    pub(crate) signature: Signature,
    /// What the library exports for it, if that says more than its name.
    pub(crate) export: Option<FunctionExport>,
}

impl Function {
    /// Returns the name that the library exports it under.
    pub(crate) fn symbol(&self) -> &str {
        self.export.as_ref().map_or(&self.name, |export| &export.symbol)
    }

    /// Returns what the header says about it.
    pub(crate) fn description(&self) -> &str {
        self.doc.as_deref().or(self.shared_doc.as_deref()).unwrap_or_default()
    }
}

/// The export of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FunctionExport {
    pub(crate) symbol: String,
    /// The size of its arguments in its name.
    pub(crate) argument_bytes: Option<u32>,
    /// What its name says, if no header declares it.
    pub(crate) declaration: Option<String>,
    /// What was assumed about it, if no header declares it.
    pub(crate) assumed: Option<String>,
}

/// The parameters and the result of a function or a function pointer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Signature {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) result: CType,
    pub(crate) convention: Convention,
    /// Whether it ends with `...`.
    pub(crate) variadic: bool,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    /// Its name; empty if it has none.
    pub(crate) name: String,
    pub(crate) ty: CType,
    /// What the header says about it, in SAL or in its documentation.
    pub(crate) annotation: Annotation,
}

/// What a header says about a parameter beyond its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Annotation {
    pub(crate) direction: Option<Direction>,
    /// Whether it may be null.
    pub(crate) optional: bool,
    /// The length of an array, in elements or bytes.
    pub(crate) length: Option<Length>,
    /// The number of elements that are valid after the call.
    pub(crate) written: Option<String>,
}

/// The length of an array, as SAL has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Length {
    pub(crate) expression: String,
    pub(crate) in_bytes: bool,
}

/// Which way a pointer's target goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    In,
    Out,
    InOut,
}

/// A calling convention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Convention {
    #[default]
    Cdecl,
    Stdcall,
    Fastcall,
    Thiscall,
}

impl Convention {
    /// Finds a convention by its name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Cdecl, Self::Stdcall, Self::Fastcall, Self::Thiscall]
            .into_iter()
            .find(|convention| convention.name() == name)
    }

    /// Returns its name in `#[abi("…")]`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cdecl => "cdecl",
            Self::Stdcall => "stdcall",
            Self::Fastcall => "fastcall",
            Self::Thiscall => "thiscall",
        }
    }
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CType {
    Void,
    Bool,
    /// `char`, whose sign does not matter.
    Char,
    /// `wchar_t`.
    WChar,
    Int(Int),
    /// `long`; the flag says whether it is signed.
    Long(bool),
    Float,
    Double,
    LongDouble,
    Pointer {
        to: Box<CType>,
        is_const: bool,
    },
    Array {
        of: Box<CType>,
        /// `None` for `[]`.
        length: Option<usize>,
        is_const: bool,
    },
    Function(Box<Signature>),
    /// A struct or union, by its identifier.
    Record(String),
    /// An enum, by its identifier.
    Enum(String),
    /// A name that the header has for a type: a typedef, or an integer's name for an enum of macros. And what it stands for.
    Named(String, Box<CType>),
    /// A type that a trait cannot have.
    Unknown(String),
}

/// An integer of a known width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Int {
    pub(crate) bits: u8,
    pub(crate) signed: bool,
}

impl CType {
    /// Follows typedefs.
    pub(crate) fn resolved(&self) -> &Self {
        match self {
            Self::Named(_, ty) => ty.resolved(),
            other => other,
        }
    }

    /// Returns what it points to, and whether that is `const`; an array is a pointer, as for a parameter.
    pub(crate) fn pointee(&self) -> Option<(&Self, bool)> {
        match self.resolved() {
            Self::Pointer { to, is_const } => Some((to, *is_const)),
            Self::Array { of, is_const, .. } => Some((of, *is_const)),
            _ => None,
        }
    }

    /// Whether a typedef between it and what it stands for has one of these names.
    pub(crate) fn is_named(&self, names: &[&str]) -> bool {
        match self {
            Self::Named(name, ty) => names.contains(&name.as_str()) || ty.is_named(names),
            _ => false,
        }
    }

    /// Returns the names of the typedefs between it and what it stands for.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Named(name, ty) => std::iter::once(name.as_str()).chain(ty.names()).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the function's signature if this is a pointer to one, or the function itself.
    pub(crate) fn callback(&self) -> Option<&Signature> {
        match self.resolved() {
            Self::Function(signature) => Some(signature),
            Self::Pointer { to, .. } => match to.resolved() {
                Self::Function(signature) => Some(signature),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is an integer, also one of a width of the platform's.
    pub(crate) fn is_integer(&self) -> bool {
        matches!(self.resolved(), Self::Int(_) | Self::Long(_))
    }
}

/// A struct or a union.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// The name that C code uses for it.
    pub(crate) name: String,
    pub(crate) line: u32,
    pub(crate) doc: Option<String>,
    pub(crate) is_union: bool,
    /// Its fields; `None` if it is only declared.
    pub(crate) fields: Option<Vec<Field>>,
    /// Its size and alignment in bytes.
    pub(crate) size: usize,
    pub(crate) alignment: usize,
    /// Whether this header, or one of its own, declares it.
    pub(crate) is_own: bool,
}

/// A field of a struct or union.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// Empty if it has none.
    pub(crate) name: String,
    pub(crate) doc: Option<String>,
    pub(crate) ty: CType,
    /// Its offset in bits.
    pub(crate) offset: usize,
    /// Its width if it is a bit field.
    pub(crate) bits: Option<usize>,
}

/// An enum, or an integer type whose values are macros.
#[derive(Clone, Debug)]
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) line: u32,
    pub(crate) doc: Option<String>,
    /// Its integer: `CType::Int` or `CType::Long`.
    pub(crate) integer: CType,
    pub(crate) variants: Vec<Variant>,
    pub(crate) origin: EnumOrigin,
}

/// What says that constants are the values of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnumOrigin {
    /// The header declares an enum.
    Declaration,
    /// They belong to a typedef of an integer.
    Typedef,
    /// Functions take or return them as integers.
    Uses,
}

/// A constant of an enum.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) doc: Option<String>,
    pub(crate) value: i64,
}

/// A macro that is a constant, or a constant of an unnamed enum.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) line: u32,
    pub(crate) doc: Option<String>,
    pub(crate) value: Value,
    pub(crate) place: ConstantPlace,
    /// The identifier of the enum that it is taken for a value of.
    pub(crate) of_enum: Option<String>,
}

/// Where a constant is among the declarations of a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConstantPlace {
    /// Equal for constants without a declaration between them.
    pub(crate) block: usize,
    /// Equal for constants without an empty line between them either.
    pub(crate) paragraph: usize,
    /// The typedefs next to the paragraph that are not in a list of typedefs.
    pub(crate) typedefs: Vec<String>,
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Integer {
        value: i64,
        bits: u8,
        signed: bool,
    },
    Float(f64),
    Text(String),
    /// An integer that C code casts to a pointer.
    Address(u32),
}
