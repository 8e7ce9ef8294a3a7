//! Memory that the caller has to give back.

use crate::import::model::{CType, Function};
use crate::import::names::words;
use crate::import::rules::draft::Draft;
use crate::import::rules::prose;
use crate::import::types::Types;

/// Returns the function of the header that frees what this one returns, if a sentence of its documentation says so: memory that
/// is freed though the library keeps it is damaged.
pub(super) fn function(types: &Types<'_>, draft: &Draft<'_>) -> Option<String> {
    // What it returns may be the caller's own buffer.
    if draft.function.signature.parameters.iter().any(|parameter| is_text(&parameter.ty)) {
        return None;
    }
    let says_so = |function: &&Function| {
        let sentences = prose::sentences_with(draft.function.description(), &function.name);
        !sentences.is_empty() && sentences.iter().all(|sentence| is_about(types, draft, sentence))
    };
    let mut all = types.header.functions.iter().filter(|function| frees(function)).filter(says_so);
    match (all.next(), all.next()) {
        (Some(only), None) => Some(only.symbol().to_owned()),
        _ => None,
    }
}

/// Whether a sentence about freeing is one about this function, and does not warn of it.
fn is_about(types: &Types<'_>, draft: &Draft<'_>, sentence: &str) -> bool {
    let names = |function: &Function| prose::has_any(sentence, &[&function.name]);
    let others = || types.header.functions.iter().any(|other| is_text(&other.signature.result) && names(other));
    !prose::has_any(sentence, &["not", "never", "don't", "only"])
        && (names(draft.function) || draft.function.doc.is_some() && !others())
}

fn is_text(ty: &CType) -> bool {
    matches!(ty.pointee(), Some((target, false)) if matches!(target.resolved(), CType::Char | CType::WChar))
}

/// Whether a function frees any memory, such as `void dev_free(void *)`.
fn frees(function: &Function) -> bool {
    let [only] = &function.signature.parameters[..] else { return false };
    let target = only.ty.pointee().map(|(target, _)| target.resolved());
    matches!(target, Some(CType::Void | CType::Char))
        && *function.signature.result.resolved() == CType::Void
        && words(&function.name).iter().any(|word| ["free", "freemem", "release", "dealloc"].contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use regex_lite::Regex;

    use crate::import::rules::tests::linux;
    use crate::import::{Options, trait_from_text};

    fn method(doc: &str, declaration: &str) -> String {
        linux(&format!("void dev_free(void *p);\nvoid dev_close(int x);\n\n/** {doc} */\n{declaration}"))
    }

    #[test]
    fn text_is_freed_if_the_documentation_says_so() {
        assert_eq!(
            method("The name. Call [dev_free()] with it.", "char *dev_name(void);"),
            "// check: the text is freed with dev_free, as the documentation says \
             #[free_with(\"dev_free\")] fn dev_name(&self) -> Option<String>;"
        );
        assert_eq!(
            method("A message, for dev_free.", "int dev_run(char **message);"),
            "// check: message is taken for text that the library returns, and that dev_free frees, as the documentation says \
             fn dev_run(&self, #[out(pointer)] #[free_with(\"dev_free\")] message: Option<String>) -> i32;"
        );
    }

    #[test]
    fn other_text_is_not_freed() {
        for (doc, declaration) in [
            ("The name.", "char *dev_name(void);"),
            ("Do not call dev_free with it.", "char *dev_name(void);"),
            ("It is for dev_free_all.", "char *dev_name(void);"),
            ("After dev_close, call it.", "char *dev_name(void);"),
            ("Call dev_free with the device.", "const char *dev_name(void);"),
            ("Call dev_free with the device.", "int dev_run(const char **message);"),
            ("Call dev_free with the text.", "char *dev_print(char *buffer, int size);"),
        ] {
            let method = method(doc, declaration);
            assert!(!method.contains("#[free_with(\"dev"), "{doc}: {method}");
        }
        // Two functions under one comment, and a sentence about one of them.
        let both = "char *dev_make(void);\nchar *dev_name(void);";
        assert!(!method("Call dev_free with the text.", both).contains("#[free_with(\"dev"));
        assert!(!method("Call dev_free with the text of dev_make.", both).contains("#[free_with(\"dev"));
        assert!(method("Call dev_free with the text of dev_name.", both).contains("#[free_with(\"dev"));
        let both = "char *dev_name(void);\nchar *dev_make(void);";
        let header = format!("void dev_free(void *p);\n/** Call dev_free with the text of dev_make. */\n{both}");
        let only = Options { only: Some(Regex::new("dev_name").expect("it is one")), ..Options::default() };
        let source = trait_from_text(&header, &only).expect("it is a header").source;
        assert!(!source.contains("#[free_with(\"dev"), "{source}");
    }
}
