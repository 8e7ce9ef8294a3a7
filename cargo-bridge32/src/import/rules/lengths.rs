//! Which parameter is the length of an array.

use crate::import::model::{CType, Parameter};
use crate::import::names::{type_prefix, words};
use crate::import::rules::draft::{Draft, Slot};

/// Words of names of lengths.
const LENGTHS: [&str; 21] = [
    "n", "len", "length", "count", "cnt", "size", "sz", "num", "number", "nb", "bytes", "byte", "cb", "cch",
    "capacity", "elements", "items", "nitems", "points", "max", "nmemb",
];

/// Whether it is the name of a length; an abbreviation of its type, as in `cbSize`, counts.
pub(super) fn is_length_name(name: &str) -> bool {
    let prefix = type_prefix(name).unwrap_or_default();
    let counts = ["cb", "pcb", "lpcb", "cch", "pcch", "lpcch", "c", "pc"].contains(&prefix);
    let all = words(name);
    // `max_value` is not a length.
    let is_limit = all.iter().any(|word| word == "max") && all.len() > 1;
    counts
        || all.iter().any(|word| LENGTHS.contains(&word.as_str()) && !(word == "max" && is_limit))
        || all.iter().any(|word| word.starts_with("num") || word.ends_with("len") && word.len() > 3)
}

/// Returns the parameter that is the length of an array: the only one with the best reason.
pub(super) fn length_of(draft: &Draft<'_>, pointer: usize) -> Option<usize> {
    let mut scores: Vec<(u32, usize)> = Vec::new();
    let pointer_name = &draft.parameter(pointer).name;
    for index in 0..draft.slots.len() {
        let parameter = draft.parameter(index);
        if index == pointer || draft.slots[index].as_ref().is_some_and(|slot| !is_length_slot(slot)) {
            continue;
        }
        let by_reference = match parameter.ty.pointee() {
            Some((target, false)) if target.is_integer() => true,
            Some(_) => continue,
            None if parameter.ty.is_integer() => false,
            None => continue,
        };
        let follows = index == pointer + 1;
        // SQLite's header gives no names to some of its parameters.
        if parameter.name.is_empty() && pointer_name.is_empty() && follows && !by_reference {
            let is_blob = matches!(
                draft.pointee(pointer).map(|(target, is_const)| (target.resolved(), is_const)),
                Some((CType::Void | CType::Char, true))
            );
            if is_blob {
                scores.push((2, index));
            }
            continue;
        }
        if !is_length_name(&parameter.name) {
            continue;
        }
        let is_related = is_related(pointer_name, &parameter.name);
        // Next to one struct, something else is as likely.
        let is_struct = matches!(draft.pointee(pointer).map(|(target, _)| target.resolved()), Some(CType::Record(_)));
        if is_struct && !is_related && !is_generic(&parameter.name) {
            continue;
        }
        // A text ends by itself, so that a number next to it often counts something else: `const char *name, int nArgs`.
        if is_text(draft, pointer) && !is_related && !is_generic(&parameter.name) && !counts_text(&parameter.name) {
            continue;
        }
        let is_next = follows || index + 1 == pointer;
        // The length of another array.
        let belongs_elsewhere = !is_related && draft.slots[index].is_some() && !is_generic(&parameter.name);
        if belongs_elsewhere || (!is_related && !is_next) || (by_reference && !is_related && !follows) {
            continue;
        }
        scores.push((u32::from(is_related) * 4 + u32::from(follows) * 2 + u32::from(is_next), index));
    }
    scores.sort_unstable_by_key(|(score, _)| std::cmp::Reverse(*score));
    match scores[..] {
        [(best, _), (second, _), ..] if best == second => None,
        [(_, index), ..] => {
            // Two lengths, as in `fread(buffer, size, count)`: it is their product.
            let after = index + 1;
            let is_void = draft.pointee(pointer).is_some_and(|(target, _)| *target.resolved() == CType::Void);
            let has_two = is_void
                && after < draft.slots.len()
                && draft.parameter(after).ty.is_integer()
                && ["n", "count", "nmemb", "nitems"].contains(&draft.parameter(after).name.as_str());
            (!has_two).then_some(index)
        }
        [] => None,
    }
}

