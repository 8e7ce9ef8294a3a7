//! Declarations as C# and XML documentation spell them.

use super::model::{
    Class, ClassKind, ManagedAssembly, ManagedField, ManagedParameter, Member, Method, Property, RefKind, Type,
};

/// Returns the declaration of a class.
pub(super) fn class(assembly: &ManagedAssembly, class: &Class) -> String {
    let kind = match class.kind {
        ClassKind::Class { is_abstract: true } => "abstract class",
        ClassKind::Class { is_abstract: false } => "class",
        ClassKind::Static => "static class",
        ClassKind::Interface => "interface",
        ClassKind::Struct => "struct",
        ClassKind::Enum { .. } => "enum",
        ClassKind::Delegate => "delegate",
    };
    let of_enum = match class.kind {
        ClassKind::Enum { integer, .. } => Some(integer.names().0.to_owned()),
        _ => None,
    };
    let bases = class.base.iter().chain(&class.interfaces).map(|ty| spelled(assembly, class, None, ty));
    // Which interfaces an enum or delegate has says nothing about it.
    let is_plain = matches!(class.kind, ClassKind::Enum { .. } | ClassKind::Delegate);
    let bases: Vec<_> = of_enum.into_iter().chain(bases.filter(|_| !is_plain)).collect();
    let bases = if bases.is_empty() { String::new() } else { format!(" : {}", bases.join(", ")) };
    printable(&format!("{kind} {}{}{bases}", full_name(class), type_parameters(&class.generics)))
}

/// Replaces characters that a comment must not have. Protectors give such names.
fn printable(text: &str) -> String {
    let is_printable = |c: char| "\"'\\".contains(c) || c.escape_debug().count() == 1;
    text.chars().map(|c| if is_printable(c) { c } else { '?' }).collect()
}

/// Returns the name of a class with its namespace.
pub(super) fn full_name(class: &Class) -> String {
    match class.namespace.is_empty() {
        true => class.path.clone(),
        false => format!("{}.{}", class.namespace, class.path),
    }
}

/// Returns the declaration of a member.
pub(super) fn member(assembly: &ManagedAssembly, class: &Class, member: &Member) -> String {
    let of = |ty: &Type| spelled(assembly, class, None, ty);
    let declaration = match member {
        Member::Constructor(method) => format!("{}({})", class.path, parameters(assembly, class, method)),
        Member::Method(method) => {
            let result = spelled(assembly, class, Some(method), &method.result);
            let (generics, parameters) = (type_parameters(&method.generics), parameters(assembly, class, method));
            format!("{}{result} {}.{}{generics}({parameters})", is_static(method.is_static), class.path, method.name)
        }
        Member::Property(Property { name, is_static: of_class, ty, parameters, getter, setter }) => {
            let name = match parameters.as_slice() {
                [] => name.clone(),
                _ => format!("this[{}]", list(parameters, &of)),
            };
            let get = if getter.is_some() { " get;" } else { "" };
            let set = if setter.is_some() { " set;" } else { "" };
            format!("{}{} {}.{name} {{{get}{set} }}", is_static(*of_class), of(ty), class.path)
        }
        Member::Field(ManagedField { name, is_static: of_class, is_read_only, ty, value }) => {
            let kind = match (value, is_read_only) {
                (Some(_), _) => "const ".to_owned(),
                (None, true) => format!("{}readonly ", is_static(*of_class)),
                (None, false) => is_static(*of_class).to_owned(),
            };
            format!("{kind}{} {}.{name}", of(ty), class.path)
        }
        Member::Event { name, ty } => format!("event {} {}.{name}", of(ty), class.path),
    };
    printable(&declaration)
}

fn is_static(is_static: bool) -> &'static str {
    if is_static { "static " } else { "" }
}

fn type_parameters(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("<{}>", names.join(", ")) }
}

fn parameters(assembly: &ManagedAssembly, class: &Class, method: &Method) -> String {
    list(&method.parameters, &|ty| spelled(assembly, class, Some(method), ty))
}

fn list(parameters: &[ManagedParameter], spelled: &dyn Fn(&Type) -> String) -> String {
    let all = parameters.iter().map(|parameter| {
        let direction = match parameter.direction {
            RefKind::Value if parameter.is_list => "params ",
            RefKind::Value => "",
            RefKind::Ref => "ref ",
            RefKind::Out => "out ",
            RefKind::In => "in ",
        };
        format!("{direction}{} {}", spelled(&parameter.ty), parameter.name)
    });
    all.collect::<Vec<_>>().join(", ")
}

