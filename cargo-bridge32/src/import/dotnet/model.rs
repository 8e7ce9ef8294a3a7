//! What an assembly declares.

/// An assembly.
pub(super) struct ManagedAssembly {
    /// All its types, public or not, in its order.
    pub(super) classes: Vec<Class>,
}

/// A class, interface, struct, enum or delegate.
pub(super) struct Class {
    /// The name without its namespace, and with the classes that it is nested in: `Outer.Inner`.
    pub(super) path: String,
    pub(super) namespace: String,
    /// Its name as reflection spells it: `Vendor.Outer+Inner`.
    pub(super) reflected: String,
    pub(super) kind: ClassKind,
    /// Whether code outside of the assembly can use it.
    pub(super) is_public: bool,
    /// The names of its type parameters.
    pub(super) generics: Vec<String>,
    /// The class that it is derived from, unless that says only what kind of class it is.
    pub(super) base: Option<Type>,
    pub(super) interfaces: Vec<Type>,
    pub(super) members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClassKind {
    Class { is_abstract: bool },
    Static,
    Interface,
    Struct,
    Enum { integer: Primitive, is_flags: bool },
    Delegate,
}

/// A public member of a class.
pub(super) enum Member {
    Constructor(Method),
    Method(Method),
    Property(Property),
    Field(ManagedField),
    Event { name: String, ty: Type },
}

pub(super) struct Method {
    pub(super) name: String,
    pub(super) is_static: bool,
    pub(super) generics: Vec<String>,
    pub(super) parameters: Vec<ManagedParameter>,
    pub(super) result: Type,
}

pub(super) struct ManagedParameter {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) direction: RefKind,
    /// Whether the caller may list the elements of the array one by one.
    pub(super) is_list: bool,
}

/// How a parameter is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefKind {
    Value,
    Ref,
    Out,
    /// By reference, and only read.
    In,
}

pub(super) struct Property {
    pub(super) name: String,
    pub(super) is_static: bool,
    pub(super) ty: Type,
    /// The parameters of an indexer.
    pub(super) parameters: Vec<ManagedParameter>,
    /// The methods that read and write it, if they are public.
    pub(super) getter: Option<String>,
    pub(super) setter: Option<String>,
}

pub(super) struct ManagedField {
    pub(super) name: String,
    pub(super) is_static: bool,
    pub(super) is_read_only: bool,
    pub(super) ty: Type,
    /// The value of a constant.
    pub(super) value: Option<Literal>,
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Bool(bool),
    Char(u16),
    Integer(i128),
    Single(f32),
    Double(f64),
    /// `None` is text with half a character, which Rust's text cannot have.
    Text(Option<String>),
    Null,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Primitive(Primitive),
    /// A type of the assembly, by its index.
    Own(usize),
    /// A type of another assembly, by its name as reflection spells it.
    Foreign {
        name: String,
        is_value: bool,
    },
    Array {
        element: Box<Type>,
        rank: u32,
    },
    Reference(Box<Type>),
    Pointer(Box<Type>),
    Generic {
        of: Box<Type>,
        arguments: Vec<Type>,
    },
    /// A type parameter of a class, or of a method.
    Parameter {
        index: usize,
        is_methods: bool,
    },
    FunctionPointer,
}

/// A type that C# has a word for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Primitive {
    Void,
    Bool,
    Char,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
    String,
    Object,
    IntPtr,
    UIntPtr,
    TypedReference,
}

impl Primitive {
    /// Returns C#'s name, .NET's name and, for what Rust has as well, Rust's.
    pub(super) fn names(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Self::Void => ("void", "System.Void", None),
            Self::Bool => ("bool", "System.Boolean", Some("bool")),
            Self::Char => ("char", "System.Char", None),
            Self::I8 => ("sbyte", "System.SByte", Some("i8")),
            Self::U8 => ("byte", "System.Byte", Some("u8")),
            Self::I16 => ("short", "System.Int16", Some("i16")),
            Self::U16 => ("ushort", "System.UInt16", Some("u16")),
            Self::I32 => ("int", "System.Int32", Some("i32")),
            Self::U32 => ("uint", "System.UInt32", Some("u32")),
            Self::I64 => ("long", "System.Int64", Some("i64")),
            Self::U64 => ("ulong", "System.UInt64", Some("u64")),
            Self::F32 => ("float", "System.Single", Some("f32")),
            Self::F64 => ("double", "System.Double", Some("f64")),
            Self::String => ("string", "System.String", Some("String")),
            Self::Object => ("object", "System.Object", None),
            Self::IntPtr => ("IntPtr", "System.IntPtr", None),
            Self::UIntPtr => ("UIntPtr", "System.UIntPtr", None),
            Self::TypedReference => ("TypedReference", "System.TypedReference", None),
        }
    }
}
