//! Arrays and their lengths.

use crate::import::layout;
use crate::import::model::{CType, Direction};
use crate::import::names::{are_negative, words};
use crate::import::rules::draft::{Draft, Slot};
use crate::import::rules::lengths::{
    WRITTEN, counts_bytes, is_length_name, is_named_after, length_of, shared_length, written_count,
};
use crate::import::rules::prose;
use crate::import::rules::structs::is_plural;
use crate::import::text;
use crate::import::types::Types;

/// An array whose length the header says in its type, such as `double m[3][4]`.
pub(crate) fn fixed(types: &Types<'_>, draft: &mut Draft<'_>) {
    for index in draft.open() {
        let CType::Array { of, length: Some(length), is_const } = draft.parameter(index).ty.resolved().clone() else {
            continue;
        };
        if !is_plain(&of) || length == 0 {
            continue;
        }
        let Ok(element) = nested(types, &of) else { continue };
        let is_input = is_const || draft.direction(index) == Some(Direction::In);
        let is_output = draft.direction(index) == Some(Direction::Out);
        let slot = match text::encoding(types, &of) {
            Some(mut attributes) if !is_input && (is_output || draft.reads()) => {
                attributes.insert(0, format!("#[out(cap = {length})]"));
                Slot { attributes, ty: "String".into() }
            }
            _ if is_input => Slot::plain(format!("&[{element}; {length}]")),
            _ if is_output => Slot::with("#[out]", format!("[{element}; {length}]")),
            _ => Slot::plain(format!("&mut [{element}; {length}]")),
        };
        draft.decide(index, slot);
    }
}

fn is_plain(ty: &CType) -> bool {
    match ty.resolved() {
        CType::Bool | CType::Char | CType::WChar | CType::Int(_) | CType::Float | CType::Double => true,
        CType::Array { of, length: Some(_), .. } => is_plain(of),
        _ => false,
    }
}

fn nested(types: &Types<'_>, ty: &CType) -> Result<String, String> {
    match ty.resolved() {
        CType::Array { of, length: Some(length), .. } => Ok(format!("[{}; {length}]", nested(types, of)?)),
        _ => types.value(ty),
    }
}

/// A pointer to the elements of an array, and the parameter that has their number.
struct Pairing {
    pointer: usize,
    length: usize,
    /// What says how many elements are valid after the call.
    written: Option<Written>,
    in_bytes: bool,
}

/// What says how many elements of an array a function has filled.
#[derive(Clone, Debug)]
enum Written {
    /// A parameter.
    Parameter(usize),
    /// The result, as this expression.
    Result(&'static str),
}

impl Written {
    fn name<'d>(&'d self, draft: &'d Draft<'_>) -> &'d str {
        match self {
            Self::Parameter(index) => &draft.names[*index],
            Self::Result(expression) => expression,
        }
    }
}

/// Arrays whose length an annotation says: no guesses.
pub(crate) fn annotated(types: &Types<'_>, draft: &mut Draft<'_>) {
    for pointer in draft.open() {
        let annotation = draft.parameter(pointer).annotation.clone();
        let Some(said) = annotation.length else { continue };
        let named = |text: &str| {
            let name = text.trim_start_matches(['*', '(']).trim_end_matches(')');
            draft.function.signature.parameters.iter().position(|parameter| parameter.name == name)
        };
        let Some(length) = named(&said.expression) else { continue };
        let written = annotation.written.as_deref().and_then(named).filter(|written| *written != length);
        let written = written.map(Written::Parameter).or_else(|| returned_count(types, draft));
        pair(types, draft, &Pairing { pointer, length, written, in_bytes: said.in_bytes });
    }
}

