//! Handles: pointers that only the library can follow.

use crate::import::model::Function;
use crate::import::rules::draft::{CLOSING, Draft, Slot};
use crate::import::rules::verbs;
use crate::import::types::Types;

/// A pointer that the library returns somewhere is a handle; that is no guess for a type that the header does not define.
pub(crate) fn handles(types: &Types<'_>, draft: &mut Draft<'_>) {
    for index in draft.open() {
        let ty = draft.parameter(index).ty.clone();
        let Some(tag) = types.handle(&ty) else { continue };
        note_owned(types, draft, index, &tag);
        let slot = match draft.parameter(index).annotation.optional {
            true => format!("Option<Handle<{tag}>>"),
            false => format!("Handle<{tag}>"),
        };
        draft.decide(index, Slot::plain(slot));
    }
}

/// Rule `owned-struct`: the library makes structs of this type, so a pointer to one is a handle rather than a copy.
fn note_owned(types: &Types<'_>, draft: &mut Draft<'_>, index: usize, tag: &str) {
    if types.is_owned_struct(&draft.parameter(index).ty) {
        let name = draft.names[index].clone();
        draft.guess("owned-struct", format!("{name} is taken for a {tag} that the library made"));
    }
}

/// Rule `handle-output`: through a pointer to a handle, the library returns one.
pub(crate) fn outputs(types: &Types<'_>, draft: &mut Draft<'_>) {
    for index in draft.open() {
        let Some((target, false)) = draft.pointee(index) else { continue };
        let Some(tag) = types.handle(target) else { continue };
        let name = draft.names[index].clone();
        let is_list = matches!(draft.parameter(index).ty.resolved(), crate::import::model::CType::Array { .. });
        if is_list || name.ends_with('s') && !name.ends_with("ss") && draft.says(&["list", "enum", "enumerate", "find"])
        {
            continue;
        }
        // A function that closes it also sets it to null.
        if draft.says(&CLOSING) {
            draft.decide(index, Slot::with("#[closes]", format!("&mut Option<Handle<{tag}>>")));
            draft.guess("handle-output", format!("{name} is closed, and set to null"));
            continue;
        }
        draft.decide(index, Slot::with("#[out]", format!("Option<Handle<{tag}>>")));
        draft.guess("handle-output", format!("{name} is taken for an output, which may be null"));
    }
}

/// Those after which a handle may still be freed, if the library has a function of the others for it.
const ENDING: [&str; 6] = ["close", "clear", "uninit", "exit", "disconnect", "terminate"];

/// Rule `closes`: the function frees the handle.
pub(crate) fn closes(types: &Types<'_>, draft: &mut Draft<'_>) {
    let is_handle = |slot: &Option<Slot>| slot.as_ref().is_some_and(|slot| slot.ty.starts_with("Handle<"));
    let handles: Vec<usize> = (0..draft.slots.len()).filter(|index| is_handle(&draft.slots[*index])).collect();
    let [only] = handles[..] else { return };
    // The verb is at the end of the name, or at its beginning: `FT_Close`, `close_device`.
    let position = draft.verbs.iter().position(|word| CLOSING.contains(&word.as_str()));
    let Some(position) = position else { return };
    let word = draft.verbs[position].clone();
    if draft.slots.len() > 1
        || (["clear", "disconnect", "terminate", "exit", "delete"].contains(&word.as_str()))
            && position + 1 < draft.verbs.len()
    {
        return;
    }
    let tag = types.handle(&draft.parameter(only).ty);
    if ENDING.contains(&word.as_str()) && types.header.functions.iter().any(|other| frees(types, other, tag.as_deref()))
    {
        return;
    }
    let name = draft.names[only].clone();
    if let Some(slot) = &mut draft.slots[only] {
        slot.attributes.push("#[closes]".into());
    }
    draft.guess("closes", format!("{name} is taken to be freed by this"));
}

/// Whether a function frees a handle with this tag and does nothing else.
fn frees(types: &Types<'_>, function: &Function, tag: Option<&str>) -> bool {
    let verbs = verbs::of(&function.name, types.verb_prefix.as_deref());
    // `dev_release`, or `free_dev`; not `dev_release_buffer`.
    let is_last = verbs.last().is_some_and(|last| CLOSING.contains(&last.as_str()) && !ENDING.contains(&last.as_str()));
    let frees = is_last || verbs.iter().any(|verb| ["free", "destroy"].contains(&verb.as_str()));
    match &function.signature.parameters[..] {
        [only] => frees && tag.is_some() && types.handle(&only.ty).as_deref() == tag,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::{linux, windows};

    #[test]
    fn pointers_to_undefined_structs_are_handles() {
        assert_eq!(
            linux("typedef struct dev dev; dev *dev_new(void); int dev_level(const dev *d);"),
            "fn dev_level(&self, d: Handle<Dev>) -> i32;"
        );
        // Nobody here makes one.
        assert_eq!(linux("typedef struct dev dev; int dev_level(dev *d);"), "fn dev_level(&self, d: Address) -> i32;");
    }

    #[test]
    fn pointers_to_handles_are_outputs() {
        assert_eq!(
            windows("typedef void *FT_HANDLE; int FT_Open(int n, FT_HANDLE *pHandle);"),
            "// check: handle is taken for an output, which may be null #[symbol(\"FT_Open\")] \
             fn ft_open(&self, n: i32, #[out] handle: Option<Handle<FtHandle>>) -> i32;"
        );
    }

    #[test]
    fn structs_that_the_library_makes_are_handles() {
        assert_eq!(
            linux("typedef struct { int n; } work; work *work_alloc(int n); int work_size(const work *w);"),
            "// check: w is taken for a Work that the library made fn work_size(&self, w: Handle<Work>) -> i32;"
        );
    }

    #[test]
    fn functions_that_free_close() {
        assert_eq!(
            linux("typedef struct dev dev; dev *dev_new(void); void dev_free(dev *d);"),
            "// check: d is taken to be freed by this fn dev_free(&self, #[closes] d: Handle<Dev>);"
        );
        assert_eq!(
            linux("typedef struct dev dev; dev *dev_new(void); void dev_clear_errors(dev *d);"),
            "fn dev_clear_errors(&self, d: Handle<Dev>);"
        );
    }

    #[test]
    fn what_is_closed_may_be_freed_later() {
        let library = "typedef struct dev dev; dev *dev_new(void); void free_dev(dev *d);";
        assert_eq!(linux(&format!("{library} int dev_close(dev *d);")), "fn dev_close(&self, d: Handle<Dev>) -> i32;");
        let library = "typedef struct dev dev; dev *dev_new(void); void dev_release_data(dev *d);";
        assert_eq!(
            linux(&format!("{library} int dev_close(dev *d);")),
            "// check: d is taken to be freed by this fn dev_close(&self, #[closes] d: Handle<Dev>) -> i32;"
        );
    }
}
