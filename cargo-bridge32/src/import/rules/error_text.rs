//! Rule `error-text`: what describes a failure.

use crate::import::model::{CType, Function};
use crate::import::names::words;
use crate::import::rules::draft::{Draft, Slot};
use crate::import::types::Types;

/// Returns the expression for the words of a failure: a message that the function returns, or what a function such as
/// `dev_strerror` says about its result.
pub(super) fn of(types: &Types<'_>, draft: &Draft<'_>) -> Option<String> {
    message(draft).or_else(|| description(types, draft))
}

/// Returns an output with a name such as `errmsg`.
fn message(draft: &Draft<'_>) -> Option<String> {
    let is_message = |(name, slot): &(&String, &Slot)| {
        slot.ty == "Option<String>"
            && slot.attributes.iter().any(|attribute| attribute.starts_with("#[out"))
            && words(name).iter().any(|word| word.starts_with("err") || word == "message")
    };
    let mut found = draft.names.iter().zip(draft.slots.iter().flatten()).filter(is_message);
    let (name, _) = found.next().filter(|_| draft.slots.iter().all(Option::is_some))?;
    Some(format!("{name}.clone().unwrap_or_default()"))
}

/// Returns the call of a function that takes a status and returns text.
fn description(types: &Types<'_>, draft: &Draft<'_>) -> Option<String> {
    let describes = |function: &&Function| {
        let [only] = &function.signature.parameters[..] else { return false };
        let is_text = matches!(
            function.signature.result.pointee(),
            Some((target, true)) if *target.resolved() == CType::Char
        );
        is_text && types.value(&only.ty).ok() == draft.result && says_error_text(&words(&function.name))
    };
    let all = || types.header.functions.iter().filter(describes);
    let is_name = |function: &&Function| words(&function.name).iter().any(|word| word == "name");
    let function = all().find(|function| !is_name(function)).or_else(|| all().next())?;
    Some(format!("self.{}(ret)", types.method(function)?))
}

/// Whether the words of a function's name say that it returns the words for an error.
pub(super) fn says_error_text(words: &[String]) -> bool {
    let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    words.iter().any(|word| ["strerror", "errmsg", "errstr"].iter().any(|end| word.ends_with(end)))
        || has(&["error", "err"]) && has(&["name", "text", "string", "str", "message", "msg", "description"])
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::linux;

    #[test]
    fn a_function_describes_a_status() {
        let codes = "#define DEV_OK 0\nconst char *dev_error_name(int code);\nconst char *dev_strerror(int code);";
        assert_eq!(
            linux(&format!("{codes} int dev_reset(int x);")),
            "// check: 0 is taken for success #[check(ret == 0, text = self.dev_strerror(ret))] \
             fn dev_reset(&self, x: i32) -> i32;"
        );
        // Of another type.
        assert_eq!(
            linux(&format!("{codes} typedef unsigned dev_status; dev_status dev_reset(int x);")),
            "#[check(ret == 0)] fn dev_reset(&self, x: i32) -> u32;"
        );
    }

    #[test]
    fn a_message_that_the_function_returns_describes_its_failure() {
        let method = linux("#define DEV_OK 0\nconst char *dev_strerror(int code);\nint dev_run(const char **errmsg);");
        assert!(method.contains("#[check(ret == 0, text = errmsg.clone().unwrap_or_default())]"), "{method}");
    }
}
