//! Declarations in C++, as demanglers write them: which functions C could declare, too.

use crate::import::model::{CType, Convention, Int};

/// A function that C could declare.
#[derive(Debug, PartialEq)]
pub(super) struct Declaration {
    /// Its name with the namespaces.
    pub(super) name: String,
    /// `None` if the mangled name does not say it.
    pub(super) result: Option<CType>,
    pub(super) convention: Option<Convention>,
    pub(super) parameters: Vec<CType>,
    pub(super) variadic: bool,
}

/// How the words of a declaration are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Visual C++, whose names say everything. `long` has 32 bits, `long double` 64.
    Microsoft,
    /// GCC and Clang for Linux or Windows; the names do not say the result, nor whether a function is a member of a class.
    Gnu { is_windows: bool },
}

/// Reads a function's declaration.
///
/// # Errors
/// Fails if C could not declare it; the error says why.
pub(super) fn function(text: &str, dialect: Dialect) -> Result<Declaration, String> {
    const MEMBER: &str = "A member function of C++: declare it with `#[symbol]`, `#[abi(\"thiscall\")]` and the object's address as its first parameter.";
    if text.contains(['<', '`', '\'']) || text.contains("operator") {
        return Err("A template or operator of C++, which needs a C function around it.".into());
    }
    let Some((head, parameters)) = text.strip_suffix(')').and_then(split_parameters) else {
        return Err(if text.contains('(') { MEMBER } else { "Data of C++." }.into());
    };
    let (head, is_static) = without_access(head);
    let (before, name) = head.rsplit_once(' ').unwrap_or(("", head));
    let (result, convention) = match before.rsplit_once("__") {
        Some((result, convention)) => (result.trim(), Some(convention)),
        None => (before, None),
    };
    if convention == Some("thiscall") || is_static == Some(false) {
        return Err(MEMBER.into());
    }
    let convention = match convention {
        Some(name) => Some(Convention::from_name(name).ok_or("Its calling convention is not one of C's.")?),
        None => None,
    };
    if name.contains("::") && dialect != Dialect::Microsoft {
        return Err("A member function of C++, or one in a namespace: its name does not say which. A member has the object's address as its first parameter.".into());
    }
    let mut variadic = false;
    let mut types = Vec::new();
    for parameter in split_at_commas(parameters) {
        match parameter {
            "void" | "" => {}
            "..." => variadic = true,
            other => types.push(ty(other, dialect)?),
        }
    }
    let result = if result.is_empty() { None } else { Some(ty(result, dialect)?) };
    Ok(Declaration { name: name.to_owned(), result, convention, parameters: types, variadic })
}

/// Splits what is before the last `)` at the `(` that belongs to it.
fn split_parameters(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    None
}

/// Removes what Visual C++ writes before a member; `Some(true)` for a static one.
fn without_access(head: &str) -> (&str, Option<bool>) {
    let member = ["public: ", "protected: ", "private: "].iter().find_map(|access| head.strip_prefix(access));
    match member {
        Some(member) => match member.strip_prefix("static ") {
            Some(rest) => (rest, Some(true)),
            None => (member, Some(false)),
        },
        None => (head, None),
    }
}

fn split_at_commas(text: &str) -> Vec<&str> {
    let mut depth = 0;
    let mut parts = text.split(|c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    });
    let mut all = Vec::new();
    all.extend(parts.by_ref().map(str::trim));
    all
}

/// Reads a type. A class that nobody knows is a struct whose identifier is its name.
fn ty(text: &str, dialect: Dialect) -> Result<CType, String> {
    let text = text.trim();
    if text.contains(['(', '[']) {
        // A function pointer, or a pointer to an array.
        return Ok(CType::Pointer { to: Box::new(CType::Void), is_const: false });
    }
    let outer = without_qualifiers(text);
    if let Some(target) = outer.strip_suffix("&&").or_else(|| outer.strip_suffix(['*', '&'])) {
        let target = target.trim_end();
        let is_const = target.split_whitespace().last() == Some("const")
            || (!target.ends_with(['*', '&']) && target.starts_with("const "));
        let to = match ty(target, dialect) {
            Err(_) if !target.ends_with(['*', '&']) => CType::Record(bare(target)),
            other => other?,
        };
        return Ok(CType::Pointer { to: Box::new(to), is_const });
    }
    let is_enum = outer.split_whitespace().any(|word| word == "enum");
    value(&bare(outer), dialect)
        .or_else(|| is_enum.then_some(CType::Int(Int { bits: 32, signed: true })))
        .ok_or_else(|| format!("`{}` is passed by value, and its layout is unknown.", bare(outer)))
}

