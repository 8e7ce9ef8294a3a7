//! RustTypes in Rust for those of an assembly.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::csharp;
use super::model::{Class, ClassKind, ManagedAssembly, Method, Primitive, Type};
use crate::import::names::{PRELUDE, unique_camel, upper_camel};

/// Names that the trait's module has already.
const TAKEN: [&str; 4] = ["Bridge", "Class", "Matrix", "Object"];

/// Structs of .NET's class library, of which it is known that they are not enums.
const STRUCTS: [&str; 5] =
    ["System.DateTime", "System.DateTimeOffset", "System.Decimal", "System.Guid", "System.TimeSpan"];

/// Delegates of .NET's class library.
const DELEGATES: [&str; 6] = [
    "System.Action",
    "System.AsyncCallback",
    "System.EventHandler",
    "System.Threading.ThreadStart",
    "System.Threading.TimerCallback",
    "System.Threading.WaitCallback",
];

/// What a type is in Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RustType {
    /// A number, a truth value or an enum.
    Scalar(String),
    Text,
    /// An array of these elements.
    Array(String),
    Matrix(String),
    /// An object, by the type that stands for its class.
    Object(String),
}

impl RustType {
    /// Returns the type of a value.
    pub(super) fn owned(&self) -> String {
        match self {
            Self::Scalar(name) => name.clone(),
            Self::Text => "String".into(),
            Self::Array(element) => format!("Vec<{element}>"),
            Self::Matrix(element) => format!("Matrix<{element}>"),
            Self::Object(tag) => format!("Object<{tag}>"),
        }
    }
}

/// The types of an assembly, with their names in Rust.
pub(super) struct RustTypes<'a> {
    pub(super) assembly: &'a ManagedAssembly,
    pub(super) trait_name: String,
    own: Vec<String>,
    /// The classes of other assemblies that were asked for, by their names as reflection spells them.
    foreign: RefCell<BTreeMap<String, String>>,
    /// The arrays of objects that were asked for, by their names as reflection spells them.
    arrays: RefCell<BTreeMap<String, ObjectArray>>,
    taken: RefCell<BTreeSet<String>>,
}

/// An array of objects, which is an object itself.
#[derive(Clone)]
pub(super) struct ObjectArray {
    /// The type that stands for it.
    pub(super) tag: String,
    /// The type that stands for the class of its elements.
    pub(super) element: String,
    /// Whether that class is one of the assembly, so that the server finds the array's methods.
    pub(super) is_own: bool,
}

impl<'a> RustTypes<'a> {
    /// Names the types of an assembly. `stem` is what the trait is named after.
    pub(super) fn new(assembly: &'a ManagedAssembly, stem: &str) -> Self {
        let trait_name = upper_camel(stem);
        let is_class = |class: &Class| class.is_public && upper_camel(&class.path) == trait_name;
        let trait_name = match assembly.classes.iter().any(is_class) {
            true => format!("{trait_name}Api"),
            false => trait_name,
        };
        let mut taken: BTreeSet<String> = TAKEN.iter().chain(&PRELUDE).map(|name| (*name).to_owned()).collect();
        taken.extend(["", "Client", "Library", "Batch"].map(|end| format!("{trait_name}{end}")));
        let named = |class: &Class| name(&class.namespace, &class.path, &mut taken);
        // Others are not named in a trait.
        let own = assembly.classes.iter().filter(|class| class.is_public).map(named).collect::<Vec<_>>();
        let mut own = own.into_iter();
        let own = assembly.classes.iter().map(|class| if class.is_public { own.next() } else { None });
        let own = own.map(Option::unwrap_or_default).collect();
        Self {
            assembly,
            trait_name,
            own,
            foreign: RefCell::default(),
            arrays: RefCell::default(),
            taken: RefCell::new(taken),
        }
    }

    /// Returns the name of a public class.
    pub(super) fn name(&self, index: usize) -> &str {
        &self.own[index]
    }

    /// Returns the classes of other assemblies that were asked for, with their names in Rust.
    pub(super) fn foreign(&self) -> BTreeMap<String, String> {
        self.foreign.borrow().clone()
    }

    /// Returns the arrays of objects that were asked for.
    pub(super) fn arrays(&self) -> BTreeMap<String, ObjectArray> {
        self.arrays.borrow().clone()
    }

