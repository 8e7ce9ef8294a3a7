//! Methods of the trait for members of classes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::documentation::Documentation;
use super::model::{
    Class, ClassKind, Literal, ManagedField, ManagedParameter, Member, Method, Primitive, Property, RefKind, Type,
};
use super::types::{ObjectArray, RustType, RustTypes};
use super::{csharp, enums};
use crate::import::model::LeftOut;
use crate::import::names::{self, unique, words};
use crate::import::print::declaration_comment;

/// What is declared for an assembly.
#[derive(Default)]
pub(super) struct Declarations {
    /// The methods of the trait, and their number.
    pub(super) methods: String,
    pub(super) count: usize,
    pub(super) constants: String,
    pub(super) left_out: Vec<LeftOut>,
    /// The types of the trait that stand for classes.
    pub(super) tags: BTreeSet<String>,
}

/// Declares the members of all public classes whose names `is_chosen` accepts. `default_class` is the class of static methods that do
/// not name theirs.
pub(super) fn declare(
    types: &RustTypes<'_>,
    documentation: &Documentation,
    is_chosen: &dyn Fn(&str) -> bool,
    default_class: Option<usize>,
) -> Declarations {
    let classes: Vec<usize> = (0..types.assembly.classes.len()).filter(|index| is_declared(types, *index)).collect();
    let mut declaring = Declaring {
        types,
        documentation,
        default_class,
        is_only: classes.len() == 1,
        taken: BTreeSet::new(),
        constants: BTreeSet::new(),
        released: BTreeSet::new(),
        out: Declarations::default(),
    };
    for (index, class) in types.assembly.classes.iter().enumerate().filter(|(_, class)| class.is_public) {
        let reason = match class.kind {
            ClassKind::Delegate => "A delegate: managed code cannot call the client.",
            _ if !class.generics.is_empty() => "It is generic.",
            ClassKind::Enum { .. } => continue,
            _ => {
                declaring.class(index, class, is_chosen);
                continue;
            }
        };
        if is_chosen(&csharp::full_name(class)) {
            declaring.leave_out(csharp::class(types.assembly, class), reason.into());
        }
    }
    declaring.arrays();
    declaring.release();
    declaring.out
}

/// Whether a class has members that are declared.
fn is_declared(types: &RustTypes<'_>, index: usize) -> bool {
    let class = &types.assembly.classes[index];
    let is_kind = !matches!(class.kind, ClassKind::Delegate | ClassKind::Enum { .. });
    class.is_public && is_kind && class.generics.is_empty() && !class.members.is_empty()
}

/// Returns the class whose static members are called, if it is the only one.
pub(super) fn only_static_class(types: &RustTypes<'_>) -> Option<usize> {
    let is_called = |member: &Member| match member {
        Member::Method(method) => method.is_static,
        Member::Property(property) => property.is_static,
        Member::Field(field) => field.is_static && field.value.is_none(),
        _ => false,
    };
    let mut all = (0..types.assembly.classes.len())
        .filter(|index| is_declared(types, *index) && types.assembly.classes[*index].members.iter().any(is_called));
    all.next().filter(|_| all.next().is_none())
}

/// What a method of the trait does with its class.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Call,
    Construct,
    Get,
    Set,
}

struct Declaring<'a> {
    types: &'a RustTypes<'a>,
    documentation: &'a Documentation,
    default_class: Option<usize>,
    /// Whether only one class has members, so that names do not need the class.
    is_only: bool,
    /// The names of methods and of constants in use.
    taken: BTreeSet<String>,
    constants: BTreeSet<String>,
    /// The tags of the classes whose objects methods return.
    released: BTreeSet<String>,
    out: Declarations,
}

