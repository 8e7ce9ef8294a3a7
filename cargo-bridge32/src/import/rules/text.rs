//! Text that the function reads: pointers to `char` and `wchar_t`.

use crate::import::model::Direction;
use crate::import::names::words;
use crate::import::rules::draft::{Draft, Slot};
use crate::import::text::{encoding, is_bytes};
use crate::import::types::Types;

/// Several texts in one buffer, which Windows' names begin with `msz` for.
pub(crate) fn single(types: &Types<'_>, draft: &mut Draft<'_>) {
    for index in draft.open() {
        let Some((target, is_const)) = draft.pointee(index) else { continue };
        let Some(mut attributes) = encoding(types, target) else { continue };
        let name = &draft.parameter(index).name;
        let is_multi = words(name).first().is_some_and(|word| word == "msz") || name.contains("DoubleNull");
        if is_const && is_multi {
            attributes.insert(0, "#[multi]".into());
            draft.decide(index, Slot { attributes, ty: "&[&str]".into() });
        }
    }
}

/// Text that the function reads: `const char *` without a length.
pub(crate) fn inputs(types: &Types<'_>, draft: &mut Draft<'_>) {
    for index in draft.open() {
        let Some((target, is_const)) = draft.pointee(index) else { continue };
        let Some(attributes) = encoding(types, target) else { continue };
        let direction = draft.direction(index);
        if !is_const && direction != Some(Direction::In) {
            continue;
        }
        let ty = if draft.parameter(index).annotation.optional { "Option<&str>" } else { "&str" };
        draft.decide(index, Slot { attributes, ty: ty.into() });
        let name = draft.parameter(index).name.clone();
        if is_bytes(&name) {
            let name = &draft.names[index];
            draft.guess("text", format!("{name} is taken for text with a NUL at its end"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::{linux, windows};

    #[test]
    fn constant_characters_are_text() {
        assert_eq!(linux("int f(const char *name);"), "fn f(&self, name: &str) -> i32;");
        assert_eq!(windows("int f(const char *name);"), "fn f(&self, #[encoding(ansi)] name: &str) -> i32;");
        assert_eq!(windows("int f(const wchar_t *name);"), "fn f(&self, #[wide] name: &str) -> i32;");
        assert_eq!(
            linux("/** @param[in] name the name, or NULL */\nint f(char *name);"),
            "fn f(&self, name: Option<&str>) -> i32;"
        );
    }

    #[test]
    fn what_may_be_bytes_is_marked() {
        assert_eq!(
            linux("int f(const char *data);"),
            "// check: data is taken for text with a NUL at its end fn f(&self, data: &str) -> i32;"
        );
    }

    #[test]
    fn several_texts_are_recognized_by_their_prefix() {
        assert_eq!(
            windows("int f(const char *mszGroups);"),
            "fn f(&self, #[multi] #[encoding(ansi)] groups: &[&str]) -> i32;"
        );
    }
}