/// Rule `length`: an integer with such a name is the length of the array next to it, or of the one whose name it has.
pub(crate) fn with_lengths(types: &Types<'_>, draft: &mut Draft<'_>) {
    let mut pointers = draft.open();
    // From the last one, so that several arrays can share the length after them.
    pointers.reverse();
    for pointer in pointers {
        if draft.slots[pointer].is_some() {
            continue;
        }
        let Some((target, _)) = draft.pointee(pointer) else { continue };
        let target = target.clone();
        // A pointer to a size is not an array of sizes.
        let is_size = target.is_integer()
            && (is_length_name(&draft.parameter(pointer).name)
                || words(&draft.parameter(pointer).name).iter().any(|word| WRITTEN.contains(&word.as_str())))
            && !is_plural(&draft.names[pointer]);
        if is_size || element(types, &target).is_none() {
            continue;
        }
        let Some(length) = length_of(draft, pointer).or_else(|| shared_length(draft, pointer)) else { continue };
        let in_bytes = counts_bytes(draft, length);
        let written = written_count(draft, length).map(Written::Parameter).or_else(|| returned_count(types, draft));
        let pairing = Pairing { pointer, length, written, in_bytes };
        if pair(types, draft, &pairing) {
            let (pointer, length) = (&draft.names[pointer], &draft.names[length]);
            let unit = if in_bytes { "length in bytes" } else { "length" };
            let mut guess = format!("{length} is taken for the {unit} of {pointer}");
            let has_written = |slot: &Slot| slot.attributes.iter().any(|attribute| attribute.contains("len ="));
            if let Some(written) = &pairing.written
                && draft.slots[pairing.pointer].as_ref().is_some_and(has_written)
            {
                guess += &format!(", and {} for what is written of it", written.name(draft));
            }
            draft.guess("length", guess);
        }
    }
}

/// Rule `returned-count`: the documentation says that the function returns how much it has read.
fn returned_count(types: &Types<'_>, draft: &Draft<'_>) -> Option<Written> {
    let expression = match draft.function.signature.result.resolved() {
        CType::Int(_) => "ret",
        CType::Enum(id) if are_negative(types.header.enums.get(id)?) => "ret.0",
        _ => return None,
    };
    let description = draft.function.description();
    let counts = ["read", "received", "returned", "copied", "stored", "written", "filled", "transferred"];
    let says_so = |sentence: &String| {
        prose::has_any(sentence, &["return", "returns", "returned"])
            && prose::has_any(sentence, &["number of", "amount of"])
            && prose::has_any(sentence, &counts)
    };
    (draft.reads() && prose::sentences(description).iter().any(says_so)).then_some(Written::Result(expression))
}

/// Returns the element's type and its size; `None` if it cannot be in an array.
fn element(types: &Types<'_>, target: &CType) -> Option<(String, usize)> {
    if let Some(tag) = types.handle(target) {
        return Some((format!("Handle<{tag}>"), 4));
    }
    match target.resolved() {
        CType::Void => Some(("u8".into(), 1)),
        CType::Pointer { .. } | CType::Function(_) | CType::Array { .. } => None,
        _ => Some((types.value(target).ok()?, layout::size(types, target).0)),
    }
}

