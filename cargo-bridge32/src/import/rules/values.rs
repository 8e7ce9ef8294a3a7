//! Rule `values`: macros whose names and uses say that they are the values of one type.
//!
//! The type is a newtype of its integer, with a constant for each macro. Any value fits it, because C does not limit a function to the
//! macros, and flags are combined. Without a typedef, the macros are constants of the integer as well.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::model::{
    CType, Constant, Enum, EnumOrigin, Function, Header, Int, Parameter, Signature, Value, Variant,
};
use crate::import::names::{self, type_prefix, words};
use crate::import::rules::draft::Draft;
use crate::import::rules::lengths::is_length_name;
use crate::import::rules::{prose, status};
use crate::import::types::{Types, platform_type};
use crate::import::{comments, spelling};

/// Notes which parameters of a function, and whether its result, are taken for values of such a type.
pub(crate) fn values(types: &Types<'_>, draft: &mut Draft<'_>) {
    let type_of = |ty: &CType| match ty.pointee().map_or(ty, |(target, _)| target).resolved() {
        CType::Enum(id) if types.header.enums.get(id)?.origin == EnumOrigin::Uses => Some(types.name(id).to_owned()),
        _ => None,
    };
    let signature = &draft.function.signature;
    let mut found = Vec::new();
    for ((parameter, name), slot) in signature.parameters.iter().zip(&draft.names).zip(&draft.slots) {
        let ty = type_of(&parameter.ty).filter(|ty| slot.as_ref().is_some_and(|slot| slot.ty.contains(ty.as_str())));
        found.extend(ty.map(|ty| format!("{name} is taken for a value of {ty}")));
    }
    let of_result = type_of(&signature.result).filter(|ty| draft.result.as_ref() == Some(ty));
    found.extend(of_result.map(|ty| format!("the result is taken for a value of {ty}")));
    found.into_iter().for_each(|guess| draft.guess("values", guess));
}

/// Makes enums of macros, and lets the header's declarations use them.
pub(crate) fn find(header: &mut Header) {
    let library = library_word(header);
    let groups = groups(&header.constants, library.as_deref());
    let mut reasons = reasons(header, &groups, library.as_deref());
    // What several groups could be the values of is undecided.
    let mut best = BTreeMap::<Subject, Vec<&Reason>>::new();
    for reason in &reasons {
        let found = best.entry(reason.subject.clone()).or_default();
        found.retain(|other| other.strength >= reason.strength);
        if found.iter().all(|other| other.strength == reason.strength) {
            found.push(reason);
        }
    }
    let decided = |reason: &Reason| matches!(best[&reason.subject][..], [only] if only == reason);
    let keep: Vec<bool> = reasons.iter().map(decided).collect();
    let mut keep = keep.into_iter();
    reasons.retain(|_| keep.next() == Some(true));

    for (index, group) in groups.iter().enumerate() {
        let subjects: Vec<_> =
            reasons.iter().filter(|reason| reason.group == index).map(|reason| &reason.subject).collect();
        let Some((declared, subjects)) = declare(header, group, &subjects) else { continue };
        let id = format!("macros:{}", header.constants[group.members[0]].name);
        for subject in subjects {
            apply(header, &subject, &id);
        }
        // Other functions may take the integers of those that have no typedef.
        for member in group.members.iter().filter(|_| declared.origin == EnumOrigin::Typedef) {
            header.constants[*member].of_enum = Some(id.clone());
        }
        header.enums.insert(id, declared);
    }
}

/// Macros that are defined next to each other, with names that begin alike and different values.
#[derive(Debug)]
struct Group {
    /// What the names begin with.
    prefix: String,
    /// Whether no other constant begins so, and it is more than the library's own prefix.
    is_distinct: bool,
    /// The indexes of the constants.
    members: Vec<usize>,
    /// The typedefs right above or below them.
    typedefs: Vec<String>,
    /// Whether one of them says success.
    has_success: bool,
    /// Whether their names are about one thing, more than that the library's names begin so.
    is_clear: bool,
}