/// Returns a type's name in a member of a class.
pub(super) fn spelled(assembly: &ManagedAssembly, class: &Class, method: Option<&Method>, ty: &Type) -> String {
    let inner = |ty: &Type| spelled(assembly, class, method, ty);
    match ty {
        Type::Primitive(primitive) => primitive.names().0.to_owned(),
        Type::Own(index) => {
            let other = &assembly.classes[*index];
            if other.namespace == class.namespace { other.path.clone() } else { full_name(other) }
        }
        Type::Foreign { name, .. } => {
            let plain: String =
                name.split('+').map(|name| name.split('`').next().unwrap_or(name)).collect::<Vec<_>>().join(".");
            plain
        }
        Type::Array { element, rank } => {
            // The brackets of an array of arrays are in the order of the indices.
            let (mut element, mut brackets) = (element, brackets(*rank));
            while let Type::Array { element: next, rank } = &**element {
                brackets += &self::brackets(*rank);
                element = next;
            }
            format!("{}{brackets}", inner(element))
        }
        Type::Reference(ty) => format!("ref {}", inner(ty)),
        Type::Pointer(ty) => format!("{}*", inner(ty)),
        Type::Generic { of, arguments } => match (&**of, arguments.as_slice()) {
            (Type::Foreign { name, .. }, [argument]) if name == "System.Nullable`1" => format!("{}?", inner(argument)),
            _ => format!("{}<{}>", inner(of), arguments.iter().map(inner).collect::<Vec<_>>().join(", ")),
        },
        Type::Parameter { index, is_methods } => {
            let names = if *is_methods { method.map(|method| &method.generics) } else { Some(&class.generics) };
            names.and_then(|names| names.get(*index)).cloned().unwrap_or_else(|| format!("T{index}"))
        }
        Type::FunctionPointer => "delegate*".to_owned(),
    }
}

fn brackets(rank: u32) -> String {
    format!("[{}]", ",".repeat(rank.saturating_sub(1).min(32) as usize))
}

/// Returns the name under which XML documentation describes a class.
pub(super) fn id_of_class(class: &Class) -> String {
    format!("T:{}", class.reflected.replace('+', "."))
}

/// Returns the name under which XML documentation describes a member.
pub(super) fn id_of_member(assembly: &ManagedAssembly, class: &Class, member: &Member) -> String {
    let (kind, name, parameters, result) = match member {
        Member::Constructor(method) => ('M', "#ctor", method.parameters.as_slice(), None),
        Member::Method(method) => {
            // Only conversions are distinguished by their results.
            let is_conversion = ["op_Implicit", "op_Explicit"].contains(&method.name.as_str());
            ('M', method.name.as_str(), method.parameters.as_slice(), is_conversion.then_some(&method.result))
        }
        Member::Property(property) => ('P', property.name.as_str(), property.parameters.as_slice(), None),
        Member::Field(field) => ('F', field.name.as_str(), &[][..], None),
        Member::Event { name, .. } => ('E', name.as_str(), &[][..], None),
    };
    let types: Vec<_> = parameters
        .iter()
        .map(|parameter| {
            let by_reference = if parameter.direction == RefKind::Value { "" } else { "@" };
            format!("{}{by_reference}", id_of_type(assembly, &parameter.ty))
        })
        .collect();
    let types = if types.is_empty() { String::new() } else { format!("({})", types.join(",")) };
    let result = result.map(|result| format!("~{}", id_of_type(assembly, result))).unwrap_or_default();
    format!("{kind}:{}.{}{types}{result}", class.reflected.replace('+', "."), name.replace('.', "#"))
}

fn id_of_type(assembly: &ManagedAssembly, ty: &Type) -> String {
    let inner = |ty: &Type| id_of_type(assembly, ty);
    match ty {
        Type::Primitive(primitive) => primitive.names().1.to_owned(),
        Type::Own(index) => assembly.classes[*index].reflected.replace('+', "."),
        Type::Foreign { name, .. } => name.replace('+', "."),
        Type::Array { element, rank: 1 } => format!("{}[]", inner(element)),
        Type::Array { element, rank } => {
            format!("{}[{}]", inner(element), vec!["0:"; (*rank).min(32) as usize].join(","))
        }
        Type::Reference(ty) => format!("{}@", inner(ty)),
        Type::Pointer(ty) => format!("{}*", inner(ty)),
        Type::Generic { of, arguments } => {
            let of = inner(of);
            let of = of.split('`').next().unwrap_or(&of);
            format!("{of}{{{}}}", arguments.iter().map(inner).collect::<Vec<_>>().join(","))
        }
        Type::Parameter { index, is_methods } => format!("{}{index}", if *is_methods { "``" } else { "`" }),
        Type::FunctionPointer => String::new(),
    }
}
