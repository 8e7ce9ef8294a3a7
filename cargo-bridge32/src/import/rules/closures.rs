//! What the library passes to a closure.

use crate::import::model::{CType, Parameter, Signature};
use crate::import::rules::draft::{Slot, parameter_names};
use crate::import::rules::lengths::is_length_name;
use crate::import::text;
use crate::import::types::Types;

/// The declaration of a closure.
pub(super) struct Closure {
    /// `fn(…) -> …`.
    pub(super) ty: String,
    /// Whether the library passes the context to it.
    pub(super) has_context: bool,
    /// Lengths that are guessed, with the names of their arrays.
    pub(super) lengths: Vec<(String, Vec<String>)>,
}

/// Declares the closure for a function pointer.
///
/// # Errors
/// Fails if the bridge has no type for a parameter.
pub(super) fn declare(types: &Types<'_>, signature: &Signature, has_context: bool) -> Result<Closure, String> {
    let parameters = &signature.parameters;
    let mut names = parameter_names(types, parameters);
    let context = if has_context { context(parameters) } else { None };
    let mut slots = vec![None; names.len()];
    if let Some(context) = context {
        slots[context] = Some(Slot::plain("UserData"));
        if parameters[context].name.is_empty() && !names.iter().any(|name| name == "context") {
            names[context] = "context".into();
        }
    }
    let lengths = arrays(types, parameters, &names, &mut slots);
    let mut declared = Vec::new();
    for ((parameter, name), slot) in parameters.iter().zip(&names).zip(slots) {
        let Slot { attributes, ty } = slot.map_or_else(|| passed(types, parameter), Ok)?;
        let attributes: String = attributes.iter().map(|attribute| format!("{attribute} ")).collect();
        declared.push(format!("{attributes}{name}: {ty}"));
    }
    let result = match signature.result.resolved() {
        CType::Void => String::new(),
        _ => format!(" -> {}", types.value(&signature.result)?),
    };
    Ok(Closure { ty: format!("fn({}){result}", declared.join(", ")), has_context: context.is_some(), lengths })
}

/// Returns the `void *` that is the context: by its name, or else the first one without a name, or the last one.
fn context(parameters: &[Parameter]) -> Option<usize> {
    let is_void = |parameter: &Parameter| matches!(parameter.ty.pointee(), Some((target, false)) if *target.resolved() == CType::Void);
    let all: Vec<usize> = (0..parameters.len()).filter(|index| is_void(&parameters[*index])).collect();
    let is_named = |index: &&usize| {
        let name = parameters[**index].name.to_lowercase();
        ["user", "context", "ctx", "data", "cookie", "arg"].iter().any(|word| name.contains(word))
    };
    let is_unnamed = |index: &&usize| parameters[**index].name.is_empty();
    all.iter().find(is_named).or(all.iter().find(is_unnamed)).or(all.last()).copied()
}

/// Rule `length`, for what a closure is passed: a number and the lists after it, as for `main`, or a constant array and a number
/// with the name of a length after it.
fn arrays(
    types: &Types<'_>,
    parameters: &[Parameter],
    names: &[String],
    slots: &mut [Option<Slot>],
) -> Vec<(String, Vec<String>)> {
    let mut lengths = Vec::new();
    for length in 0..parameters.len() {
        let Parameter { name, ty, .. } = &parameters[length];
        if slots[length].is_some() || !ty.is_integer() || !(name.is_empty() || is_length_name(name) || name == "argc") {
            continue;
        }
        let Ok(integer) = types.value(ty) else { continue };
        let lists = (length + 1..parameters.len()).map_while(|index| Some((index, list(types, &parameters[index])?)));
        let mut arrays: Vec<_> = lists.filter(|(index, _)| slots[*index].is_none()).collect();
        if let Some(before) = length.checked_sub(1)
            && arrays.is_empty()
            && !name.is_empty()
            && slots[before].is_none()
            && let Some(element) = bytes_or_numbers(types, &parameters[before])
        {
            arrays.push((before, element));
        }
        if arrays.is_empty() {
            continue;
        }
        let all: Vec<String> = arrays.iter().map(|(index, _)| names[*index].clone()).collect();
        slots[length] = Some(Slot::with(format!("#[len_of({})]", all.join(", ")), integer));
        for (index, (attributes, element)) in arrays {
            slots[index] = Some(Slot { attributes, ty: format!("&[{element}]") });
        }
        lengths.push((names[length].clone(), all));
    }
    lengths
}