/// Removes what follows a pointer and does not change how it is passed.
fn without_qualifiers(text: &str) -> &str {
    let mut rest = text.trim_end();
    while let Some(shorter) = ["const", "volatile", "__restrict", "__ptr64", "restrict"]
        .iter()
        .find_map(|word| rest.strip_suffix(word))
        .filter(|shorter| shorter.trim_end().ends_with(['*', '&']))
    {
        rest = shorter.trim_end();
    }
    rest
}

/// Returns a type's name without the words around it.
fn bare(text: &str) -> String {
    let around = ["const", "volatile", "class", "struct", "union", "enum"];
    text.split_whitespace().filter(|word| !around.contains(word)).collect::<Vec<_>>().join(" ")
}

fn value(name: &str, dialect: Dialect) -> Option<CType> {
    let int = |bits, signed| CType::Int(Int { bits, signed });
    let is_linux = dialect == Dialect::Gnu { is_windows: false };
    Some(match name {
        "void" => CType::Void,
        "bool" => CType::Bool,
        "char" => CType::Char,
        "signed char" => int(8, true),
        "unsigned char" => int(8, false),
        "short" => int(16, true),
        "unsigned short" => int(16, false),
        "int" => int(32, true),
        "unsigned int" | "unsigned" => int(32, false),
        "long" if is_linux => CType::Long(true),
        "unsigned long" if is_linux => CType::Long(false),
        "long" => int(32, true),
        "unsigned long" => int(32, false),
        "__int64" | "long long" => int(64, true),
        "unsigned __int64" | "unsigned long long" => int(64, false),
        "float" => CType::Float,
        "double" => CType::Double,
        "long double" if dialect == Dialect::Microsoft => CType::Double,
        "long double" => CType::LongDouble,
        "wchar_t" => CType::WChar,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const INT: CType = CType::Int(Int { bits: 32, signed: true });
    const LINUX: Dialect = Dialect::Gnu { is_windows: false };

    fn pointer(to: CType, is_const: bool) -> CType {
        CType::Pointer { to: Box::new(to), is_const }
    }

    #[test]
    fn visual_cpp_says_everything() {
        let read = function("int __stdcall add(int, char const *, class Meter &)", Dialect::Microsoft);
        let parameters = vec![INT, pointer(CType::Char, true), pointer(CType::Record("Meter".into()), false)];
        let (name, convention) = ("add".to_owned(), Some(Convention::Stdcall));
        assert_eq!(read, Ok(Declaration { name, result: Some(INT), convention, parameters, variadic: false }));
        let read = function("public: static void __cdecl Meter::reset(void)", Dialect::Microsoft).expect("a function");
        assert_eq!((read.name.as_str(), read.result, read.parameters), ("Meter::reset", Some(CType::Void), vec![]));
    }

    #[test]
    fn gcc_does_not_say_the_result() {
        let read = function("scale(double*, unsigned int, ...)", LINUX).expect("a function");
        assert_eq!((read.result, read.variadic), (None, true));
        assert_eq!(read.parameters, [pointer(CType::Double, false), CType::Int(Int { bits: 32, signed: false })]);
    }

    #[test]
    fn pointers_to_pointers_and_functions_are_read() {
        let of = |text| ty(text, LINUX).expect("a type");
        assert_eq!(of("char const* const*"), pointer(pointer(CType::Char, true), true));
        assert_eq!(of("const char *"), pointer(CType::Char, true));
        assert_eq!(of("char* const"), pointer(CType::Char, false));
        assert_eq!(of("void (*)(int)"), pointer(CType::Void, false));
        assert_eq!(of("enum Color"), INT);
    }

    #[test]
    fn what_c_could_not_declare_is_refused() {
        for (text, dialect) in [
            ("public: int __thiscall Meter::get(void)", Dialect::Microsoft),
            ("public: virtual int __stdcall Meter::get(void)", Dialect::Microsoft),
            ("int __cdecl max<int>(int)", Dialect::Microsoft),
            ("Meter::get(int)", LINUX),
            ("Meter::get(int) const", LINUX),
            ("operator new(unsigned int)", LINUX),
            ("int level", Dialect::Microsoft),
            ("move(Point)", LINUX),
            (")", LINUX),
        ] {
            assert!(function(text, dialect).is_err(), "{text}");
        }
    }
}