/// Declares an array and its length. Returns whether it could.
fn pair(types: &Types<'_>, draft: &mut Draft<'_>, pairing: &Pairing) -> bool {
    let &Pairing { pointer, length, ref written, in_bytes } = pairing;
    let Some((target, is_const)) = draft.pointee(pointer) else { return false };
    let target = target.clone();
    let Some((element, size)) = element(types, &target) else { return false };
    let direction = match draft.direction(pointer) {
        _ if is_const => Direction::In,
        Some(direction) => direction,
        None if draft.writes() && !draft.reads() => Direction::In,
        None if draft.reads() => Direction::Out,
        None => Direction::InOut,
    };
    let length_type = draft.parameter(length).ty.clone();
    let by_reference = length_type.pointee().is_some();
    let integer = length_type.pointee().map_or(&length_type, |(target, _)| target).clone();
    let Ok(integer) = types.value(&integer) else { return false };
    let encoding = text::encoding(types, &target);
    let name = draft.names[pointer].clone();
    let n = draft.names[length].clone();
    let is_read = draft.says(&["read", "recv", "receive", "fetch", "decrypt", "encrypt", "digest", "sign", "random"]);
    // `char` is text, unless its name or the function's says bytes.
    let is_text = encoding.is_some()
        && match direction {
            Direction::In => !text::is_bytes(&draft.parameter(pointer).name),
            _ => !is_read && !words(&draft.parameter(pointer).name).iter().any(|word| word == "data"),
        };
    let direction = if is_text && direction == Direction::InOut { Direction::Out } else { direction };
    let optional = draft.parameter(pointer).annotation.optional;
    let bytes = in_bytes && size > 1;
    match direction {
        Direction::In | Direction::InOut if !(by_reference && direction == Direction::InOut) => {
            let ty = if is_text {
                "&str".to_owned()
            } else if direction == Direction::In {
                format!("&[{element}]")
            } else {
                format!("&mut [{element}]")
            };
            let ty = if optional { format!("Option<{ty}>") } else { ty };
            let attributes = if is_text { encoding.unwrap_or_default() } else { Vec::new() };
            let kind = if bytes { "bytes_of" } else { "len_of" };
            let attribute = match &draft.slots[length] {
                Some(slot) => match slot.attributes.iter().find_map(|attribute| attribute.strip_prefix("#[len_of(")) {
                    Some(others) if !is_text => format!("#[len_of({name}, {others}"),
                    _ => return false,
                },
                None => format!("#[{kind}({name})]"),
            };
            let comes_back = is_const
                && !(is_text || optional || bytes)
                && draft.slots[length].is_none()
                && is_named_after(&draft.parameter(length).name, &draft.parameter(pointer).name);
            let (attribute, ty_of_length) = match (by_reference, &length_type.pointee()) {
                (false, _) => (attribute, integer),
                (true, Some((_, true))) => (attribute, format!("&{integer}")),
                // The function says how much it has used.
                (true, _) if comes_back => {
                    draft.decide(pointer, Slot::with(format!("#[len(*{n})]"), ty));
                    draft.decide(length, Slot::plain(format!("&mut {integer}")));
                    return true;
                }
                (true, _) => return false,
            };
            draft.decide(pointer, Slot { attributes, ty });
            draft.decide(length, Slot::with(attribute, ty_of_length));
        }
        _ => {
            let place = if by_reference { format!("*{n}") } else { n.clone() };
            let capacity = if bytes { format!("{place} / {size}") } else { place };
            let is_multi = draft.parameter(pointer).name.contains("msz");
            let mut attributes = Vec::new();
            if is_multi && is_text {
                attributes.push("#[multi]".to_owned());
            }
            let counted = written.as_ref().filter(|_| !is_text && !bytes);
            attributes.push(match counted {
                // A length that goes in and out says it as well.
                Some(written) if !(by_reference && matches!(written, Written::Result(_))) => {
                    format!("#[out(cap = {capacity}, len = {})]", written.name(draft))
                }
                _ if by_reference && !is_text && !bytes => format!("#[out(cap = {capacity}, len = {n})]"),
                _ => format!("#[out(cap = {capacity})]"),
            });
            if is_text {
                attributes.extend(encoding.unwrap_or_default());
            }
            let ty = match (is_text, is_multi) {
                (true, true) => "Vec<String>".into(),
                (true, false) => "String".into(),
                _ => format!("Vec<{element}>"),
            };
            if let Some(&Written::Parameter(written)) = counted
                && let Some((target, _)) = draft.pointee(written)
                && let Ok(ty) = types.value(target)
            {
                draft.decide(written, Slot::with("#[out]", ty));
            }
            draft.decide(pointer, Slot { attributes, ty });
            if draft.slots[length].is_none() {
                draft.decide(length, Slot::plain(if by_reference { format!("&mut {integer}") } else { integer }));
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::{linux, windows};

    #[test]
    fn the_result_is_what_was_read_if_the_documentation_says_so() {
        let says = "/** Reads. @return the number of bytes read, or a negative error. */\n";
        assert_eq!(
            linux(&format!("{says} int dev_read(int dev, void *buf, int count);")),
            "// check: count is taken for the length of buf, and ret for what is written of it \
             // check: negative results are taken for failures #[check(ret >= 0)] \
             fn dev_read(&self, dev: i32, #[out(cap = count, len = ret)] buf: Vec<u8>, count: i32) -> i32;"
        );
        assert_eq!(
            linux(&format!("enum r {{ R_OK = 0, R_ARG = -1 }};\n{says} enum r dev_read(void *buf, unsigned count);")),
            "// check: count is taken for the length of buf, and ret.0 for what is written of it #[check(ret.0 >= 0)] \
             fn dev_read(&self, #[out(cap = count, len = ret.0)] buf: Vec<u8>, count: u32) -> R;"
        );
        let says = "/** Reads. @return the number of devices. */\n";
        assert_eq!(
            linux(&format!("{says} int dev_read(int dev, void *buf, int count);")),
            "// check: count is taken for the length of buf \
             fn dev_read(&self, dev: i32, #[out(cap = count)] buf: Vec<u8>, count: i32) -> i32;"
        );
    }

    #[test]
    fn lengths_are_recognized_by_their_names() {
        assert_eq!(
            linux("double mean(const double *values, int n);"),
            "// check: n is taken for the length of values fn mean(&self, values: &[f64], #[len_of(values)] n: i32) -> f64;"
        );
        assert_eq!(
            linux("int store(unsigned nb, const short *src);"),
            "// check: nb is taken for the length of src fn store(&self, #[len_of(src)] nb: u32, src: &[i16]) -> i32;"
        );
        assert_eq!(
            linux("double mean(const double *values, int mode);"),
            "fn mean(&self, values: Address, mode: i32) -> f64;"
        );
        assert_eq!(
            linux("double dot(const double *x, const double *y, int n);"),
            "// check: n is taken for the length of y // check: n is taken for the length of x \
             fn dot(&self, x: &[f64], y: &[f64], #[len_of(x, y)] n: i32) -> f64;"
        );
        assert_eq!(
            linux("long f(void *buffer, int size, int count);"),
            "fn f(&self, buffer: Address, size: i32, count: i32) -> Long;"
        );
    }

    #[test]
    fn a_text_has_no_length_but_one_of_its_own() {
        for header in ["int f(const char *sql, int nByte);", "int f(const char *text, int text_length);"] {
            assert!(linux(header).contains("#[len_of("), "{header}");
        }
        assert_eq!(
            linux("int f(const char *name, int nArg, int stream_size);"),
            "fn f(&self, name: &str, arg: i32, stream_size: i32) -> i32;"
        );
    }

    #[test]
    fn buffers_are_filled_if_the_function_says_so() {
        assert_eq!(
            linux("int get_samples(double *samples, int count, int *read);"),
            "// check: count is taken for the length of samples, and read for what is written of it \
             fn get_samples(&self, #[out(cap = count, len = read)] samples: Vec<f64>, count: i32, #[out] read: i32) -> i32;"
        );
        assert_eq!(
            linux("int get_samples(double *samples, unsigned *count);"),
            "// check: count is taken for the length of samples \
             fn get_samples(&self, #[out(cap = *count, len = count)] samples: Vec<f64>, count: &mut u32) -> i32;"
        );
        assert_eq!(
            linux("int get_name(char *name, int size);"),
            "// check: size is taken for the length of name \
             fn get_name(&self, #[out(cap = size)] name: String, size: i32) -> i32;"
        );
        // What nobody says is read and written.
        assert_eq!(
            linux("int invert(double *values, int n);"),
            "// check: n is taken for the length of values fn invert(&self, values: &mut [f64], #[len_of(values)] n: i32) -> i32;"
        );
    }

    #[test]
    fn the_length_of_an_input_may_come_back() {
        assert_eq!(
            linux("int parse(const unsigned char *source, unsigned long *sourceLen);"),
            "// check: source_len is taken for the length of source \
             fn parse(&self, #[len(*source_len)] source: &[u8], source_len: &mut ULong) -> i32;"
        );
        assert_eq!(
            linux("int parse(const char *text, int *text_length);"),
            "// check: text_length is taken for one number that the function reads and changes \
             fn parse(&self, text: &str, text_length: &mut i32) -> i32;"
        );
    }

    #[test]
    fn bytes_are_counted_if_the_name_says_so() {
        assert_eq!(
            windows("int f(const short *values, int cbValues);"),
            "// check: cb_values is taken for the length in bytes of values \
             fn f(&self, values: &[i16], #[bytes_of(values)] cb_values: i32) -> i32;"
        );
    }

    #[test]
    fn annotations_are_no_guesses() {
        assert_eq!(
            linux("#define _Out_writes_to_(a, b)\nint f(_Out_writes_to_(room, *have) double *x, int room, int *have);"),
            "fn f(&self, #[out(cap = room, len = have)] x: Vec<f64>, room: i32, #[out] have: i32) -> i32;"
        );
        assert_eq!(
            linux("#define _In_reads_(a)\nint f(_In_reads_(items) double *x, int items);"),
            "fn f(&self, x: &[f64], #[len_of(x)] items: i32) -> i32;"
        );
    }

    #[test]
    fn arrays_may_have_their_length_in_their_type() {
        assert_eq!(linux("double trace(const double m[3][3]);"), "fn trace(&self, m: &[[f64; 3]; 3]) -> f64;");
        assert_eq!(linux("void rotate(int values[4]);"), "fn rotate(&self, values: &mut [i32; 4]);");
    }
}
