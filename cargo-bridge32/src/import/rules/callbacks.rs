//! Function pointers, and the contexts that the library passes back to them.

use crate::import::model::{CType, Parameter, Signature};
use crate::import::names::words;
use crate::import::rules::draft::{Draft, Slot, parameter_names};
use crate::import::text;
use crate::import::types::Types;

/// Rules `callback` and `context`: a function pointer is a closure, and the `void *` next to it its context.
pub(crate) fn callbacks(types: &Types<'_>, draft: &mut Draft<'_>) {
    let is_callback = |index: &usize| {
        let parameter = draft.parameter(*index);
        parameter
            .ty
            .callback()
            .is_some_and(|signature| !frees(parameter, signature) && types.can_be_called_back(signature))
    };
    let callbacks: Vec<usize> = draft.open().into_iter().filter(is_callback).collect();
    if callbacks.is_empty() {
        return;
    }
    let context = context(draft, &callbacks);
    let mut with_context = Vec::new();
    for index in callbacks {
        let Some(signature) = draft.parameter(index).ty.callback().cloned() else { continue };
        let name = draft.names[index].clone();
        let Ok((declared, has_context)) = function(types, &signature, context.is_some()) else { continue };
        if has_context {
            with_context.push(name.clone());
        }
        let mut attributes = Vec::new();
        let is_kept = draft.says(&KEEPS);
        if is_kept {
            attributes.push("#[registered]".to_owned());
        }
        if signature.convention != types.convention {
            attributes.push(format!("#[abi(\"{}\")]", signature.convention.name()));
        }
        let ty = if draft.parameter(index).annotation.optional { format!("Option<{declared}>") } else { declared };
        draft.decide(index, Slot { attributes, ty });
        let how = if is_kept { "kept after the call" } else { "only called during the call" };
        draft.guess("callback", format!("{name} is {how}"));
    }
    if let Some(context) = context.filter(|_| !with_context.is_empty()) {
        let attributes = match with_context.len() {
            1 => Vec::new(),
            _ => vec![format!("#[user_data({})]", with_context.join(", "))],
        };
        draft.decide(context, Slot { attributes, ty: "UserData".into() });
        let name = draft.names[context].clone();
        draft.guess("context", format!("{name} is passed back to {}", with_context.join(" and ")));
    }
}

/// Words of functions that keep a callback.
const KEEPS: [&str; 22] = [
    "set",
    "register",
    "install",
    "hook",
    "add",
    "on",
    "subscribe",
    "attach",
    "open",
    "start",
    "connect",
    "handler",
    "create",
    "notify",
    "watch",
    "listen",
    "init",
    "initialize",
    "notifiers",
    "cb",
    "begin",
    "callback",
];

/// Whether a function pointer frees memory: callers pass the library's own function for that, or a special value.
fn frees(parameter: &Parameter, signature: &Signature) -> bool {
    let takes_pointer =
        matches!(&signature.parameters[..], [only] if matches!(only.ty.resolved(), CType::Pointer { .. }));
    let all = words(&parameter.name);
    let is_named = all.iter().any(|word| {
        ["free", "destructor", "destroy", "del", "dtor", "delete", "release", "deleter", "dealloc"]
            .contains(&word.as_str())
    });
    takes_pointer && *signature.result.resolved() == CType::Void && (is_named || parameter.name.is_empty())
}

/// Returns the parameter that is the context of the callbacks.
fn context(draft: &Draft<'_>, callbacks: &[usize]) -> Option<usize> {
    const NAMES: [&str; 17] = [
        "user", "context", "ctx", "data", "arg", "args", "param", "cookie", "opaque", "closure", "client", "private",
        "priv", "ptr", "userdata", "app", "instance",
    ];
    let is_void = |index: &usize| {
        draft.pointee(*index).is_some_and(|(target, is_const)| *target.resolved() == CType::Void && !is_const)
    };
    let open: Vec<usize> = draft.open().into_iter().filter(is_void).collect();
    let is_named = |index: &&usize| {
        let parameter = draft.parameter(**index);
        words(&parameter.name).iter().any(|word| NAMES.contains(&word.as_str()))
    };
    let is_near = |index: &&usize| callbacks.iter().any(|callback| index.abs_diff(*callback) == 1);
    open.iter().find(is_named).or_else(|| open.iter().find(is_near)).copied()
}

