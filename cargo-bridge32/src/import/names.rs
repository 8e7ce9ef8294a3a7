//! Names: from C's to Rust's.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::model::{Enum, EnumOrigin, Function};

/// The types, traits and variants in Rust's prelude, which the trait and those who use it mean by these names.
pub(crate) const PRELUDE: [&str; 42] = [
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "Unpin",
    "Vec",
];

/// Splits a name into lower-case words: `FT_GetDeviceInfo` is `ft`, `get`, `device`, `info`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = Vec::<String>::new();
    for (index, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = index.checked_sub(1).map(|before| chars[before]);
        let next_is_lower = chars.get(index + 1).is_some_and(char::is_ascii_lowercase);
        let begins = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase() || before.is_ascii_digit() || (before.is_ascii_uppercase() && next_is_lower)
            });
        // The plural of an abbreviation, as in `IDs`, is one word.
        let is_plural = next_is_lower
            && chars.get(index + 1) == Some(&'s')
            && !chars.get(index + 2).is_some_and(char::is_ascii_lowercase);
        if words.is_empty() || (begins && !(is_plural && before.is_some_and(|before| before.is_ascii_uppercase()))) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns a name for a type or a variant.
pub(crate) fn upper_camel(name: &str) -> String {
    let capital = |word: &String| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
    };
    let mut out = String::new();
    for word in words(name).iter().map(capital) {
        // `3_4` must not become `34`.
        let joins_digits =
            out.ends_with(|c: char| c.is_ascii_digit()) && word.starts_with(|c: char| c.is_ascii_digit());
        if joins_digits {
            out.push('_');
        }
        out.push_str(&word);
    }
    match out.starts_with(|c: char| c.is_ascii_digit()) || out.is_empty() || out == "Self" {
        true => format!("N{out}"),
        false => out,
    }
}

/// Returns a name for a method, a parameter or a field.
pub(crate) fn snake(name: &str) -> String {
    let is_snake = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let snake = match is_snake && !name.starts_with('_') && !name.ends_with('_') && !name.contains("__") {
        true => name.to_owned(),
        false => words(name).join("_"),
    };
    let starts_with_digit = snake.starts_with(|c: char| c.is_ascii_digit());
    match snake.is_empty() || starts_with_digit || is_reserved(&snake) {
        true if starts_with_digit => format!("n{snake}"),
        true => format!("{snake}_"),
        false => snake,
    }
}

/// Returns a constant's name.
pub(crate) fn constant(name: &str) -> String {
    let is_constant = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    match is_constant {
        true => name.to_owned(),
        false => {
            let name = words(name).join("_").to_uppercase();
            if name.starts_with(|c: char| c.is_ascii_digit()) { format!("N{name}") } else { name }
        }
    }
}

/// Returns a parameter's or field's name without the prefix that says its type, as in `lpdwCount`.
pub(crate) fn without_type_prefix(name: &str) -> String {
    match type_prefix(name) {
        Some(prefix) => snake(&name[prefix.len()..]),
        None => snake(name),
    }
}

/// Returns the prefix of a name in Hungarian notation.
pub(crate) fn type_prefix(name: &str) -> Option<&str> {
    const PREFIXES: [&str; 66] = [
        "a", "b", "by", "c", "cb", "cch", "ch", "d", "dbl", "dw", "e", "f", "fn", "g", "h", "i", "l", "ll", "lp",
        "lpb", "lpby", "lpc", "lpcb", "lpcch", "lpdw", "lpf", "lpfn", "lph", "lpp", "lpsz", "lpv", "lpw", "lpwsz", "m",
        "msz", "n", "p", "pa", "pb", "pby", "pc", "pcb", "pcch", "pd", "pdw", "pe", "pf", "pfn", "ph", "pi", "pl",
        "pn", "pp", "psz", "pu", "puc", "pul", "pus", "pv", "pw", "sz", "u", "uc", "ul", "us", "w",
    ];
    let end = name.find(|c: char| !c.is_ascii_lowercase())?;
    let has_rest = name[end..].starts_with(|c: char| c.is_ascii_uppercase());
    let prefix = &name[..end];
    let is_known =
        PREFIXES.contains(&prefix) || ["x", "z", "pz", "az", "ull", "wsz", "pwsz", "st", "pst"].contains(&prefix);
    (has_rest && is_known).then_some(prefix)
}

/// Returns the prefix that the names of functions have in common, such as `FT_` or `DAQmx`, which the trait's name says already.
pub(crate) fn common_prefix<'n>(names: &[&'n str]) -> &'n str {
    let Some(first) = names.first().filter(|_| names.len() > 1) else { return "" };
    let shared = names.iter().fold(first.len(), |length, name| {
        first.bytes().zip(name.bytes()).take(length).take_while(|(a, b)| a == b).count()
    });
    let shared = &first[..shared];
    // Up to the end of a word.
    let is_end = |at: usize| {
        shared[..at].ends_with('_')
            || names.iter().all(|name| {
                name[at..].starts_with(|c: char| c.is_ascii_uppercase())
                    && name[..at].ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            })
    };
    (1..=shared.len()).rev().find(|at| is_end(*at)).map_or("", |at| &first[..at])
}

