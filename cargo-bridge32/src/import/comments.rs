//! Finds the comment that describes a declaration, and reads it.

/// Returns the text of the comment of the declaration at these offsets, without its marks: the one right before it, or the one
/// that follows it on its line, or right below it with an empty line after it.
pub(crate) fn doc_of(text: &str, start: usize, end: usize) -> Option<String> {
    let start = beginning_of_declaration(text, start.min(text.len()));
    before(&text[..start]).or_else(|| after(text.get(end..)?)).map(clean).filter(|doc| is_prose(doc))
}

/// Returns where the lines of a declaration begin, with macros that expand to nothing before it.
fn beginning_of_declaration(text: &str, start: usize) -> usize {
    let mut begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
    while begin > 0 {
        let above = text[..begin - 1].rfind('\n').map_or(0, |at| at + 1);
        let line = text[above..begin].trim();
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_ \t*".contains(c);
        if line.is_empty() || line.starts_with('*') || !line.chars().all(is_part) {
            break;
        }
        begin = above;
    }
    begin
}

/// Returns the comment at the end of this text, if no empty line follows it, and nothing else is on its line.
fn before(text: &str) -> Option<&str> {
    let trimmed = text.trim_end();
    if text[trimmed.len()..].matches('\n').count() > 1 {
        return None;
    }
    if trimmed.ends_with("*/") {
        let begin = trimmed.rfind("/*")?;
        let line = trimmed[..begin].rfind('\n').map_or(0, |at| at + 1);
        return trimmed[line..begin].trim().is_empty().then(|| &trimmed[begin..]);
    }
    let mut begin = trimmed.len();
    for line in trimmed.split_inclusive('\n').rev() {
        if !line.trim_start().starts_with("//") {
            break;
        }
        begin -= line.len();
    }
    (begin < trimmed.len()).then(|| &trimmed[begin..])
}

/// Returns the comment that follows a declaration.
fn after(text: &str) -> Option<&str> {
    let line = text.split('\n').next()?;
    let begin = line.find("/*").or_else(|| line.find("//"));
    let is_end = |c: char| ";,)= \t\r-".contains(c) || c.is_ascii_alphanumeric() || c == '_';
    if let Some(begin) = begin
        && line[..begin].chars().all(is_end)
    {
        return comment_at(&text[begin..]);
    }
    // Right below, and not right above something else.
    let rest = text.strip_prefix(line)?.strip_prefix('\n')?;
    let begin = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if !rest[begin..].starts_with("/*") {
        return None;
    }
    let comment = comment_at(&rest[begin..])?;
    let below = &rest[begin + comment.len()..];
    let below = below.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n')?;
    let next = below.split('\n').next().unwrap_or_default();
    next.trim().is_empty().then_some(comment)
}

/// Whether the text between two declarations leaves them under one comment: no empty line, no comment, no directive.
pub(crate) fn is_joined(between: &str) -> bool {
    between.chars().all(|c| c.is_ascii_alphanumeric() || "_; \t\r\n".contains(c))
        && between.lines().skip(1).all(|line| !line.trim().is_empty())
}

fn comment_at(text: &str) -> Option<&str> {
    match text.starts_with("/*") {
        true => text.find("*/").map(|end| &text[..end + 2]),
        false => text.split('\n').next(),
    }
}

