//! Reads what a header says about its parameters: SAL annotations, and the directions in its documentation.

use crate::import::model::{Annotation, Direction, Length, Parameter};

/// Reads the SAL annotations in the text of a function's declaration, for each of its parameters.
pub(crate) fn of_parameters(declaration: &str, function: &str, count: usize) -> Vec<Annotation> {
    let list = parameter_list(declaration, function).unwrap_or_default();
    let parts = split_at_commas(list);
    if parts.len() != count {
        return vec![Annotation::default(); count];
    }
    parts.into_iter().map(of_parameter).collect()
}

/// Returns what is between the parentheses after the function's name.
fn parameter_list<'t>(declaration: &'t str, function: &str) -> Option<&'t str> {
    let starts = declaration.match_indices(function).map(|(at, _)| at + function.len());
    let list = starts.map(|at| declaration[at..].trim_start()).find(|rest| rest.starts_with('('))?;
    let end = matching(list)?;
    Some(&list[1..end])
}

/// Returns the offset of the parenthesis that closes the one at the beginning.
fn matching(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn split_at_commas(list: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut begin) = (0, 0);
    for (at, c) in list.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[begin..]);
    parts
}

/// Reads the annotations of one parameter, such as `_Out_writes_to_opt_(n, *written) double *values`.
fn of_parameter(text: &str) -> Annotation {
    let mut found = Annotation::default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = text;
    while let Some(begin) = rest.find(is_part) {
        let word_end = rest[begin..].find(|c| !is_part(c)).map_or(rest.len(), |length| begin + length);
        let word = &rest[begin..word_end];
        rest = &rest[word_end..];
        let Some(direction) = direction_of(word) else { continue };
        // Of two, such as `IN OUT`, both hold.
        found.direction = match found.direction {
            Some(before) if before != direction => Some(Direction::InOut),
            _ => Some(direction),
        };
        let lower = word.to_lowercase();
        found.optional |= lower.contains("opt");
        let has_length = ["reads", "writes", "updates", "ecount", "bcount"].iter().any(|part| lower.contains(part));
        if has_length
            && rest.trim_start().starts_with('(')
            && let Some(end) = matching(rest.trim_start())
        {
            let arguments = split_at_commas(&rest.trim_start()[1..end]);
            let in_bytes = lower.contains("bytes") || lower.contains("bcount");
            if !lower.contains("_z_") && !lower.contains("_or_z") {
                let expression = arguments[0].trim().to_owned();
                found.length = Some(Length { expression, in_bytes });
                found.written = arguments.get(1).map(|written| written.trim().to_owned());
            }
            rest = &rest.trim_start()[end..];
        }
    }
    found
}

/// Returns the direction that an annotation of SAL, or one of its older forms, says.
fn direction_of(word: &str) -> Option<Direction> {
    let lower = word.to_lowercase();
    let is_sal = word.starts_with('_') && lower.trim_start_matches('_') != word;
    match word {
        "IN" => return Some(Direction::In),
        "OUT" => return Some(Direction::Out),
        "INOUT" => return Some(Direction::InOut),
        _ if !is_sal => return None,
        _ => {}
    }
    let name = lower.trim_start_matches('_');
    let begins = |prefix: &str| name == prefix || name.starts_with(&format!("{prefix}_"));
    if begins("inout") {
        Some(Direction::InOut)
    } else if begins("in") {
        Some(Direction::In)
    } else if begins("out") || begins("outptr") {
        Some(Direction::Out)
    } else {
        None
    }
}

/// Adds the directions in the documentation: `@param[out] value …`.
pub(crate) fn add_from_doc(parameters: &mut [Parameter], doc: &str) {
    for line in doc.lines() {
        let Some(at) = line.find("@param").or_else(|| line.find("\\param")) else { continue };
        let rest = line[at + "@param".len()..].trim_start();
        let Some((direction, rest)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else { continue };
        let name = rest.split_whitespace().next().unwrap_or_default();
        let direction = match direction.replace([' ', '/'], "").to_lowercase().as_str() {
            "in" => Direction::In,
            "out" => Direction::Out,
            "in,out" | "out,in" | "inout" => Direction::InOut,
            _ => continue,
        };
        if let Some(parameter) = parameters.iter_mut().find(|parameter| parameter.name == name) {
            parameter.annotation.direction.get_or_insert(direction);
            let lower = rest.to_lowercase();
            parameter.annotation.optional |=
                ["may be null", "can be null", "or null", "optional"].iter().any(|words| lower.contains(words));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sal(declaration: &str) -> Vec<Annotation> {
        of_parameters(declaration, "f", declaration.matches(',').count() + 1)
    }

    #[test]
    fn sal_says_the_direction_and_the_length() {
        let found = of_parameters("int f(_In_reads_(n) const double *x, _In_opt_ int *y, int n)", "f", 3);
        let length = Length { expression: "n".into(), in_bytes: false };
        assert_eq!(found[0], Annotation { direction: Some(Direction::In), length: Some(length), ..Default::default() });
        assert_eq!(found[1], Annotation { direction: Some(Direction::In), optional: true, ..Default::default() });
        assert_eq!(found[2], Annotation::default());
        let found = of_parameters("int f(_Out_writes_bytes_to_opt_(n, *got) void *p, _Inout_ int *got)", "f", 2);
        assert_eq!(found[0].length, Some(Length { expression: "n".into(), in_bytes: true }));
        assert_eq!((found[0].written.as_deref(), found[0].optional), (Some("*got"), true));
        assert_eq!(found[1].direction, Some(Direction::InOut));
    }

    #[test]
    fn older_annotations_are_read() {
        assert_eq!(sal("f(IN int *a)")[0].direction, Some(Direction::In));
        assert_eq!(sal("f(IN OUT int *a)")[0].direction, Some(Direction::InOut));
        assert_eq!(
            sal("f(__out_ecount(n) int *a)")[0].length.as_ref().map(|length| length.expression.as_str()),
            Some("n")
        );
        assert_eq!(sal("f(int INPUT)")[0], Annotation::default());
    }

    #[test]
    fn doxygen_says_the_direction() {
        let parameter = |name: &str| Parameter {
            name: name.into(),
            ty: crate::import::model::CType::Void,
            annotation: Default::default(),
        };
        let mut parameters = [parameter("a"), parameter("b"), parameter("c")];
        add_from_doc(&mut parameters, "@param[out] a the value, or NULL\n\\param[in,out] b both\n@param c plain");
        let directions = parameters.clone().map(|parameter| parameter.annotation.direction);
        assert_eq!(directions, [Some(Direction::Out), Some(Direction::InOut), None]);
        assert!(parameters[0].annotation.optional && !parameters[1].annotation.optional);
    }
}