impl Declaring<'_> {
    fn class(&mut self, index: usize, class: &Class, is_chosen: &dyn Fn(&str) -> bool) {
        let full_name = csharp::full_name(class);
        if matches!(class.kind, ClassKind::Struct) && is_chosen(&full_name) {
            self.default_constructor(index, class);
        }
        for member in &class.members {
            let name = match member {
                Member::Constructor(_) => full_name.clone(),
                Member::Method(Method { name, .. })
                | Member::Property(Property { name, .. })
                | Member::Field(ManagedField { name, .. })
                | Member::Event { name, .. } => format!("{full_name}.{name}"),
            };
            if is_chosen(&name)
                && let Err(reason) = self.member(index, class, member)
            {
                self.leave_out(csharp::member(self.types.assembly, class, member), reason);
            }
        }
    }

    fn leave_out(&mut self, declaration: String, reason: String) {
        self.out.left_out.push(LeftOut { line: 0, declaration, reason });
    }

    fn member(&mut self, index: usize, class: &Class, member: &Member) -> Result<(), String> {
        match member {
            Member::Constructor(_) if class.kind == (ClassKind::Class { is_abstract: true }) => Ok(()),
            Member::Constructor(method) => self.method(index, class, member, method, Form::Construct),
            Member::Method(method) => self.method(index, class, member, method, Form::Call),
            Member::Property(property) => self.property(index, class, member, property),
            Member::Field(ManagedField { value: Some(value), .. }) => self.constant(class, member, value),
            Member::Field(field) => {
                let accessor = |parameters, result| accessor(&field.name, field.is_static, parameters, result);
                self.method(index, class, member, &accessor(Vec::new(), field.ty.clone()), Form::Get)?;
                match field.is_read_only {
                    true => Ok(()),
                    false => {
                        let value = vec![value_parameter(&field.ty)];
                        self.method(index, class, member, &accessor(value, Type::Primitive(Primitive::Void)), Form::Set)
                    }
                }
            }
            Member::Event { .. } => Err("An event: managed code cannot call the client.".into()),
        }
    }

    fn property(&mut self, index: usize, class: &Class, member: &Member, property: &Property) -> Result<(), String> {
        let copied = || property.parameters.iter().map(copy).collect::<Vec<_>>();
        let (void, is_indexer) = (Type::Primitive(Primitive::Void), !property.parameters.is_empty());
        // An indexer is called through its methods.
        let form = |form: Form| if is_indexer { Form::Call } else { form };
        let named = |method: &String| if is_indexer { method.clone() } else { property.name.clone() };
        if let Some(getter) = &property.getter {
            let method = accessor(&named(getter), property.is_static, copied(), property.ty.clone());
            self.method(index, class, member, &method, form(Form::Get))?;
        }
        if let Some(setter) = &property.setter {
            let parameters = copied().into_iter().chain([value_parameter(&property.ty)]).collect();
            let method = accessor(&named(setter), property.is_static, parameters, void);
            self.method(index, class, member, &method, form(Form::Set))?;
        }
        Ok(())
    }

    /// A struct can be made without arguments, though it has no constructor for that.
    fn default_constructor(&mut self, index: usize, class: &Class) {
        let is_default =
            |member: &Member| matches!(member, Member::Constructor(method) if method.parameters.is_empty());
        if !class.members.iter().any(is_default) {
            let method = accessor(".ctor", false, Vec::new(), Type::Primitive(Primitive::Void));
            let member = Member::Constructor(accessor(".ctor", false, Vec::new(), Type::Primitive(Primitive::Void)));
            // It has no types that could be unknown.
            let _ = self.method(index, class, &member, &method, Form::Construct);
        }
    }

    fn method(
        &mut self,
        index: usize,
        class: &Class,
        member: &Member,
        method: &Method,
        form: Form,
    ) -> Result<(), String> {
        if !method.generics.is_empty() {
            return Err("It is generic.".into());
        }
        if form == Form::Call && self.is_hidden(class, method) {
            return Err(
                "Another method has the same parameters, except that it takes the integers of the enums.".into()
            );
        }
        let tag = self.types.name(index).to_owned();
        let mut names_in_use = BTreeSet::new();
        let mut parameters = Vec::new();
        let (mut rust_names, mut tags, mut released) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for parameter in &method.parameters {
            let name = unique(named(names::snake(&parameter.name)), &mut names_in_use);
            let ty = self.types.rust(class, Some(method), &parameter.ty)?;
            parameters.push(slot(&name, &ty, parameter, form)?);
            if let RustType::Object(tag) = &ty {
                tags.insert(tag.clone());
                if parameter.direction != RefKind::Value {
                    released.insert(tag.clone());
                }
            }
            rust_names.push((parameter.name.clone(), name));
        }
        let result = match (form, &method.result) {
            (Form::Construct, _) => Some(RustType::Object(tag.clone())),
            (_, Type::Primitive(Primitive::Void)) => None,
            (_, Type::Primitive(Primitive::Object)) => {
                return Err("An `object` may be anything, so its type in Rust is unknown.".into());
            }
            (_, ty) => Some(self.types.rust(class, Some(method), ty)?),
        };
        if let Some(RustType::Object(tag)) = &result {
            released.insert(tag.clone());
        }
        let is_on_object = !method.is_static && form != Form::Construct;
        if is_on_object {
            let this = unique(named(names::snake(&tag)), &mut names_in_use);
            parameters.insert(0, format!("#[this] {this}: &Object<{tag}>"));
            tags.insert(tag.clone());
        }

        let name = self.name(&tag, class, method, form);
        let mut text = String::new();
        let declaration = csharp::member(self.types.assembly, class, member);
        declaration_comment(&mut text, "///", &declaration);
        let id = csharp::id_of_member(self.types.assembly, class, member);
        self.documentation.write(&mut text, &id, &rust_names);
        match form {
            Form::Construct => text.push_str("#[constructor]\n"),
            Form::Get => text.push_str("#[get]\n"),
            Form::Set => text.push_str("#[set]\n"),
            Form::Call => {}
        }
        if method.is_static && self.default_class != Some(index) {
            let _ = writeln!(text, "#[class({:?})]", class.reflected);
        }
        if form != Form::Construct && name != method.name {
            let _ = writeln!(text, "#[symbol({:?})]", method.name);
        }
        if parameters.len() > 6 {
            text.push_str("#[allow(clippy::too_many_arguments, reason = \"as in .NET\")]\n");
        }
        let separated: String = parameters.iter().map(|parameter| format!(", {parameter}")).collect();
        let result = result.map(|result| format!(" -> {}", result.owned())).unwrap_or_default();
        let _ = writeln!(text, "fn {name}(&self{separated}){result};");
        self.out.tags.extend(tags.into_iter().chain(released.iter().cloned()));
        self.released.extend(released);
        self.add(&text);
        Ok(())
    }

    fn add(&mut self, method: &str) {
        if !self.out.methods.is_empty() {
            self.out.methods.push('\n');
        }
        self.out.methods += method;
        self.out.count += 1;
    }

    /// Returns the name of a method: with that of the class if several classes have members, and for an overload with the types of
    /// its parameters.
    fn name(&mut self, tag: &str, class: &Class, method: &Method, form: Form) -> String {
        let prefix = words(tag).join("_");
        // .NET's names of types without a sign are one word each.
        let own = words(&method.name.replace("UInt", "Uint")).join("_");
        let own = match form {
            Form::Construct => format!("new_{prefix}"),
            _ if self.is_only || own == prefix || own.starts_with(&format!("{prefix}_")) => own,
            _ => format!("{prefix}_{own}"),
        };
        let own = if form == Form::Set { format!("set_{own}") } else { own };
        let plain = named(names::snake(&own));
        if self.taken.insert(plain.clone()) {
            return plain;
        }
        let types = method.parameters.iter().flat_map(|parameter| {
            let spelled = csharp::spelled(self.types.assembly, class, Some(method), &parameter.ty);
            words(&spelled.replace("[]", " array").replace("[,]", " matrix"))
        });
        let with_types: Vec<String> = [own].into_iter().chain(types).collect();
        unique(named(names::snake(&with_types.join("_"))), &mut self.taken)
    }

    /// Whether another method of the class takes integers where this one takes enums, so that a call would reach the other one.
    fn is_hidden(&self, class: &Class, method: &Method) -> bool {
        let integers = |ty: &Type| match ty {
            Type::Own(index) => match self.types.assembly.classes[*index].kind {
                ClassKind::Enum { integer, .. } => Type::Primitive(integer),
                _ => ty.clone(),
            },
            _ => ty.clone(),
        };
        let types = |method: &Method| {
            let parameters = method.parameters.iter();
            let by_reference = |direction| direction != RefKind::Value;
            parameters.map(|parameter| (parameter.ty.clone(), by_reference(parameter.direction))).collect::<Vec<_>>()
        };
        let own = types(method);
        let as_integers: Vec<_> = own.iter().map(|(ty, direction)| (integers(ty), *direction)).collect();
        let is_it = |member: &Member| {
            let Member::Method(other) = member else { return false };
            other.name == method.name
                && types(other) != own
                && types(other).iter().map(|(ty, direction)| (integers(ty), *direction)).eq(as_integers.iter().cloned())
        };
        as_integers != own && class.members.iter().any(is_it)
    }

    fn constant(&mut self, class: &Class, member: &Member, value: &Literal) -> Result<(), String> {
        let Member::Field(field) = member else { return Ok(()) };
        let (ty, value) = self.value(class, &field.ty, value)?;
        let name = match self.is_only {
            true => words(&field.name),
            false => [words(&class.path), words(&field.name)].concat(),
        };
        let name = unique(names::constant(&name.join("_").to_uppercase()), &mut self.constants);
        let mut text = String::new();
        let declaration = csharp::member(self.types.assembly, class, member);
        declaration_comment(&mut text, "///", &declaration);
        self.documentation.write(&mut text, &csharp::id_of_member(self.types.assembly, class, member), &[]);
        if ["f32", "f64"].contains(&ty.as_str()) {
            text.push_str("#[allow(clippy::approx_constant, reason = \"as in the assembly\")]\n");
        }
        let _ = writeln!(text, "pub const {name}: {ty} = {value};\n");
        self.out.constants += &text;
        Ok(())
    }

    /// Returns the type and the value of a constant in Rust.
    fn value(&self, class: &Class, ty: &Type, value: &Literal) -> Result<(String, String), String> {
        fn float(name: &str, value: f64, text: String) -> (String, String) {
            let value = match value {
                _ if value.is_nan() => format!("{name}::NAN"),
                _ if value.is_infinite() && value > 0.0 => format!("{name}::INFINITY"),
                _ if value.is_infinite() => format!("{name}::NEG_INFINITY"),
                _ => text,
            };
            (name.to_owned(), value)
        }
        match value {
            Literal::Bool(value) => Ok(("bool".into(), value.to_string())),
            Literal::Char(value) => match char::from_u32((*value).into()) {
                Some(value) => Ok(("char".into(), format!("{value:?}"))),
                None => Ok(("u16".into(), format!("{value:#x}"))),
            },
            Literal::Integer(value) => {
                let own = if let Type::Own(index) = ty { Some(*index) } else { None };
                let enumeration = own.map(|index| (&self.types.assembly.classes[index], self.types.name(index)));
                match enumeration {
                    Some((of, name)) => {
                        match (self.types.rust(class, None, ty)?, enums::expression(of, name, *value)) {
                            (RustType::Scalar(name), Some(value)) => Ok((name, value)),
                            _ => Err("It is none of the enum's values.".into()),
                        }
                    }
                    None => Ok((self.types.rust(class, None, ty)?.owned(), value.to_string())),
                }
            }
            Literal::Single(value) => Ok(float("f32", f64::from(*value), format!("{value:?}"))),
            Literal::Double(value) => Ok(float("f64", *value, format!("{value:?}"))),
            Literal::Text(Some(text)) => Ok(("&str".into(), format!("{text:?}"))),
            Literal::Text(None) => Err("Its value is not valid text.".into()),
            Literal::Null => Err("Its value is null.".into()),
        }
    }

    /// Declares the methods of arrays of objects.
    fn arrays(&mut self) {
        for ObjectArray { tag, element, is_own } in self.types.arrays().into_values() {
            if !is_own || !self.out.tags.contains(&tag) {
                continue;
            }
            let (array, prefix) = (named(names::snake(&tag)), words(&tag).join("_"));
            let this = format!("#[this] {array}: &Object<{tag}>");
            let length = unique(format!("{prefix}_length"), &mut self.taken);
            self.add(&format!(
                "/// The number of elements.\n#[get]\n#[symbol(\"Length\")]\nfn {length}(&self, {this}) -> i32;\n"
            ));
            let get = unique(format!("{prefix}_get"), &mut self.taken);
            self.add(&format!(
                "/// An element.\n#[symbol(\"Get\")]\nfn {get}(&self, {this}, index: i32) -> Object<{element}>;\n"
            ));
            self.out.tags.insert(element.clone());
            self.released.insert(element);
        }
    }

    /// Declares the methods that release objects.
    fn release(&mut self) {
        for tag in std::mem::take(&mut self.released) {
            let object = named(names::snake(&tag));
            let name = unique(format!("release_{}", words(&tag).join("_")), &mut self.taken);
            self.add(&format!(
                "/// Lets the server forget the object.\n#[release]\nfn {name}(&self, {object}: Object<{tag}>);\n"
            ));
        }
    }
}