fn groups(constants: &[Constant], library: Option<&str>) -> Vec<Group> {
    let is_integer = |index: &usize| matches!(constants[*index].value, Value::Integer { bits: 32, .. });
    let mut all: Vec<usize> = (0..constants.len()).filter(is_integer).collect();
    all.sort_by_key(|index| constants[*index].place.paragraph);
    let mut lists = Vec::<(Vec<usize>, bool)>::new();
    for block in all.chunk_by(|a, b| constants[*a].place.block == constants[*b].place.block) {
        let mut of_block = Vec::<(Vec<usize>, bool)>::new();
        for paragraph in block.chunk_by(|a, b| constants[*a].place.paragraph == constants[*b].place.paragraph) {
            let parts = split(constants, paragraph);
            let is_whole = parts.len() == 1;
            for list in parts {
                // Where each macro has a comment of its own, empty lines are between them.
                if let Some((last, _)) = of_block.last_mut() {
                    let together = [&last[..], &list[..]].concat();
                    let is_longer = words(prefix(constants, &together)).len() > 1;
                    if is_longer && are_different(constants, &together) {
                        *last = together;
                        continue;
                    }
                }
                of_block.push((list, is_whole));
            }
        }
        lists.append(&mut of_block);
    }
    lists.retain(|(list, _)| list.len() > 1 && !prefix(constants, list).is_empty());
    let made = lists.into_iter().map(|(members, is_whole)| {
        let prefix = prefix(constants, &members).to_owned();
        let others = constants.iter().enumerate().filter(|(index, _)| !members.contains(index));
        let is_library_s = matches!(&words(&prefix)[..], [only] if library == Some(only));
        let is_distinct = !is_library_s && others.into_iter().all(|(_, constant)| !constant.name.starts_with(&prefix));
        let typedefs: BTreeSet<_> = members.iter().flat_map(|member| &constants[*member].place.typedefs).collect();
        let has_success = members.iter().any(|member| status::is_success_code(&constants[*member]));
        let typedefs = typedefs.into_iter().cloned().collect();
        let measures = members.iter().filter(|member| has_any_word(&constants[**member].name, &MEASURES)).count();
        let is_clear = measures * 2 < members.len() && (is_whole || members.len() > 2);
        Group { is_distinct, typedefs, has_success, is_clear, prefix, members }
    });
    made.collect()
}

/// Words of macros that are not values, but say something about them.
const MEASURES: [&str; 12] =
    ["mask", "max", "min", "size", "len", "length", "count", "version", "default", "shift", "limit", "timeout"];

fn has_any_word(name: &str, any: &[&str]) -> bool {
    words(name).iter().any(|word| any.contains(&word.as_str()))
}

/// Divides the macros of a paragraph if their names do not begin alike, or if several have the same value.
fn split(constants: &[Constant], paragraph: &[usize]) -> Vec<Vec<usize>> {
    for length in 0..3 {
        let beginning = |index: &usize| {
            let words = words(&constants[*index].name);
            words.into_iter().take(length).collect::<Vec<_>>()
        };
        let lists: Vec<&[usize]> = paragraph.chunk_by(|a, b| beginning(a) == beginning(b)).collect();
        let is_group = |list: &&[usize]| !prefix(constants, list).is_empty() && are_different(constants, list);
        if lists.iter().all(|list| list.len() == 1 || is_group(list)) {
            return lists.into_iter().map(<[usize]>::to_vec).collect();
        }
    }
    Vec::new()
}

fn prefix<'c>(constants: &'c [Constant], list: &[usize]) -> &'c str {
    let names: Vec<&str> = list.iter().map(|index| constants[*index].name.as_str()).collect();
    names::common_prefix(&names)
}

fn are_different(constants: &[Constant], list: &[usize]) -> bool {
    let values: BTreeSet<Option<i64>> = list.iter().map(|index| integer(&constants[*index])).collect();
    values.len() == list.len()
}

fn integer(constant: &Constant) -> Option<i64> {
    match constant.value {
        Value::Integer { value, .. } => Some(i64::from(value as i32)),
        _ => None,
    }
}