/// Returns the methods' names for functions, by their symbols: without the prefix that all have.
pub(crate) fn of_methods(functions: &[&Function], prefix: &str) -> BTreeMap<String, String> {
    let mut taken = BTreeSet::new();
    let named = |function: &&Function| {
        let short = function.name.strip_prefix(prefix).filter(|rest| !rest.is_empty());
        let name = unique(snake(short.unwrap_or(&function.name)), &mut taken);
        (function.symbol().to_owned(), name)
    };
    functions.iter().map(named).collect()
}

/// Makes the name of a method, a parameter, a field or a constant differ from those in use, and takes it.
pub(crate) fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.clone();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{name}_{number}");
        number += 1;
    }
    candidate
}

/// Makes the name of a type or a variant differ from those in use, and takes it.
pub(crate) fn unique_camel(name: String, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number: u32| format!("{name}{number}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or(name);
    taken.insert(free.clone());
    free
}

/// Returns the names of an enum's variants in Rust, without what they have in common.
pub(crate) fn variant_names(declared: &Enum) -> Vec<String> {
    let names: Vec<&str> = declared.variants.iter().map(|variant| variant.name.as_str()).collect();
    let prefix = common_prefix(&names);
    let short: Vec<_> = names.iter().map(|name| upper_camel(name.strip_prefix(prefix).unwrap_or(name))).collect();
    let is_good = |short: &[String]| {
        short.iter().collect::<BTreeSet<_>>().len() == short.len() && short.iter().all(|name| name != "N")
    };
    if is_good(&short) {
        return short;
    }
    let mut taken = BTreeSet::new();
    names.iter().map(|name| unique_camel(upper_camel(name), &mut taken)).collect()
}

/// Whether an enum becomes a newtype of its integer, which any value fits. Macros do not say that there are no other values. Rule
/// `flags`: the values of an enum are bits. Rule `negative`: they are 0 and negative, and leave the others to numbers.
pub(crate) fn is_newtype(declared: &Enum) -> bool {
    declared.origin != EnumOrigin::Declaration || are_flags(declared) || are_negative(declared)
}

/// Whether the values of an enum are errors below a success of 0: functions also return counts as it.
pub(crate) fn are_negative(declared: &Enum) -> bool {
    let has = |is: fn(i64) -> bool| declared.variants.iter().any(|variant| is(variant.value));
    has(|value| value == 0) && has(|value| value < 0) && !has(|value| value > 0)
}

/// Whether the values of an enum are bits.
pub(crate) fn are_flags(declared: &Enum) -> bool {
    let values: BTreeSet<u64> =
        declared.variants.iter().map(|variant| variant.value as u64).filter(|value| *value != 0).collect();
    let is_all = |name: &str| words(name).iter().any(|word| ["all", "mask", "default", "any"].contains(&word.as_str()));
    let are_bits = declared.variants.iter().all(|variant| {
        let value = variant.value as u64;
        value == 0 || value.is_power_of_two() || is_all(&variant.name)
    });
    are_bits && values.iter().filter(|value| value.is_power_of_two()).count() >= 3
}

/// Returns the names of an enum's values in Rust: its variants, or the constants of a newtype.
pub(crate) fn value_names(declared: &Enum) -> Vec<String> {
    if !is_newtype(declared) {
        return variant_names(declared);
    }
    let mut taken = BTreeSet::new();
    declared.variants.iter().map(|variant| unique(constant(&variant.name), &mut taken)).collect()
}

/// Whether a name is a keyword, or one that expressions of attributes give a meaning.
fn is_reserved(name: &str) -> bool {
    const RESERVED: [&str; 53] = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
        "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
        "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "ret", "return", "self", "size_of", "static",
        "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where",
        "while", "yield",
    ];
    RESERVED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_at_capitals_and_underscores() {
        assert_eq!(words("FT_GetDeviceInfo"), ["ft", "get", "device", "info"]);
        assert_eq!(words("readAnalogF64"), ["read", "analog", "f64"]);
        assert_eq!(words("HTTPServer"), ["http", "server"]);
        assert_eq!(words("sqlite3_open"), ["sqlite3", "open"]);
    }

    #[test]
    fn types_and_methods_have_rusts_names() {
        assert_eq!(upper_camel("FT_DEVICE_LIST_INFO_NODE"), "FtDeviceListInfoNode");
        assert_eq!(upper_camel("sqlite3_stmt"), "Sqlite3Stmt");
        assert_eq!(upper_camel("2_4"), "N2_4");
        assert_eq!(snake("zlibVersion"), "zlib_version");
        assert_eq!(snake("type"), "type_");
        assert_eq!(constant("kMaxSize"), "K_MAX_SIZE");
    }

    #[test]
    fn prefixes_that_say_a_type_are_dropped() {
        assert_eq!(without_type_prefix("lpdwNumDevs"), "num_devs");
        assert_eq!(without_type_prefix("destLen"), "dest_len");
        assert_eq!(without_type_prefix("hContext"), "context");
        assert_eq!(without_type_prefix("n"), "n");
    }

    #[test]
    fn a_common_prefix_ends_with_a_word() {
        assert_eq!(common_prefix(&["FT_Open", "FT_OpenEx", "FT_Close"]), "FT_");
        assert_eq!(common_prefix(&["DAQmxCreateTask", "DAQmxClearTask"]), "DAQmx");
        assert_eq!(common_prefix(&["compress", "compress2"]), "");
        assert_eq!(common_prefix(&["Open"]), "");
    }
}