/// Returns the length of the array after this one, if both have elements of the same type and the length's name fits both.
pub(super) fn shared_length(draft: &Draft<'_>, pointer: usize) -> Option<usize> {
    let next = pointer + 1;
    let (target, _) = draft.parameter(pointer).ty.pointee()?;
    let (other, _) = (next < draft.slots.len()).then(|| draft.parameter(next).ty.pointee()).flatten()?;
    if target.resolved() != other.resolved() {
        return None;
    }
    let name = &draft.names[next];
    let is_its = |slot: &Option<Slot>| {
        let attributes = slot.iter().flat_map(|slot| &slot.attributes);
        attributes.into_iter().any(|attribute| attribute.starts_with("#[len_of(") && attribute.contains(name.as_str()))
    };
    let length = draft.slots.iter().position(is_its)?;
    is_generic(&draft.parameter(length).name).then_some(length)
}

/// Whether it is a text that the function reads.
fn is_text(draft: &Draft<'_>, pointer: usize) -> bool {
    let target = draft.pointee(pointer).map(|(target, is_const)| (target.resolved(), is_const));
    matches!(target, Some((CType::Char | CType::WChar, true)))
}

/// Whether a name's prefix says that it counts characters or bytes, as in `cchText`.
fn counts_text(name: &str) -> bool {
    ["cb", "cch"].contains(&type_prefix(name).unwrap_or_default())
}

fn is_length_slot(slot: &Slot) -> bool {
    slot.attributes.iter().any(|attribute| attribute.starts_with("#[len_of("))
}

fn is_generic(name: &str) -> bool {
    words(name).iter().all(|word| LENGTHS.contains(&word.as_str()))
}

/// Whether the length's name has a word of the array's.
fn is_related(array: &str, length: &str) -> bool {
    let stem = |name: &str| -> Vec<String> {
        let name = type_prefix(name).map_or(name, |prefix| &name[prefix.len()..]);
        words(name).into_iter().filter(|word| word.len() > 1 && !LENGTHS.contains(&word.as_str())).collect()
    };
    let (array, length) = (stem(array), stem(length));
    let is_same = |a: &String, b: &String| {
        let (a, b) = (a.trim_end_matches('s'), b.trim_end_matches('s'));
        a == b
            || (b.len() > 3 && b.strip_suffix("len") == Some(a))
            || (a.len() > 2 && b.starts_with("num") && b.ends_with(a))
    };
    array.iter().any(|a| length.iter().any(|b| is_same(a, b)))
}

/// Whether it has the name of a length of something that the function only reads.
pub(super) fn counts_input(draft: &Draft<'_>, length: usize) -> bool {
    let name = &draft.parameter(length).name;
    let is_array = |parameter: &Parameter| {
        matches!(parameter.ty.pointee(), Some((_, true))) && is_named_after(name, &parameter.name)
    };
    draft.function.signature.parameters.iter().any(is_array)
}

/// Whether a length's name is the array's and a word for a length, as `sourceLen` is of `source`.
pub(super) fn is_named_after(length: &str, array: &str) -> bool {
    let words_of = |name: &str| words(type_prefix(name).map_or(name, |prefix| &name[prefix.len()..]));
    let (length, array) = (words_of(length), words_of(array));
    let (Some((last, rest)), false) = (length.split_last(), array.is_empty()) else { return false };
    let is_word = LENGTHS.contains(&last.as_str()) && rest == array;
    is_word || rest.is_empty() && last.strip_suffix("len") == Some(&array.concat())
}

/// Whether a length's name says that it counts bytes.
pub(super) fn counts_bytes(draft: &Draft<'_>, length: usize) -> bool {
    let name = &draft.parameter(length).name;
    ["cb", "pcb", "lpcb"].contains(&type_prefix(name).unwrap_or_default())
        || words(name).iter().any(|word| word == "bytes" || word == "byte" || word == "cb")
}

/// Words of names of how much was written.
pub(super) const WRITTEN: [&str; 14] = [
    "read",
    "written",
    "returned",
    "got",
    "received",
    "actual",
    "transferred",
    "copied",
    "filled",
    "used",
    "fetched",
    "retrieved",
    "out",
    "ret",
];

/// Returns the output that says how many elements were written.
pub(super) fn written_count(draft: &Draft<'_>, length: usize) -> Option<usize> {
    let is_count = |index: &usize| {
        let parameter = draft.parameter(*index);
        let is_output = matches!(parameter.ty.pointee(), Some((target, false)) if target.is_integer());
        is_output && *index != length && words(&parameter.name).iter().any(|word| WRITTEN.contains(&word.as_str()))
    };
    let mut found = draft.open().into_iter().filter(is_count);
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}
