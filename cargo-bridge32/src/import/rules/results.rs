//! Results.

use crate::import::model::CType;
use crate::import::rules::draft::Draft;
use crate::import::text;
use crate::import::types::Types;

/// Declares what the function returns. Rule `text-result`: a `char *` that is not `const` is text that nobody has to free.
///
/// # Errors
/// Fails if the bridge has no type for it.
pub(crate) fn result(types: &Types<'_>, draft: &mut Draft<'_>) -> Result<(), String> {
    let ty = &draft.function.signature.result;
    if *ty.resolved() == CType::Void {
        return Ok(());
    }
    if let Some(tag) = types.handle(ty) {
        draft.result = Some(format!("Option<Handle<{tag}>>"));
        return Ok(());
    }
    if let Some((target, is_const)) = ty.pointee() {
        if let Some(attributes) = text::encoding(types, target) {
            draft.attributes.extend(attributes);
            draft.result = Some("Option<String>".into());
            if !is_const {
                draft.guess("text-result", "the text is copied, and not freed; #[free_with(\"…\")] would");
            }
            return Ok(());
        }
        let is_byte = matches!(target.resolved(), CType::Int(crate::import::model::Int { bits: 8, .. }));
        if is_const && is_byte && draft.says(&["text", "string", "name", "message"]) {
            draft.result = Some("Option<String>".into());
            draft.guess("text-result", "the bytes are taken for text with a NUL at its end");
            return Ok(());
        }
        if let CType::Record(id) = target.resolved()
            && is_const
            && let Ok(name) = types.record(id)
        {
            draft.result = Some(format!("Option<Box<{name}>>"));
            draft.guess(
                "struct-result",
                "one struct is copied; a function that gets its pointer back needs an Address here",
            );
            return Ok(());
        }
        draft.addresses.push("the result".into());
    }
    draft.result = Some(types.value(ty)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::linux;

    #[test]
    fn text_is_copied() {
        assert_eq!(linux("const char *f(void);"), "fn f(&self) -> Option<String>;");
        assert_eq!(
            linux("char *f(void);"),
            "// check: the text is copied, and not freed; #[free_with(\"…\")] would fn f(&self) -> Option<String>;"
        );
        assert_eq!(linux("const double *f(void);"), "fn f(&self) -> Address;");
    }

    #[test]
    fn structs_are_copied() {
        assert_eq!(
            linux("typedef struct { int n; } info; const info *f(int x);"),
            "// check: one struct is copied; a function that gets its pointer back needs an Address here \
             fn f(&self, x: i32) -> Option<Box<Info>>;"
        );
    }
}