/// Returns a parameter of the trait's method.
///
/// # Errors
/// Fails if it cannot be passed like that.
fn slot(name: &str, ty: &RustType, parameter: &ManagedParameter, form: Form) -> Result<String, String> {
    Ok(match (parameter.direction, ty) {
        (RefKind::Out, ty) => format!("#[out] {name}: {}", ty.owned()),
        (RefKind::Ref | RefKind::In, RustType::Text | RustType::Array(_) | RustType::Matrix(_)) => {
            return Err("Text and arrays are not passed by `ref`.".into());
        }
        (RefKind::Ref | RefKind::In, ty) => format!("{name}: &mut {}", ty.owned()),
        (RefKind::Value, RustType::Scalar(ty)) => format!("{name}: {ty}"),
        (RefKind::Value, RustType::Text) => format!("{name}: &str"),
        // A method may fill an array. What sets a property keeps it, and what takes a list of arguments gets a new one.
        (RefKind::Value, RustType::Array(element)) if form == Form::Set || parameter.is_list => {
            format!("{name}: &[{element}]")
        }
        (RefKind::Value, RustType::Array(element)) => format!("{name}: &mut [{element}]"),
        (RefKind::Value, RustType::Matrix(_) | RustType::Object(_)) => format!("{name}: &{}", ty.owned()),
    })
}

/// A name that has no letters of Rust's becomes one that has.
fn named(snake: String) -> String {
    if snake == "_" { "unnamed".to_owned() } else { snake }
}

fn accessor(name: &str, is_static: bool, parameters: Vec<ManagedParameter>, result: Type) -> Method {
    Method { name: name.to_owned(), is_static, generics: Vec::new(), parameters, result }
}

fn value_parameter(ty: &Type) -> ManagedParameter {
    ManagedParameter { name: "value".into(), ty: ty.clone(), direction: RefKind::Value, is_list: false }
}

fn copy(parameter: &ManagedParameter) -> ManagedParameter {
    ManagedParameter { name: parameter.name.clone(), ty: parameter.ty.clone(), ..*parameter }
}
