//! Results.

use crate::import::model::{CType, Function, Int, Parameter};
use crate::import::names::words;
use crate::import::rules::draft::Draft;
use crate::import::rules::{error_text, freeing};
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
            text_result(types, draft, is_const);
            return Ok(());
        }
        let is_byte = matches!(target.resolved(), CType::Int(Int { bits: 8, .. }));
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
        if is_const && let Some(length) = length_function(types, draft, target) {
            let element =
                if is_byte || *target.resolved() == CType::Void { "u8".into() } else { types.value(target)? };
            draft.attributes.push(format!("#[returns(len = {length})]"));
            draft.result = Some(format!("Vec<{element}>"));
            draft.guess("length-function", format!("{length} is taken for the length of the result"));
            return Ok(());
        }
        draft.addresses.push("the result".into());
    }
    draft.result = Some(types.value(ty)?);
    Ok(())
}

/// Declares a text that the function returns.
fn text_result(types: &Types<'_>, draft: &mut Draft<'_>, is_const: bool) {
    let is_there = is_const && is_always_there(&draft.verbs);
    draft.result = Some(if is_there { "String" } else { "Option<String>" }.into());
    if is_there {
        draft.guess("text-result", "the text is never null");
    } else if !is_const {
        match freeing::function(types, draft) {
            Some(function) => {
                draft.attributes.push(format!("#[free_with({function:?})]"));
                draft.guess("text-result", format!("the text is freed with {function}, as the documentation says"));
            }
            None => draft.guess("text-result", "the text is copied, and not freed; #[free_with(\"…\")] would"),
        }
    }
}

/// Whether the name of a function says that it returns its library's version, or the words for an error.
fn is_always_there(words: &[String]) -> bool {
    words.iter().any(|word| word.ends_with("version")) || error_text::says_error_text(words)
}

/// Rule `length-function`: `const void *dev_data(dev *, int)` returns as many bytes as `int dev_bytes(dev *, int)` says. Returns the
/// call of that method.
fn length_function(types: &Types<'_>, draft: &Draft<'_>, target: &CType) -> Option<String> {
    const DATA: [&str; 8] = ["data", "blob", "bytes", "buffer", "content", "contents", "payload", "values"];
    const BYTES: [&str; 5] = ["bytes", "size", "length", "len", "nbytes"];
    const ELEMENTS: [&str; 4] = ["count", "length", "len", "num"];
    let lengths = match target.resolved() {
        CType::Void | CType::Int(Int { bits: 8, .. }) => &BYTES[..],
        CType::Int(_) | CType::Float | CType::Double => &ELEMENTS,
        _ => return None,
    };
    let (last, owner) = draft.verbs.split_last()?;
    let parameters = &draft.function.signature.parameters;
    let is_passed = |ty: &CType| types.handle(ty).is_some() || (ty.is_integer() && types.value(ty).is_ok());
    if !DATA.contains(&last.as_str()) || !parameters.iter().all(|parameter| is_passed(&parameter.ty)) {
        return None;
    }
    let is_length = |function: &&Function| {
        let words = words(&function.name);
        let Some((word, before)) = words.split_last() else { return false };
        let is_same = |(ours, theirs): (&Parameter, &Parameter)| {
            types.handle(&ours.ty) == types.handle(&theirs.ty) && ours.ty.resolved() == theirs.ty.resolved()
        };
        let signature = &function.signature;
        lengths.contains(&word.as_str())
            && (before == owner || before == draft.verbs)
            && signature.result.is_integer()
            && signature.parameters.len() == parameters.len()
            && parameters.iter().zip(&signature.parameters).all(is_same)
    };
    let method = types.method(types.header.functions.iter().find(is_length)?)?;
    Some(format!("self.{method}({})", draft.names.join(", ")))
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
    fn a_version_and_the_words_of_an_error_are_there() {
        for name in ["libversion", "dev_version_string", "dev_strerror", "dev_error_name", "dev_errmsg"] {
            assert_eq!(
                linux(&format!("const char *{name}(void);")),
                format!("// check: the text is never null fn {name}(&self) -> String;")
            );
        }
        // `dlerror()` is null if there was no error.
        assert_eq!(linux("const char *dlerror(void);"), "fn dlerror(&self) -> Option<String>;");
    }

    #[test]
    fn another_function_says_the_length_of_data() {
        let dev = "typedef struct dev dev; dev *dev_new(void);";
        assert_eq!(
            linux(&format!("{dev} unsigned dev_bytes(dev *, int i); const void *dev_blob(dev *, int i);")),
            "// check: self.dev_bytes(dev, i) is taken for the length of the result \
             #[returns(len = self.dev_bytes(dev, i))] fn dev_blob(&self, dev: Handle<Dev>, i: i32) -> Vec<u8>;"
        );
        assert_eq!(
            linux(&format!("{dev} int dev_data_length(dev *d); const double *dev_data(dev *d);")),
            "// check: self.dev_data_length(d) is taken for the length of the result \
             #[returns(len = self.dev_data_length(d))] fn dev_data(&self, d: Handle<Dev>) -> Vec<f64>;"
        );
        for other in ["int dev_bytes(dev *d, int i);", "int dev_kind(dev *d);", "void dev_bytes(dev *d);"] {
            let method = linux(&format!("{dev} {other} const void *dev_data(dev *d);"));
            assert_eq!(method, "fn dev_data(&self, d: Handle<Dev>) -> Address;");
        }
        // A size in bytes is not one in elements.
        let method = linux(&format!("{dev} int dev_size(dev *d); const double *dev_data(dev *d);"));
        assert_eq!(method, "fn dev_data(&self, d: Handle<Dev>) -> Address;");
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