    /// Returns the type in Rust for one in a member of a class.
    ///
    /// # Errors
    /// Fails if there is none; the error says why.
    pub(super) fn rust(&self, class: &Class, method: Option<&Method>, ty: &Type) -> Result<RustType, String> {
        let spelled = csharp::spelled(self.assembly, class, method, ty);
        match ty {
            Type::Primitive(Primitive::String) => Ok(RustType::Text),
            Type::Primitive(Primitive::Object) => Ok(RustType::Object(self.foreign_name("System.Object"))),
            Type::Primitive(primitive) => {
                let name = primitive.names().2.ok_or_else(|| format!("There is no type for `{spelled}`."))?;
                Ok(RustType::Scalar(name.into()))
            }
            Type::Own(index) => self.own(*index, &spelled),
            Type::Foreign { name, .. } if DELEGATES.contains(&name.as_str()) => Err(delegate(&spelled)),
            Type::Foreign { name, is_value: true } if !STRUCTS.contains(&name.as_str()) => Err(format!(
                "`{spelled}` is an enum or a struct of another assembly, and this one does not say which of them."
            )),
            Type::Foreign { name, .. } => Ok(RustType::Object(self.foreign_name(name))),
            Type::Array { element, rank } => match (self.rust(class, method, element), rank, &**element) {
                (Ok(RustType::Scalar(name)), 1, Type::Primitive(_)) => Ok(RustType::Array(name)),
                (Ok(RustType::Text), 1, _) => Ok(RustType::Array("String".into())),
                (Ok(RustType::Scalar(name)), 2, Type::Primitive(primitive)) if *primitive != Primitive::Bool => {
                    Ok(RustType::Matrix(name))
                }
                (Ok(RustType::Object(tag)), 1, Type::Own(_) | Type::Foreign { .. }) => {
                    Ok(RustType::Object(self.array_name(element, tag)))
                }
                _ => Err(format!(
                    "`{spelled}`: only arrays of numbers, `bool`, `string` and objects, and matrices of numbers, are passed."
                )),
            },
            Type::Generic { .. } | Type::Parameter { .. } => Err(format!("`{spelled}` is generic.")),
            Type::Pointer(_) | Type::FunctionPointer => Err(format!("`{spelled}` is a pointer.")),
            Type::Reference(_) => Err("It returns a reference.".into()),
        }
    }

    fn own(&self, index: usize, spelled: &str) -> Result<RustType, String> {
        let class = &self.assembly.classes[index];
        if !class.is_public {
            return Err(format!("`{spelled}` is not public."));
        }
        if !class.generics.is_empty() {
            return Err(format!("`{spelled}` is generic."));
        }
        match class.kind {
            ClassKind::Delegate => Err(delegate(spelled)),
            ClassKind::Enum { integer, .. } if integer_of(integer).is_none() => {
                Err(format!("`{spelled}` is not an enum of integers."))
            }
            ClassKind::Enum { .. } => Ok(RustType::Scalar(self.own[index].clone())),
            _ => Ok(RustType::Object(self.own[index].clone())),
        }
    }

    fn array_name(&self, element: &Type, element_tag: String) -> String {
        let (reflected, is_own) = match element {
            Type::Own(index) => (self.assembly.classes[*index].reflected.clone(), true),
            Type::Foreign { name, .. } => (name.clone(), false),
            _ => (element_tag.clone(), false),
        };
        let named = || {
            let tag = unique_camel(format!("{element_tag}Array"), &mut self.taken.borrow_mut());
            ObjectArray { tag, element: element_tag, is_own }
        };
        self.arrays.borrow_mut().entry(format!("{reflected}[]")).or_insert_with(named).tag.clone()
    }

    fn foreign_name(&self, reflected: &str) -> String {
        let mut foreign = self.foreign.borrow_mut();
        let named = || {
            let (namespace, path) = reflected.rsplit_once('.').unwrap_or(("", reflected));
            name(namespace, &path.replace('+', "."), &mut self.taken.borrow_mut())
        };
        foreign.entry(reflected.to_owned()).or_insert_with(named).clone()
    }
}

/// Returns the integer type of an enum, if it has one that Rust's enums can have.
pub(super) fn integer_of(primitive: Primitive) -> Option<&'static str> {
    let is_integer = !matches!(primitive, Primitive::Bool | Primitive::F32 | Primitive::F64 | Primitive::String);
    primitive.names().2.filter(|_| is_integer)
}

fn delegate(spelled: &str) -> String {
    format!("`{spelled}` is a delegate, and managed code cannot call the client.")
}

/// Names a class: if another one has the name, with the end of its namespace.
fn name(namespace: &str, path: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = upper_camel(path);
    let name = match taken.contains(&plain) {
        true => upper_camel(&format!("{}.{path}", namespace.rsplit('.').next().unwrap_or_default())),
        false => plain,
    };
    unique_camel(name, taken)
}
