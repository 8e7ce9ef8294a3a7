//! The words of functions' names, among which are the verbs that rules look for.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::model::Header;
use crate::import::names::words;
use crate::import::rules::draft::{CLOSING, READS, WRITES};

/// Returns the letters that a library's names begin with if verbs follow them directly, such as `gz` of `gzread` and `gzclose`.
pub(crate) fn prefix(header: &Header) -> Option<String> {
    // What verbs themselves begin with, as in `reset` and `unload`.
    const OF_VERBS: [&str; 10] = ["re", "un", "de", "dis", "pre", "up", "down", "off", "over", "auto"];
    let mut verbs_after = BTreeMap::<String, BTreeSet<&str>>::new();
    for function in &header.functions {
        let Some(first) = words(&function.name).into_iter().next().filter(|first| function.name.starts_with(first))
        else {
            continue;
        };
        for verb in READS.iter().chain(&WRITES).chain(&CLOSING).chain(&["open", "seek", "flush", "start", "stop"]) {
            if let Some(prefix) = first.strip_suffix(verb)
                && (2..=4).contains(&prefix.len())
                && !OF_VERBS.contains(&prefix)
            {
                verbs_after.entry(prefix.to_owned()).or_default().insert(verb);
            }
        }
    }
    let (prefix, verbs) = verbs_after.into_iter().max_by_key(|(_, verbs)| verbs.len())?;
    (verbs.len() >= 3).then_some(prefix)
}

/// Returns the words of a function's name, where the library's prefix is one.
pub(super) fn of(function: &str, prefix: Option<&str>) -> Vec<String> {
    let mut words = words(function);
    let rest = prefix.filter(|prefix| function.starts_with(prefix)).and_then(|prefix| {
        let rest = words.first()?.strip_prefix(prefix).filter(|rest| !rest.is_empty())?;
        Some((prefix.to_owned(), rest.to_owned()))
    });
    if let Some((prefix, rest)) = rest {
        words[0] = prefix;
        words.insert(1, rest);
    }
    words
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::linux;

    #[test]
    fn a_verb_may_follow_the_library_s_prefix_directly() {
        let others = "typedef struct gz *gzFile; gzFile gzopen(const char *path); int gzwrite(gzFile f, const void *b, unsigned n);\n";
        assert_eq!(
            linux(&format!("{others} int gzread(gzFile file, void *buf, unsigned len); int gzclose(gzFile file);")),
            "// check: file is taken to be freed by this fn gzclose(&self, #[closes] file: Handle<Gz>) -> i32;"
        );
        assert_eq!(
            linux(&format!("{others} int gzclose(gzFile file); int gzread(gzFile file, void *buf, unsigned len);")),
            "// check: len is taken for the length of buf \
             fn gzread(&self, file: Handle<Gz>, #[out(cap = len)] buf: Vec<u8>, len: u32) -> i32;"
        );
        // Two verbs are an accident.
        let two = "typedef struct gz *gzFile; gzFile gzopen(const char *path); int gzclose(gzFile file);";
        assert_eq!(linux(two), "fn gzclose(&self, file: Handle<Gz>) -> i32;");
        // These are verbs themselves.
        let verbs = "int reset(int x); int reload(int x); int reopen(int x); int rewrite(double *values, int n);";
        assert!(linux(verbs).ends_with("fn rewrite(&self, values: &mut [f64], #[len_of(values)] n: i32) -> i32;"));
    }
}