/// What a group can be the values of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Typedef(String),
    /// A parameter of a function, by their indexes.
    Parameter(usize, usize),
    Result(usize),
}

/// A reason to take a group for the values of something.
#[derive(Debug, PartialEq)]
struct Reason {
    group: usize,
    subject: Subject,
    /// Of several groups for one subject, that with the strongest reason counts.
    strength: u8,
}

fn reasons(header: &Header, groups: &[Group], library: Option<&str>) -> Vec<Reason> {
    let typedefs = typedefs(header);
    let mut reasons = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        for typedef in typedefs.keys() {
            let doc = header.typedef_docs.get(typedef);
            let strength = match doc.is_some_and(|doc| mentions(&header.constants, group, doc)) {
                true => Some(4),
                false => strength_for_typedef(group, typedef),
            };
            reasons.extend(strength.map(|strength| Reason {
                group: index,
                subject: Subject::Typedef(typedef.clone()),
                strength,
            }));
        }
    }
    for (number, function) in header.functions.iter().enumerate() {
        let is_candidate = |ty: &CType| ty.is_integer() && platform_type(ty).is_none() && !is_handle(ty);
        let description = function.description();
        let parameters: Vec<_> = function.signature.parameters.iter().enumerate().collect();
        let parameters: Vec<_> = parameters
            .into_iter()
            .filter(|(_, parameter)| {
                is_candidate(parameter.ty.pointee().map_or(&parameter.ty, |(target, _)| target))
                    && !parameter.name.is_empty()
                    && !is_length_name(&parameter.name)
                    && !has_any_word(&parameter.name, &["reserved", "unused"])
            })
            .collect();
        let returned =
            if is_candidate(&function.signature.result) { said_of_result(header, function) } else { Vec::new() };
        for (index, group) in groups.iter().enumerate().filter(|(_, group)| !group.has_success) {
            for (at, parameter) in &parameters {
                let said = said_of_parameter(description, &parameter.name);
                let strength = if said.iter().any(|text| mentions(&header.constants, group, text)) {
                    Some(2)
                } else if is_named_like(group, &parameter.name, library)
                    || is_in_comment(&header.constants, group, function, parameter)
                {
                    Some(1)
                } else {
                    None
                };
                let subject = Subject::Parameter(number, *at);
                reasons.extend(strength.map(|strength| Reason { group: index, subject, strength }));
            }
            if returned.iter().any(|text| mentions(&header.constants, group, text)) {
                reasons.push(Reason { group: index, subject: Subject::Result(number), strength: 1 });
            }
        }
    }
    reasons
}

