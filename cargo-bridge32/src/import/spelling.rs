//! Writes declarations in C.

use crate::import::model::{CType, Convention, Function, Header, Int, Signature};

/// Returns a function's declaration in C.
pub(crate) fn function(function: &Function, header: &Header) -> String {
    let Signature { result, convention, .. } = &function.signature;
    let convention = match convention {
        Convention::Cdecl => String::new(),
        other => format!("__{} ", other.name()),
    };
    let declarator = format!("{convention}{}({})", function.name, parameters(&function.signature, header));
    declared(result, &declarator, header) + ";"
}

fn parameters(signature: &Signature, header: &Header) -> String {
    let all = signature.parameters.iter().map(|parameter| declared(&parameter.ty, &parameter.name, header));
    let all: Vec<_> = all.chain(signature.variadic.then(|| "...".to_owned())).collect();
    if all.is_empty() { "void".into() } else { all.join(", ") }
}

/// Returns the declaration of something with this type.
pub(crate) fn declared(ty: &CType, name: &str, header: &Header) -> String {
    let plain = |text: &str| if name.is_empty() { text.to_owned() } else { format!("{text} {name}") };
    match ty {
        CType::Void => plain("void"),
        CType::Bool => plain("bool"),
        CType::Char => plain("char"),
        CType::WChar => plain("wchar_t"),
        CType::Int(int) => plain(integer(*int)),
        CType::Long(true) => plain("long"),
        CType::Long(false) => plain("unsigned long"),
        CType::Float => plain("float"),
        CType::Double => plain("double"),
        CType::LongDouble => plain("long double"),
        CType::Named(typedef, _) => plain(typedef),
        CType::Unknown(text) => plain(text),
        CType::Record(id) => {
            let record = header.records.get(id);
            plain(record.map(|record| record.name.as_str()).filter(|name| !name.is_empty()).unwrap_or("struct"))
        }
        CType::Enum(id) => {
            let name = header.enums.get(id).map(|declared| declared.name.as_str()).filter(|name| !name.is_empty());
            plain(name.unwrap_or("enum"))
        }
        CType::Pointer { to, is_const } => {
            let inner = match to.as_ref() {
                CType::Array { .. } => format!("(*{name})"),
                CType::Function(signature) => {
                    let convention = match signature.convention {
                        Convention::Cdecl => String::new(),
                        other => format!("__{} ", other.name()),
                    };
                    format!("({convention}*{name})")
                }
                _ => format!("*{name}"),
            };
            let is_plain_const = *is_const && !matches!(to.as_ref(), CType::Pointer { .. });
            match is_plain_const {
                true => format!("const {}", declared(to, &inner, header)),
                false if *is_const => declared(to, &format!("const {inner}"), header),
                false => declared(to, &inner, header),
            }
        }
        CType::Array { of, length, is_const } => {
            let length = length.map(|length| length.to_string()).unwrap_or_default();
            let declared = declared(of, &format!("{name}[{length}]"), header);
            if *is_const { format!("const {declared}") } else { declared }
        }
        CType::Function(signature) => {
            declared(&signature.result, &format!("{name}({})", parameters(signature, header)), header)
        }
    }
}

fn integer(int: Int) -> &'static str {
    match (int.bits, int.signed) {
        (8, true) => "signed char",
        (8, false) => "unsigned char",
        (16, true) => "short",
        (16, false) => "unsigned short",
        (64, true) => "long long",
        (64, false) => "unsigned long long",
        (_, true) => "int",
        (_, false) => "unsigned int",
    }
}
