//! What a comment says in sentences.

/// Whether a comment says that a parameter may be null though nothing failed.
pub(super) fn may_be_null(comment: &str, parameter: &str) -> bool {
    const FAILURES: [&str; 8] = ["error", "fails", "failed", "failure", "unable", "cannot", "invalid", "unsuccessful"];
    let says_so = |sentence: &String| {
        let has_null = has_word(&sentence.to_lowercase().replace("non-null", ""), "null");
        has_null && !has_any(sentence, &FAILURES)
    };
    !parameter.is_empty() && sentences_with(comment, parameter).iter().any(says_so)
}

/// Returns the sentences of a comment that have this word, each as one line.
pub(super) fn sentences_with(comment: &str, word: &str) -> Vec<String> {
    sentences(comment).into_iter().filter(|sentence| has_word(sentence, word)).collect()
}

/// Returns the sentences of a comment, each as one line.
pub(super) fn sentences(comment: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    for part in comment.split_whitespace() {
        if let Some(last) = sentences.last_mut() {
            last.push_str(part);
            last.push(' ');
        }
        // SQLite's have more after the period, as in `(… is null.)^`.
        if part.trim_end_matches([')', '^', '"', ']']).ends_with('.') {
            sentences.push(String::new());
        }
    }
    sentences.into_iter().map(|sentence| sentence.trim_end().to_owned()).collect()
}

/// Whether a text has this identifier, in the same case.
pub(super) fn has_identifier(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
}

/// Whether a sentence has one of these words, in capitals or not.
pub(super) fn has_any(sentence: &str, words: &[&str]) -> bool {
    words.iter().any(|word| has_word(sentence, word))
}

/// Whether a text has this, and not as a part of a longer name.
fn has_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(&word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_with_a_period() {
        let comment = "Opens it. Call\ndev_free() with\nthe result. Not dev_free_all().";
        assert_eq!(sentences_with(comment, "dev_free"), ["Call dev_free() with the result."]);
        assert_eq!(sentences_with("(One, f.)^ Two.", "f"), ["(One, f.)^"]);
    }

    #[test]
    fn null_is_possible_if_no_failure_is_the_reason() {
        for (comment, expected) in [
            ("NULL must be passed as xStep.", true),
            ("If xStep is null, it returns.", true),
            ("On error xStep is NULL.", false),
            ("xStep is non-NULL. Another one is NULL.", false),
            ("xStepper is NULL.", false),
        ] {
            assert_eq!(may_be_null(comment, "xStep"), expected, "{comment}");
        }
    }
}
