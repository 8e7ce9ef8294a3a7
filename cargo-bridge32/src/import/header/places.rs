//! Where the constants of a header are among its declarations.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clang::{EntityKind, TranslationUnit};

use super::{Reader, id, is_unnamed, place};
use crate::import::model::ConstantPlace;

/// A macro, an unnamed enum or a typedef.
struct Item {
    file: PathBuf,
    start: usize,
    end: usize,
    /// The name of the typedef.
    typedef: Option<String>,
    is_enum: bool,
}

/// What is between two items of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// At most comments and conditions.
    Nothing,
    EmptyLine,
    /// More than that, or another macro.
    Other,
    Declaration,
}

impl<'i> Reader<'i> {
    /// Finds the places of the constants in the header and in those of its own.
    pub(super) fn find_places(&mut self, unit: &'i TranslationUnit<'i>) {
        let mut items = Vec::new();
        for entity in unit.get_entity().get_children() {
            let is_enum = entity.get_kind() == EntityKind::EnumDecl
                && is_unnamed(&entity)
                && !self.typedefs.contains_key(&id(&entity));
            let is_typedef = entity.get_kind() == EntityKind::TypedefDecl;
            let is_macro = entity.get_kind() == EntityKind::MacroDefinition && !entity.is_function_like_macro();
            let Some((file, _, start, end)) = place(&entity).filter(|_| is_enum || is_typedef || is_macro) else {
                continue;
            };
            if self.is_own(&file) {
                // For `gap`.
                self.text(&file);
                let typedef = if is_typedef { entity.get_name() } else { None };
                items.push(Item { file: file.get_path(), start, end, typedef, is_enum });
            }
        }
        items.sort_by(|a, b| (&a.file, a.start).cmp(&(&b.file, b.start)));
        let gaps: Vec<Gap> = items.windows(2).map(|pair| gap(&pair[0], &pair[1], &self.texts)).collect();

        let mut places = BTreeMap::new();
        let (mut block, mut paragraph) = (0, 0);
        for (index, item) in items.iter().enumerate() {
            let before = index.checked_sub(1).map_or(Gap::Declaration, |before| gaps[before]);
            let is_constant = |item: &Item| item.typedef.is_none() && !item.is_enum;
            let is_row = is_constant(item) && index > 0 && is_constant(&items[index - 1]);
            if !is_row || before == Gap::Declaration {
                block += 1;
            }
            if !is_row || before != Gap::Nothing {
                paragraph += 1;
            }
            if item.typedef.is_none() {
                let place = ConstantPlace { block, paragraph, typedefs: Vec::new() };
                places.insert((item.file.clone(), item.start), place);
            }
        }
        // A typedef next to constants, and with at least an empty line to other typedefs.
        for (index, item) in items.iter().enumerate() {
            let Some(typedef) = &item.typedef else { continue };
            let neighbours = [
                index.checked_sub(1).map(|before| (before, gaps[before])),
                gaps.get(index).map(|gap| (index + 1, *gap)),
            ];
            let is_in_list = |&(other, gap): &(usize, Gap)| gap == Gap::Nothing && items[other].typedef.is_some();
            if neighbours.iter().flatten().any(is_in_list) {
                continue;
            }
            // Below an empty line begins something else, but for the values of what is above it.
            let is_near =
                |(other, gap): &(usize, Gap)| *gap == Gap::Nothing || *gap == Gap::EmptyLine && *other > index;
            for (other, _) in neighbours.into_iter().flatten().filter(is_near) {
                let other = &items[other];
                let Some(paragraph) = places.get(&(other.file.clone(), other.start)).map(|place| place.paragraph)
                else {
                    continue;
                };
                for place in places.values_mut().filter(|place| place.paragraph == paragraph) {
                    place.typedefs.push(typedef.clone());
                }
            }
        }
        self.places = places;
    }
}

fn gap(before: &Item, after: &Item, texts: &BTreeMap<PathBuf, String>) -> Gap {
    let text = texts.get(&before.file).filter(|_| before.file == after.file);
    let Some(between) = text.and_then(|text| text.get(before.end..after.start)) else { return Gap::Declaration };
    let between = with_marks(between);
    let lines: Vec<&str> =
        between.split('\n').map(|line| line.trim_start_matches([';', ' ', '\t']).trim_end()).collect();
    let last = lines.len() - 1;
    let of_line = |(index, line): (usize, &&str)| {
        let is_blank = line.is_empty();
        let directive = line.strip_prefix('#').map(str::trim_start);
        match directive {
            // The beginning of the next item.
            None if index == last && (is_blank || ["typedef", "enum"].contains(line)) => Gap::Nothing,
            Some("define") if index == last => Gap::Nothing,
            // The end of the line of the one before.
            None if index == 0 && is_blank => Gap::Nothing,
            None if is_blank => Gap::EmptyLine,
            None if line.trim_matches([COMMENT, ' ', '\t']).is_empty() => Gap::Nothing,
            None => Gap::Declaration,
            Some(directive) if directive.starts_with("define") => Gap::Other,
            Some(_) => Gap::Nothing,
        }
    };
    lines.iter().enumerate().map(of_line).max().unwrap_or(Gap::Nothing)
}

/// Stands for a comment.
const COMMENT: char = '\u{1}';

/// Returns C code with a mark for each comment, so that a line with one is not empty.
fn with_marks(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/*").into_iter().chain(rest.find("//")).min() {
        out.push_str(&rest[..at]);
        out.push(COMMENT);
        let end = match rest[at..].starts_with("/*") {
            true => rest[at..].find("*/").map_or(rest.len(), |end| at + end + 2),
            false => rest[at..].find('\n').map_or(rest.len(), |end| at + end),
        };
        rest = &rest[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(text: &str) -> Gap {
        let item = |start, end| Item { file: "f.h".into(), start, end, typedef: None, is_enum: false };
        let texts = BTreeMap::from([("f.h".into(), text.to_owned())]);
        gap(&item(0, 0), &item(text.len(), text.len()), &texts)
    }

    #[test]
    fn macros_in_a_row_have_nothing_between_them() {
        assert_eq!(between(" // one\n#  define "), Gap::Nothing);
        assert_eq!(between("\n#endif\n/* two\n\n lines */\n#define "), Gap::Nothing);
        assert_eq!(between("\n\n#define "), Gap::EmptyLine);
        assert_eq!(between("\n#define MAX(a, b) a\n#define "), Gap::Other);
        assert_eq!(between("\nint f(void);\n#define "), Gap::Declaration);
        assert_eq!(between(";\ntypedef "), Gap::Nothing);
    }
}
