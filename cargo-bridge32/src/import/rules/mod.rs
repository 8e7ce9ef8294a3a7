//! What C leaves open about a function, and how it is guessed.
//!
//! Each rule looks at parameters that no rule before it has decided. A guess is noted, and stands in the trait as `// check:`.
//! What no rule decides stays an `Address`.

mod arrays;
mod callbacks;
mod closures;
pub(crate) mod draft;
mod error_text;
mod freeing;
mod handles;
mod lengths;
mod outputs;
mod prose;
mod reserved;
mod results;
mod status;
mod structs;
mod text;
mod values;
mod verbs;

use crate::import::model::{CType, Function};
use crate::import::rules::draft::{Draft, Slot, parameter_names};
use crate::import::types::Types;
pub(crate) use values::find as find_values;
pub(crate) use verbs::prefix as verb_prefix;

/// Makes a method of a function.
///
/// # Errors
/// Fails if the trait cannot have it; the error says why.
pub(crate) fn draft<'f>(types: &Types<'_>, function: &'f Function) -> Result<Draft<'f>, String> {
    let signature = &function.signature;
    let mut draft = Draft {
        function,
        symbol: function.symbol().to_owned(),
        verbs: verbs::of(&function.name, types.verb_prefix.as_deref()),
        names: parameter_names(types, &signature.parameters),
        slots: vec![None; signature.parameters.len()],
        attributes: Vec::new(),
        result: None,
        guesses: Vec::new(),
        shared_guess: None,
        addresses: Vec::new(),
    };
    for parameter in &signature.parameters {
        if !matches!(parameter.ty.resolved(), CType::Pointer { .. } | CType::Array { .. } | CType::Function(_)) {
            types.value(&parameter.ty)?;
        }
    }
    if let Some(assumed) = function.export.as_ref().and_then(|export| export.assumed.clone()) {
        draft.guess("export", assumed);
    }
    if signature.variadic {
        draft.guess("variadic", "it takes more arguments; declare a method for each list of them that you use");
    }
    results::result(types, &mut draft)?;
    reserved::reserved(types, &mut draft);
    callbacks::callbacks(types, &mut draft);
    handles::handles(types, &mut draft);
    handles::outputs(types, &mut draft);
    arrays::fixed(types, &mut draft);
    text::single(types, &mut draft);
    arrays::annotated(types, &mut draft);
    arrays::with_lengths(types, &mut draft);
    text::inputs(types, &mut draft);
    structs::structs(types, &mut draft);
    outputs::outputs(types, &mut draft);
    handles::closes(types, &mut draft);
    status::status(types, &mut draft);
    for index in draft.open() {
        let ty = draft.parameter(index).ty.clone();
        let slot = types
            .value(&ty)
            .or_else(|_| types.value(&CType::Pointer { to: Box::new(CType::Void), is_const: false }))?;
        if slot == "Address" {
            let name = draft.names[index].clone();
            draft.addresses.push(name);
        }
        draft.decide(index, Slot::plain(slot));
    }
    values::values(types, &mut draft);
    Ok(draft)
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::import::{Options, trait_from_text};
    use crate::target::Target;

    /// Returns the method for the last function of a header, in one line and without its documentation.
    pub(crate) fn method(target: Target, header: &str) -> String {
        let imported = trait_from_text(header, &Options { target: Some(target), ..Options::default() });
        let source = imported.expect("it is a header").source;
        let body = source.split("pub trait ").nth(1).expect("a trait").split_once('{').expect("its body").1;
        let methods = body.split("\n}\n").next().expect("its end");
        let last = methods.split("\n\n").last().expect("a method");
        let lines = last.lines().map(str::trim).filter(|line| !line.starts_with("///"));
        lines.collect::<Vec<_>>().join(" ").trim().replace("( ", "(").replace(", )", ")")
    }

    /// Returns the types that a header's trait has, in one line and without derives and documentation.
    pub(crate) fn linux_types(header: &str) -> String {
        let options = Options { target: Some(Target::I686Linux), ..Options::default() };
        let source = trait_from_text(header, &options).expect("it is a header").source;
        let types = source.split_once("\n}\n").map_or("", |(_, types)| types);
        let types = types.split("// Not declared:").next().unwrap_or_default();
        let is_shown = |line: &&str| !line.starts_with("///") && !line.starts_with("#[derive");
        types.lines().map(str::trim).filter(|line| !line.is_empty()).filter(is_shown).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn linux(header: &str) -> String {
        method(Target::I686Linux, header)
    }

    pub(crate) fn windows(header: &str) -> String {
        method(Target::I686WindowsGnu, header)
    }

    #[test]
    fn functions_with_more_arguments_have_those_with_names() {
        assert_eq!(
            linux("int print_to(int level, ...);"),
            "// check: it takes more arguments; declare a method for each list of them that you use \
             fn print_to(&self, level: i32) -> i32;"
        );
        // A `va_list` cannot be made by a caller.
        let header = "#include <stdarg.h>\nint print_list(int level, va_list rest);\nint level(void);";
        let imported = trait_from_text(header, &Options { target: Some(Target::I686Linux), ..Options::default() });
        let source = imported.expect("it is a header").source;
        assert!(source.contains("// line 2: int print_list(int level, va_list rest);\n"), "{source}");
        assert!(!source.contains("fn print_list"), "{source}");
    }
}
