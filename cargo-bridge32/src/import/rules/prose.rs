//! What a comment says in sentences.

/// Returns the sentences of a comment that have this word, each as one line.
pub(super) fn sentences_with(comment: &str, word: &str) -> Vec<String> {
    let joined = comment.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentences = joined.split_inclusive(". ").map(|sentence| sentence.trim().to_owned());
    sentences.filter(|sentence| has_word(sentence, word)).collect()
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
    }
}
