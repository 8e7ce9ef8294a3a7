//! What the documentation shows is what the tests test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::fs;
use std::path::Path;

/// The text of all Rust files in a folder, by name.
fn sources(dir: &str) -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let read =
        |path: &Path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap());
    files.map(|path| read(&path)).collect()
}

/// Without what only lays it out.
fn plain(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace(",)", ")")
}

/// What stands between backquotes in a cell.
fn code(cell: &str) -> &str {
    cell.trim().trim_matches('`')
}

#[test]
fn every_declaration_and_every_test_of_the_vocabulary_exists() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vocabulary.md");
    let page = fs::read_to_string(page).unwrap();
    let declarations: Vec<String> = sources("src").iter().map(|(_, text)| plain(text)).collect();
    let tests = sources("tests");
    let mut rows = 0;
    for line in page.lines().filter(|line| line.starts_with("| ") && line.contains("::")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let [_, declaration, _, test] = cells.as_slice() else { panic!("{line} has {} cells", cells.len()) };
        let declaration = plain(code(declaration));
        assert!(declarations.iter().any(|text| text.contains(&declaration)), "nothing declares {declaration}");
        let (file, name) = code(test).split_once("::").unwrap();
        let is_there =
            |(stem, text): &&(String, String)| stem == file && text.contains(&format!("#[test]\nfn {name}()"));
        assert!(tests.iter().any(|source| is_there(&source)), "there is no test {file}::{name}");
        rows += 1;
    }
    assert!(rows > 60, "{rows} rows were found");
}