/// Removes the marks of a comment.
fn clean(comment: &str) -> String {
    let lines = comment.lines().map(|line| {
        let line = line.trim().trim_end_matches("*/").trim_end_matches('*');
        let line = line.trim_start_matches(['/', '*', '!']);
        line.strip_prefix('<').unwrap_or(line).trim()
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Whether it says something, rather than separating sections.
fn is_prose(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 3 && letters * 2 > text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Returns what a comment says as lines of documentation: its first paragraph, and what it says about parameters and the result.
pub(crate) fn documentation(doc: &str, name_of: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    let mut paragraphs = Vec::<String>::new();
    let mut continues = false;
    let of_sqlite = doc.starts_with("CAPI3REF:").then(|| without_marks_of_sqlite(doc));
    for line in of_sqlite.as_deref().unwrap_or(doc).lines() {
        let line = line.trim();
        if let Some((tag, text)) = tag(line) {
            // What follows a title is another paragraph.
            continues = !matches!(tag, Tag::Title | Tag::Other);
            match tag {
                Tag::Title => paragraphs.push(format!("\u{1}{text}")),
                Tag::Summary => paragraphs.push(text.to_owned()),
                Tag::Returns => paragraphs.push(format!("\u{1}Returns {text}")),
                Tag::Other => {}
            }
            continue;
        }
        let Some(command) = line.strip_prefix(['@', '\\']) else {
            match paragraphs.last_mut() {
                Some(last) if continues && !line.is_empty() => {
                    last.push(' ');
                    last.push_str(line);
                }
                _ if !line.is_empty() => paragraphs.push(line.to_owned()),
                _ => {}
            }
            continues = !line.is_empty();
            continue;
        };
        let (command, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        match command.split('[').next().unwrap_or_default() {
            "brief" | "short" => paragraphs.insert(0, rest.to_owned()),
            "param" => {
                let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest);
                let (name, text) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest, ""));
                paragraphs.push(format!("\u{1}- `{}`: {}", name_of(name), text.trim()));
            }
            "return" | "returns" | "result" | "retval" => paragraphs.push(format!("\u{1}Returns {rest}")),
            "note" | "details" => paragraphs.push(rest.to_owned()),
            _ => {
                continues = false;
                continue;
            }
        }
        continues = true;
    }
    let mut plain = 0;
    for paragraph in paragraphs {
        let kept = paragraph.strip_prefix('\u{1}');
        if kept.is_none() {
            plain += 1;
            // What follows is often an essay.
            if plain > 1 {
                continue;
            }
        }
        let is_item = kept.is_some_and(|text| text.starts_with("- "));
        let is_after_item = lines.last().is_some_and(|line: &String| line.starts_with("- ") || line.starts_with("  "));
        let continues_list = is_item && is_after_item;
        if !lines.is_empty() && !continues_list {
            lines.push(String::new());
        }
        lines.extend(wrapped(kept.unwrap_or(&paragraph), is_item));
    }
    lines
}

/// What a line such as `PURPOSE: …` at the beginning of a comment says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Title,
    Summary,
    Returns,
    /// What the declaration says as well, or what is for other programs.
    Other,
}

fn tag(line: &str) -> Option<(Tag, &str)> {
    let (name, text) = line.split_once(':')?;
    let tag = match name.trim_end() {
        "CAPI3REF" | "TITLE" => Tag::Title,
        "DESCRIPTION" | "PURPOSE" | "SUMMARY" => Tag::Summary,
        "RETURN" | "RETURNS" | "RETURN VALUE" => Tag::Returns,
        "AUTHOR" | "CONSTRUCTOR" | "DATE" | "DESTRUCTOR" | "FUNCTION" | "KEYWORDS" | "METHOD" | "NAME" => Tag::Other,
        _ => return None,
    };
    Some((tag, text.trim()))
}

/// Returns a comment without what SQLite's tests find sentences by: `^The function …`, or `^(The function …)^`.
fn without_marks_of_sqlite(doc: &str) -> String {
    doc.replace(")^", "").replace("^(", "").replace('^', "")
}

/// Returns what commands of doxygen say, such as `@param` about the parameter of this name.
pub(crate) fn command(doc: &str, commands: &[&str], name: Option<&str>) -> String {
    let mut found = Vec::new();
    let mut is_in = false;
    for line in doc.lines().map(str::trim) {
        if let Some(command) = line.strip_prefix(['@', '\\']) {
            let (command, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
            let command = command.split('[').next().unwrap_or_default();
            let mut words = rest.split_whitespace().skip_while(|word| word.starts_with('['));
            is_in = commands.contains(&command) && name.is_none_or(|name| words.next() == Some(name));
            if is_in {
                found.push(rest);
            }
        } else if line.is_empty() {
            is_in = false;
        } else if is_in {
            found.push(line);
        }
    }
    found.join(" ")
}

/// Breaks a paragraph into lines, and escapes what Markdown would take for something else.
fn wrapped(paragraph: &str, is_item: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for (index, word) in paragraph.replace("```", "").split_whitespace().enumerate() {
        let is_code =
            word.len() > 1 && word.starts_with('`') && word.trim_end_matches([':', ',', '.', ';']).ends_with('`');
        let mut word = if is_code { word.to_owned() } else { escaped(word) };
        if line.chars().count() + word.chars().count() > 110 {
            lines.push(std::mem::take(&mut line));
        }
        let begins = line.is_empty() && !(is_item && index == 0);
        if begins && word.starts_with(['-', '+', '*', '#', '>', '=', '|', '~']) {
            word.insert(0, '\\');
        } else if begins && word.trim_end_matches(['.', ')']).chars().all(|c| c.is_ascii_digit()) {
            word = word.replace('.', "\\.").replace(')', "\\)");
        }
        match (line.is_empty(), lines.is_empty(), is_item) {
            (true, false, true) => line.push_str("  "),
            (true, ..) => {}
            (false, ..) => line.push(' '),
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

fn escaped(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        // An underscore inside a word is not taken for emphasis.
        if "<>[]`*".contains(c) || (c == '_' && word.starts_with('_')) {
            out.push('\\');
        }
        out.push(c);
    }
    match out.starts_with("http:") || out.starts_with("https:") || out.starts_with("www.") {
        true => format!("<{}>", out.replace('\\', "")),
        false => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(text: &str) -> Option<String> {
        let start = text.find("int f").expect("the declaration");
        let end = start + text[start..].find(')').expect("its end") + 1;
        doc_of(text, start, end)
    }

    #[test]
    fn a_comment_before_the_declaration_describes_it() {
        assert_eq!(doc("/** Opens it.\n * Twice. */\nAPI\nint f(void);").as_deref(), Some("Opens it.\nTwice."));
        assert_eq!(doc("/// Opens it.\n// Twice.\nint f(void);").as_deref(), Some("Opens it.\nTwice."));
        assert_eq!(doc("/* The license. */\n\nint f(void);"), None);
        assert_eq!(doc("int e(void); /* Another one. */\nint f(void);"), None);
        assert_eq!(doc("/*********************/\nint f(void);"), None);
    }

    #[test]
    fn a_comment_after_the_declaration_describes_it() {
        assert_eq!(doc("int f(void); /**< Opens it. */\nint g(void);").as_deref(), Some("Opens it."));
        assert_eq!(doc("int f(void);\n/* Opens it. */\n\nint g(void);").as_deref(), Some("Opens it."));
        assert_eq!(doc("int f(void);\n/* Closes it. */\nint g(void);"), None);
    }

    #[test]
    fn declarations_in_a_row_share_a_comment() {
        assert!(is_joined(";\nAPI ") && is_joined("; ") && is_joined(";\n"));
        assert!(!is_joined(";\n\n") && !is_joined("; // f\n") && !is_joined(";\n#endif\n"));
    }

    #[test]
    fn doxygen_becomes_markdown() {
        let text =
            "@brief Opens a [device].\n\n@param[in] nIndex the index\n  of it\n@param p where\n@return a handle <x>";
        let lines = documentation(text, &|name| name.to_lowercase());
        let expected = [
            "Opens a \\[device\\].",
            "",
            "- `nindex`: the index of it",
            "- `p`: where",
            "",
            "Returns a handle \\<x\\>",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn tags_are_not_prose() {
        let lines = |doc: &str| documentation(doc, &|name| name.into());
        let doc = "CAPI3REF: Result Values\nKEYWORDS: {column}\nMETHOD: sqlite3_stmt\n\n^(It returns\none.)^ ^Or two.\n\nMore.";
        assert_eq!(lines(doc), ["Result Values", "", "It returns one. Or two."]);
        let doc = "FUNCTION: dev_open\nPURPOSE: Opens it,\n  and waits.\nRETURNS: 2^3 handles";
        assert_eq!(lines(doc), ["Opens it, and waits.", "", "Returns 2^3 handles"]);
        assert_eq!(lines("NOTE: It waits."), ["NOTE: It waits."]);
    }

    #[test]
    fn prose_does_not_become_a_list_or_a_code_block() {
        assert_eq!(documentation("- one\n    two ``` three", &|name| name.into()), ["\\- one two three"]);
        assert_eq!(documentation("1. one", &|name| name.into()), ["1\\. one"]);
    }
}