/// Returns the attributes and elements of a list of texts or handles, `char **` or `item **`.
fn list(types: &Types<'_>, parameter: &Parameter) -> Option<(Vec<String>, String)> {
    let (element, _) = parameter.ty.pointee()?;
    if let Some(tag) = types.handle(element) {
        return Some((Vec::new(), format!("Handle<{tag}>")));
    }
    let (character, _) = element.pointee()?;
    Some((text::encoding(types, character)?, "Option<String>".into()))
}

/// Returns the elements of an array of bytes or numbers that only the library changes.
fn bytes_or_numbers(types: &Types<'_>, parameter: &Parameter) -> Option<(Vec<String>, String)> {
    let (element, true) = parameter.ty.pointee()? else { return None };
    let element = match element.resolved() {
        CType::Void | CType::Char => "u8".to_owned(),
        CType::Int(_) | CType::Float | CType::Double => types.value(element).ok()?,
        _ => return None,
    };
    Some((Vec::new(), element))
}

/// Declares one parameter.
fn passed(types: &Types<'_>, parameter: &Parameter) -> Result<Slot, String> {
    if let Some(tag) = types.handle(&parameter.ty) {
        return Ok(Slot::plain(format!("Handle<{tag}>")));
    }
    if let Some((target, true)) = parameter.ty.pointee() {
        if let Some(attributes) = text::encoding(types, target) {
            return Ok(Slot { attributes, ty: "&str".into() });
        }
        if let CType::Record(id) = target.resolved()
            && let Ok(name) = types.record(id)
        {
            return Ok(Slot::plain(format!("&{name}")));
        }
    }
    if matches!(parameter.ty.resolved(), CType::Array { .. }) {
        return Ok(Slot::plain("Address"));
    }
    Ok(Slot::plain(types.value(&parameter.ty)?))
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::linux;

    fn closure(function_pointer: &str) -> String {
        let header = format!("typedef struct item item; item *item_new(void); void each({function_pointer});");
        let method = linux(&header);
        let declared = method.split_once("visit: ").expect("the closure").1;
        declared.split_once(");").expect("the end").0.to_owned()
    }

    #[test]
    fn a_number_before_lists_is_their_length() {
        let lists = closure("int (*visit)(int argc, char **argv, const char **names)");
        let expected = "fn(#[len_of(argv, names)] argc: i32, argv: &[Option<String>], names: &[Option<String>]) -> i32";
        assert_eq!(lists, expected);
        let handles = closure("void (*visit)(item *, int, item **)");
        assert_eq!(handles, "fn(item: Handle<Item>, #[len_of(arg3)] arg2: i32, arg3: &[Handle<Item>])");
        assert_eq!(closure("void (*visit)(int level, char **)"), "fn(level: i32, arg2: Address)");
    }

    #[test]
    fn a_number_after_constant_data_is_its_length() {
        let data = closure("void (*visit)(const unsigned char *data, int len)");
        assert_eq!(data, "fn(data: &[u8], #[len_of(data)] len: i32)");
        // It may have no NUL.
        assert_eq!(closure("void (*visit)(const char *text, int n)"), "fn(text: &[u8], #[len_of(text)] n: i32)");
        assert_eq!(closure("void (*visit)(const char *, int)"), "fn(text: &str, arg2: i32)");
        assert_eq!(closure("void (*visit)(double *data, int len)"), "fn(data: Address, len: i32)");
    }

    #[test]
    fn the_context_is_found_by_its_name_or_place() {
        for (parameters, expected) in [
            ("void *from, void *user", "from: Address, user: UserData"),
            ("void *from, void *to", "from: Address, to: UserData"),
            ("int, void *, void *", "arg1: i32, context: UserData, arg3: Address"),
        ] {
            let method = linux(&format!("void each(void (*visit)({parameters}), void *user);"));
            assert!(method.contains(&format!("visit: fn({expected}), user: UserData")), "{method}");
        }
    }

    #[test]
    fn a_guessed_length_is_marked() {
        let method = linux("void each(void (*visit)(const char *data, int len));");
        assert!(method.contains("// check: len of visit is taken for the length of data"), "{method}");
    }
}