/// Returns a closure's type, and whether it has the context.
fn function(types: &Types<'_>, signature: &Signature, has_context: bool) -> Result<(String, bool), String> {
    let names = parameter_names(types, &signature.parameters);
    let is_void = |parameter: &Parameter| matches!(parameter.ty.pointee(), Some((target, false)) if *target.resolved() == CType::Void);
    // The context is the first or the last parameter.
    let contexts: Vec<usize> = (0..names.len()).filter(|index| is_void(&signature.parameters[*index])).collect();
    let named = contexts.iter().find(|index| {
        let name = &names[**index];
        ["user", "context", "ctx", "data", "cookie", "arg"].iter().any(|word| name.contains(word)) && has_context
    });
    let context = match has_context {
        true => named.or(contexts.last()).copied(),
        false => None,
    };
    let mut parameters = Vec::new();
    for (index, (parameter, name)) in signature.parameters.iter().zip(&names).enumerate() {
        let (attributes, ty) = match Some(index) == context {
            true => (Vec::new(), "UserData".to_owned()),
            false => passed(types, parameter)?,
        };
        let attributes: String = attributes.iter().map(|attribute| format!("{attribute} ")).collect();
        parameters.push(format!("{attributes}{name}: {ty}"));
    }
    let result = match signature.result.resolved() {
        CType::Void => String::new(),
        _ => format!(" -> {}", types.value(&signature.result)?),
    };
    Ok((format!("fn({}){result}", parameters.join(", ")), context.is_some()))
}

/// Returns the attributes and the type of a closure's parameter.
fn passed(types: &Types<'_>, parameter: &Parameter) -> Result<(Vec<String>, String), String> {
    if let Some(tag) = types.handle(&parameter.ty) {
        return Ok((Vec::new(), format!("Handle<{tag}>")));
    }
    if let Some((target, true)) = parameter.ty.pointee() {
        if let Some(attributes) = text::encoding(types, target) {
            return Ok((attributes, "&str".into()));
        }
        if let CType::Record(id) = target.resolved()
            && let Ok(name) = types.record(id)
        {
            return Ok((Vec::new(), format!("&{name}")));
        }
    }
    if matches!(parameter.ty.resolved(), CType::Array { .. }) {
        return Ok((Vec::new(), "Address".into()));
    }
    Ok((Vec::new(), types.value(&parameter.ty)?))
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::{linux, windows};

    #[test]
    fn function_pointers_are_closures() {
        assert_eq!(
            linux("int sum(int n, int (*f)(int x));"),
            "// check: f is only called during the call fn sum(&self, n: i32, f: fn(x: i32) -> i32) -> i32;"
        );
        assert_eq!(
            linux("void set_log(void (*log)(void *user, const char *text), void *user);"),
            "// check: log is kept after the call // check: user is passed back to log \
             fn set_log(&self, #[registered] log: fn(user: UserData, text: &str), user: UserData);"
        );
    }

    #[test]
    fn functions_that_free_memory_are_addresses() {
        assert_eq!(
            linux("void keep(int x, void (*destructor)(void *));"),
            "fn keep(&self, x: i32, destructor: Address);"
        );
    }

    #[test]
    fn the_convention_of_a_callback_is_stated_if_it_differs() {
        assert_eq!(
            windows("void each(int (__stdcall *visit)(int level));"),
            "// check: visit is only called during the call \
             fn each(&self, #[abi(\"stdcall\")] visit: fn(level: i32) -> i32);"
        );
    }
}