/// Returns the typedefs of integers that declarations use, with what they stand for.
fn typedefs(header: &Header) -> BTreeMap<String, CType> {
    fn visit(ty: &CType, found: &mut BTreeMap<String, CType>) {
        match ty {
            CType::Named(name, inner) => {
                // These have values of other headers.
                let is_other = ["HRESULT", "NTSTATUS", "ViStatus", "SQLRETURN"].contains(&name.as_str());
                if ty.is_integer() && platform_type(ty).is_none() && !is_other && !is_handle(ty) {
                    found.insert(name.clone(), ty.resolved().clone());
                }
                visit(inner, found);
            }
            CType::Pointer { to, .. } => visit(to, found),
            CType::Array { of, .. } => visit(of, found),
            CType::Function(signature) => {
                signature.parameters.iter().for_each(|parameter| visit(&parameter.ty, found));
                visit(&signature.result, found);
            }
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    for function in &header.functions {
        visit(&CType::Function(Box::new(function.signature.clone())), &mut found);
    }
    let fields = header.records.values().flat_map(|record| record.fields.iter().flatten());
    fields.for_each(|field| visit(&field.ty, &mut found));
    found
}

/// Whether an integer is a handle, as its typedef says.
fn is_handle(ty: &CType) -> bool {
    ty.names().iter().any(|name| has_any_word(name, &["handle", "hnd"]))
}

/// Returns the word that most functions' names begin with.
fn library_word(header: &Header) -> Option<String> {
    let mut counts = BTreeMap::<String, usize>::new();
    for function in &header.functions {
        *counts.entry(words(&function.name).into_iter().next()?).or_default() += 1;
    }
    let (word, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count * 2 > header.functions.len()).then_some(word)
}

/// Words at the end of a name that say nothing about what it names.
const GENERIC: [&str; 13] =
    ["t", "e", "type", "mode", "kind", "code", "value", "values", "enum", "id", "flags", "flag", "option"];

/// Returns words without the generic ones at their end.
fn stem(words: &[String]) -> &[String] {
    let mut end = words.len();
    while end > 1 && GENERIC.contains(&words[end - 1].as_str()) {
        end -= 1;
    }
    &words[..end]
}

/// Says how much speaks for a typedef: `MODE` has the values `MODE_FAST` and `MODE_SLOW`; `FT_STATUS` has `FT_OK`, and what is
/// defined next to it; a typedef right above or below the macros has their first letters.
fn strength_for_typedef(group: &Group, typedef: &str) -> Option<u8> {
    let (typedef_words, prefix) = (words(typedef), words(&group.prefix));
    if stem(&typedef_words) == stem(&prefix) {
        return Some(3);
    }
    let lower = |text: &str| text.trim_end_matches('_').to_lowercase();
    if group.has_success && status::is_status_name(typedef) && lower(typedef).starts_with(&lower(&group.prefix)) {
        return Some(2);
    }
    let begins_alike = lower(typedef).bytes().zip(lower(&group.prefix).bytes()).take(2).filter(|(a, b)| a == b).count();
    (group.typedefs.iter().any(|near| near == typedef) && begins_alike == 2).then_some(1)
}

/// Whether a parameter's name is the group's: `mode` or `shareMode` for `DEV_SHARE_MODE_…`, `shareMode` for `DEV_SHARE_…`.
fn is_named_like(group: &Group, parameter: &str, library: Option<&str>) -> bool {
    const VAGUE: [&str; 8] = ["type", "kind", "code", "value", "id", "index", "number", "error"];
    let (name, prefix) = (words_of_parameter(parameter), words(&group.prefix));
    let is_library = library == prefix.first().map(String::as_str);
    let is_it = |name: &[String], is_whole: bool| {
        let is_all = name.len() == prefix.len() && (is_library || !is_whole);
        prefix.ends_with(name) && !is_all && name.iter().map(String::len).sum::<usize>() > 2
    };
    let is_vague = matches!(&name[..], [] | [_]) && name.iter().all(|word| VAGUE.contains(&word.as_str()));
    let is_measure = name.iter().chain(&prefix).any(|word| MEASURES.contains(&word.as_str()));
    group.is_clear && !is_vague && !is_measure && (is_it(&name, true) || is_it(stem(&name), false))
}

/// Returns the words of a parameter's name, without the prefix for its type.
fn words_of_parameter(name: &str) -> Vec<String> {
    words(type_prefix(name).map_or(name, |prefix| &name[prefix.len()..]))
}

/// Whether the comment of the macros names the function, and the parameter: `/* flush values; see deflate() */`.
fn is_in_comment(constants: &[Constant], group: &Group, function: &Function, parameter: &Parameter) -> bool {
    let words = words(&parameter.name);
    let says_so = |doc: &str| {
        doc.contains(&format!("{}()", function.name))
            && prose::has_identifier(doc, &function.name)
            && words.iter().all(|word| word.len() > 2 && prose::has_any(doc, &[word]))
    };
    group.members.iter().filter_map(|member| constants[*member].doc.as_deref()).any(says_so)
}

/// Returns what the documentation of a function says about a parameter.
fn said_of_parameter(description: &str, parameter: &str) -> Vec<String> {
    let command = comments::command(description, &["param"], Some(parameter));
    if command.is_empty() { prose::sentences_with(description, parameter) } else { vec![command] }
}

/// Returns what the documentation of a function says about its result.
fn said_of_result(header: &Header, function: &Function) -> Vec<String> {
    let description = function.description();
    let command = comments::command(description, &["return", "returns", "result", "retval"], None);
    if !command.is_empty() {
        return vec![command];
    }
    let same = |other: &&Function| other.description() == description;
    let sharing: Vec<&Function> = header.functions.iter().filter(same).collect();
    // In a comment of several functions, a sentence is about the one that was named last.
    let mut named: Vec<&str> = if sharing.len() == 1 { vec![&function.name] } else { Vec::new() };
    let mut found = Vec::new();
    for sentence in prose::sentences(description) {
        let in_sentence: Vec<&str> = sharing
            .iter()
            .map(|function| function.name.as_str())
            .filter(|name| prose::has_identifier(&sentence, name))
            .collect();
        if !in_sentence.is_empty() {
            named = in_sentence;
        }
        // Not what a callback should return.
        if named.contains(&function.name.as_str())
            && prose::has_any(&sentence, &["return", "returns", "returned", "result"])
            && sentence.contains("one of")
            && !prose::has_any(&sentence, &["callback", "should", "must"])
        {
            found.push(sentence);
        }
    }
    found
}

/// Whether a text lists at least half of a group's macros, or names them as `MODE_…`, `MODE_*` or `MODE_xxx`.
fn mentions(constants: &[Constant], group: &Group, text: &str) -> bool {
    if !text.contains(&group.prefix) {
        return false;
    }
    let named = group.members.iter().filter(|member| prose::has_identifier(text, &constants[**member].name)).count();
    let is_pattern = |(at, _): (usize, &str)| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rest = &text[at + group.prefix.len()..];
        let rest = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        !text[..at].ends_with(is_part) && rest.chars().all(|c| "xX".contains(c))
    };
    let is_pattern = group.prefix.ends_with('_') && text.match_indices(&group.prefix).any(is_pattern);
    (named > 1 && named * 2 >= group.members.len()) || (is_pattern && group.is_distinct)
}

/// Makes the enum for a group, if its values fit the type of what they are for. Returns it with those of the subjects that are of the
/// same type.
fn declare(header: &Header, group: &Group, subjects: &[&Subject]) -> Option<(Enum, Vec<Subject>)> {
    let typedefs = typedefs(header);
    let integer_of = |subject: &Subject| match subject {
        Subject::Typedef(name) => typedefs.get(name).cloned(),
        Subject::Parameter(function, parameter) => {
            let ty = &header.functions.get(*function)?.signature.parameters.get(*parameter)?.ty;
            Some(ty.pointee().map_or(ty, |(target, _)| target).resolved().clone())
        }
        Subject::Result(function) => Some(header.functions.get(*function)?.signature.result.resolved().clone()),
    };
    // Typedefs are the first of them.
    let first = *subjects.first()?;
    let integer = integer_of(first)?;
    let fits = |value: i64| match integer {
        CType::Int(Int { bits, .. }) => bits == 32 || (-(1 << (bits - 1))..1 << bits).contains(&value),
        CType::Long(_) => true,
        _ => false,
    };
    let members: Vec<&Constant> = group.members.iter().map(|member| &header.constants[*member]).collect();
    let values: Vec<i64> = members.iter().filter_map(|constant| self::integer(constant)).collect();
    if !values.iter().all(|value| fits(*value)) || integer == (CType::Int(Int { bits: 64, signed: true })) {
        return None;
    }
    let name = match first {
        Subject::Typedef(name) => name.clone(),
        _ if group.is_distinct => group.prefix.clone(),
        Subject::Parameter(function, parameter) => {
            let name = words_of_parameter(&header.functions[*function].signature.parameters[*parameter].name);
            let prefix = words(&group.prefix);
            let is_said = prefix.ends_with(&name) || prefix.ends_with(stem(&name));
            let rest = if is_said { String::new() } else { name.join("_") };
            format!("{}{rest}", group.prefix)
        }
        Subject::Result(function) => {
            let words = words(&header.functions[*function].name);
            format!("{}{}", group.prefix, words.last().cloned().unwrap_or_default())
        }
    };
    // A comment of the first or the last one only is about all.
    let docs: Vec<_> = members.iter().map(|constant| constant.doc.clone()).collect();
    let only = docs.iter().flatten().count() == 1 && docs.len() > 2;
    let doc = docs.first().into_iter().chain(docs.last()).flatten().next().filter(|_| only).cloned();
    let doc = doc.or_else(|| header.typedef_docs.get(&name).cloned());
    let origin = if let Subject::Typedef(_) = first { EnumOrigin::Typedef } else { EnumOrigin::Uses };
    let variants = members.iter().zip(&values).map(|(constant, value)| Variant {
        name: constant.name.clone(),
        // The constants of integers have theirs.
        doc: constant.doc.clone().filter(|_| !only && origin == EnumOrigin::Typedef),
        value: *value,
    });
    let declared =
        Enum { name, line: members[0].line, variants: variants.collect(), integer: integer.clone(), origin, doc };
    let same = subjects.iter().filter(|subject| integer_of(subject).as_ref() == Some(&integer));
    Some((declared, same.map(|subject| (*subject).clone()).collect()))
}

/// Replaces the integer of a subject by the enum.
fn apply(header: &mut Header, subject: &Subject, id: &str) {
    match subject {
        Subject::Typedef(name) => {
            for function in header.functions.iter_mut().chain(&mut header.cpp_functions) {
                replace_in(&mut function.signature, name, id);
            }
            for field in header.records.values_mut().flat_map(|record| record.fields.iter_mut().flatten()) {
                replace(&mut field.ty, name, id);
            }
        }
        Subject::Parameter(function, parameter) => {
            let ty = &header.functions[*function].signature.parameters[*parameter].ty;
            let mut new = ty.clone();
            *target(&mut new) = spelled(header, ty.pointee().map_or(ty, |(target, _)| target), id);
            header.functions[*function].signature.parameters[*parameter].ty = new;
        }
        Subject::Result(function) => {
            let new = spelled(header, &header.functions[*function].signature.result, id);
            header.functions[*function].signature.result = new;
        }
    }
}

/// Returns what a pointer points to, or the type itself.
fn target(ty: &mut CType) -> &mut CType {
    if ty.pointee().is_none() {
        return ty;
    }
    match ty {
        CType::Named(_, inner) => target(inner),
        CType::Pointer { to, .. } => to,
        CType::Array { of, .. } => of,
        other => other,
    }
}

/// Returns the enum, spelled as the integer in its place.
fn spelled(header: &Header, ty: &CType, id: &str) -> CType {
    CType::Named(spelling::declared(ty, "", header), Box::new(CType::Enum(id.to_owned())))
}

fn replace_in(signature: &mut Signature, typedef: &str, id: &str) {
    signature.parameters.iter_mut().for_each(|parameter| replace(&mut parameter.ty, typedef, id));
    replace(&mut signature.result, typedef, id);
}

fn replace(ty: &mut CType, typedef: &str, id: &str) {
    match ty {
        CType::Named(name, inner) if name == typedef => **inner = CType::Enum(id.to_owned()),
        CType::Named(_, inner) => replace(inner, typedef, id),
        CType::Pointer { to, .. } => replace(to, typedef, id),
        CType::Array { of, .. } => replace(of, typedef, id),
        CType::Function(signature) => replace_in(signature, typedef, id),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::{linux, linux_types, windows};
    use crate::import::{Options, trait_from_text};
    use crate::target::Target;

    #[test]
    fn a_typedef_has_the_values_that_are_named_like_it() {
        let header = "#define DEV_MODE_FAST 0\n#define DEV_MODE_SLOW 1\ntypedef unsigned char dev_mode_t;\n\
                      int dev_set(dev_mode_t x);";
        assert_eq!(linux(header), "fn dev_set(&self, x: DevModeT) -> i32;");
        let expected = "// check: these macros are taken for its values; others are possible #[repr(transparent)] \
                        pub struct DevModeT(pub u8); impl DevModeT { pub const DEV_MODE_FAST: Self = Self(0); \
                        pub const DEV_MODE_SLOW: Self = Self(1); }";
        assert_eq!(linux_types(header), expected);
        // Nothing is lost if no function uses it.
        let unused = header.replace("dev_set(dev_mode_t x)", "dev_set(int x)");
        assert!(linux_types(&unused).contains("pub const DEV_MODE_SLOW: i32 = 1;"), "{unused}");
    }

    #[test]
    fn a_status_has_the_codes_next_to_success() {
        for codes in [
            "typedef unsigned long FT_STATUS;\nenum { FT_OK, FT_GONE, FT_BUSY };",
            "#define FT_OK 0\n#define FT_GONE 1 /* it is gone */\n#define FT_BUSY 2\ntypedef unsigned long FT_STATUS;",
        ] {
            let header = format!("{codes}\nFT_STATUS FT_Reset(int n);");
            assert_eq!(
                windows(&header),
                "#[symbol(\"FT_Reset\")] #[check(ret == FtStatus::FT_OK)] fn ft_reset(&self, n: i32) -> FtStatus;"
            );
            assert!(linux(&header).ends_with("-> FtStatus;"), "{header}");
            assert!(linux_types(&header).contains("pub const FT_GONE: Self = Self(ULong(1));"), "{header}");
        }
    }

    #[test]
    fn a_typedef_next_to_macros_has_their_values() {
        let header = |above: &str, between: &str| {
            linux(&format!(
                "{above}typedef int ck_user_t;{between}#define CKU_SO 0\n#define CKU_USER 1\nvoid f(ck_user_t x);"
            ))
        };
        assert_eq!(header("", "\n\n"), "fn f(&self, x: CkUserT);");
        for (above, between) in [
            // A list of typedefs, something else between them, and too far away.
            ("typedef int other;\n", "\n"),
            ("", "\nint g(int x);\n"),
            ("", "\n#define CK_VERSION \"1\"\n\n"),
        ] {
            assert_eq!(header(above, between), "fn f(&self, x: i32);", "{above}{between}");
        }
    }

    #[test]
    fn the_documentation_of_a_typedef_names_its_values() {
        let header = |doc: &str| {
            format!(
                "#define A_LOW 1\n#define A_HIGH 2\n\n#define B_LOW 1\n#define B_HIGH 2\n\nint g(int x);\n/** {doc} */\n\
                     typedef short speed;\nvoid f(speed x);"
            )
        };
        for doc in ["One of B_*.", "B_LOW or B_HIGH"] {
            assert_eq!(linux(&header(doc)), "fn f(&self, x: Speed);", "{doc}");
            let types = linux_types(&header(doc));
            assert!(
                types.contains("pub struct Speed(pub i16); impl Speed { pub const B_LOW: Self = Self(1);"),
                "{types}"
            );
        }
        assert_eq!(linux(&header("More than A_LOW.")), "fn f(&self, x: i16);");
    }

    #[test]
    fn a_parameter_has_the_values_that_are_named_like_it() {
        let header =
            |macros: &str, parameter: &str| linux(&format!("{macros}\nint dev_open(void);\nint dev_set({parameter});"));
        let share = "#define DEV_SHARE_READ 1\n#define DEV_SHARE_WRITE 2";
        for parameter in ["int share", "unsigned dwShareMode", "short shareFlags"] {
            let method = header(share, parameter);
            assert!(
                method.starts_with("// check: share") && method.contains(" is taken for a value of DevShare "),
                "{method}"
            );
            assert!(method.ends_with(": DevShare) -> i32;"), "{method}");
        }
        assert_eq!(
            header(share, "int *share"),
            "// check: share is taken for one number that the function writes // check: share is taken for a value of DevShare \
             fn dev_set(&self, #[out] share: DevShare) -> i32;"
        );
        let parity = "#define DEV_PARITY_NONE 0\n#define DEV_PARITY_ODD 1";
        assert!(header(parity, "int parity").contains("parity: DevParity)"));
        for (macros, parameter, expected) in [
            (share, "int shared", "shared: i32"),
            // One of two groups, and only the library's name.
            (
                "#define A_SHARE_X 1\n#define A_SHARE_Y 2\n\n#define B_SHARE_X 1\n#define B_SHARE_Y 2",
                "int share",
                "share: i32",
            ),
            ("#define DEV_FAST 1\n#define DEV_SLOW 2", "int dev", "dev: i32"),
            // No values, and values that do not fit.
            ("#define DEV_SHARE_MASK 7\n#define DEV_SHARE_SHIFT 8", "int share", "share: i32"),
            ("#define DEV_SHARE_X 1\n#define DEV_SHARE_Y 300", "unsigned char share", "share: u8"),
            ("#define DEV_SHARE_X 1\n#define DEV_SHARE_Y 1", "int share", "share: i32"),
            ("#define DEV_SHARE_X 1\nint dev_between(void);\n#define DEV_SHARE_Y 2", "int share", "share: i32"),
        ] {
            assert_eq!(header(macros, parameter), format!("fn dev_set(&self, {expected}) -> i32;"), "{macros}");
        }
    }

    #[test]
    fn the_documentation_says_which_values_there_are() {
        let speeds = "#define SPEED_LOW 1\n#define SPEED_HIGH 2\n#define SPEED_FULL 3\n";
        let method = |doc: &str| linux(&format!("{speeds}/** {doc} */\nint set_it(int unit, int how);"));
        for doc in [
            "@param[in] how one of SPEED_… ",
            "\\param how SPEED_LOW, SPEED_HIGH\n  or SPEED_FULL",
            "Sets it. The argument how is SPEED_xxx.",
        ] {
            let expected =
                "// check: how is taken for a value of Speed fn set_it(&self, unit: i32, how: Speed) -> i32;";
            assert_eq!(method(doc), expected, "{doc}");
        }
        for doc in
            ["@param how not SPEED_LOW", "@param unit for how, see there\n\nSPEED_LOW", "Sets SPEED_LOW or SPEED_FULL."]
        {
            assert_eq!(method(doc), "fn set_it(&self, unit: i32, how: i32) -> i32;", "{doc}");
        }
        assert_eq!(
            method("@return SPEED_LOW or SPEED_HIGH"),
            "// check: the result is taken for a value of Speed fn set_it(&self, unit: i32, how: i32) -> Speed;"
        );
    }

    #[test]
    fn in_a_comment_of_several_functions_a_sentence_is_about_the_last_one_named() {
        let header = "#define DB_TEXT 1\n#define DB_BLOB 2\n\
                      /* db_count() counts. db_type() returns the type. The returned value is one of DB_TEXT and DB_BLOB. */\n\
                      int db_count(int x);\nint db_type(int x);";
        assert_eq!(
            linux(header),
            "// check: the result is taken for a value of DbType fn db_type(&self, x: i32) -> DbType;"
        );
        let options = Options { target: Some(Target::I686Linux), ..Options::default() };
        let source = trait_from_text(header, &options).expect("it is a header").source;
        assert!(source.contains("fn db_count(&self, x: i32) -> i32;"), "{source}");
        // Other functions may take the integer.
        assert!(source.contains("pub const DB_TEXT: Self = Self(1);"), "{source}");
        assert!(source.contains("\npub const DB_TEXT: i32 = 1;"), "{source}");
    }

    #[test]
    fn the_comment_of_the_macros_says_what_takes_them() {
        let header = "#define Z_NO_FLUSH 0\n#define Z_SYNC 1\n#define Z_FULL 2\n/* Allowed flush values; see deflate() */\n\n\
                      #define Z_TEXT 1\nint deflate(int stream, int flush);";
        assert_eq!(
            linux(header),
            "// check: flush is taken for a value of ZFlush fn deflate(&self, stream: i32, flush: ZFlush) -> i32;"
        );
        let options = Options { target: Some(Target::I686Linux), ..Options::default() };
        let source = trait_from_text(header, &options).expect("it is a header").source;
        let expected =
            "/// The macros from `Z_NO_FLUSH` to `Z_FULL`.\n///\n/// Allowed flush values; see deflate()\n// check: ";
        assert!(source.contains(expected), "{source}");
    }
}
