//! Function pointers, and the contexts that the library passes back to them.

use std::collections::BTreeMap;

use crate::import::model::{CType, Parameter, Signature};
use crate::import::names::words;
use crate::import::rules::draft::{Draft, Slot};
use crate::import::rules::{closures, prose};
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
    let contexts = contexts(draft, &callbacks);
    let is_kept = keeps(draft);
    let count = callbacks.len();
    // The contexts with the closures that they are for.
    let mut users = BTreeMap::<usize, Vec<String>>::new();
    for (index, context) in callbacks.into_iter().zip(contexts) {
        let Some(signature) = draft.parameter(index).ty.callback().cloned() else { continue };
        let name = draft.names[index].clone();
        let Ok(closure) = closures::declare(types, &signature, context.is_some()) else { continue };
        if let Some(context) = context.filter(|_| closure.has_context) {
            users.entry(context).or_default().push(name.clone());
        }
        let mut attributes = Vec::new();
        if is_kept {
            attributes.push("#[registered]".to_owned());
        }
        if signature.convention != types.convention {
            attributes.push(format!("#[abi(\"{}\")]", signature.convention.name()));
        }
        let parameter = draft.parameter(index);
        // Few callers have a closure for each of several.
        let may_be_null = count > 1 && prose::may_be_null(draft.function.description(), &parameter.name);
        let optional = parameter.annotation.optional || may_be_null;
        let ty = if optional { format!("Option<{}>", closure.ty) } else { closure.ty };
        draft.decide(index, Slot { attributes, ty });
        let how = if is_kept { "kept after the call" } else { "only called during the call" };
        draft.guess("callback", format!("{name} is {how}"));
        for (length, arrays) in closure.lengths {
            draft.guess("length", format!("{length} of {name} is taken for the length of {}", arrays.join(" and ")));
        }
    }
    for (context, users) in users {
        let attributes = match count {
            1 => Vec::new(),
            _ => vec![format!("#[user_data({})]", users.join(", "))],
        };
        draft.decide(context, Slot { attributes, ty: "UserData".into() });
        if draft.parameter(context).name.is_empty() && !draft.names.iter().any(|name| name == "context") {
            draft.names[context] = "context".into();
        }
        let name = draft.names[context].clone();
        draft.guess("context", format!("{name} is passed back to {}", users.join(" and ")));
    }
}

/// Whether the function keeps its callbacks: its name says so, or it takes what frees the context later, or returns the context of
/// the callback that was kept before.
fn keeps(draft: &Draft<'_>) -> bool {
    let signature = &draft.function.signature;
    let is_freed = signature.parameters.iter().any(|parameter| {
        let callback = parameter.ty.callback();
        callback.is_some_and(|callback| frees(parameter, callback))
    });
    let returns_context =
        matches!(signature.result.pointee(), Some((target, false)) if *target.resolved() == CType::Void);
    is_freed || returns_context || draft.says(&KEEPS)
}

/// Words of functions that keep a callback.
const KEEPS: [&str; 25] = [
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
    "trace",
    "alarm",
    "needed",
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

/// Returns the context of each callback: a `void *` of its own, or one for all.
fn contexts(draft: &Draft<'_>, callbacks: &[usize]) -> Vec<Option<usize>> {
    const NAMES: [&str; 17] = [
        "user", "context", "ctx", "data", "arg", "args", "param", "cookie", "opaque", "closure", "client", "private",
        "priv", "ptr", "userdata", "app", "instance",
    ];
    let is_void = |index: &usize| {
        draft.pointee(*index).is_some_and(|(target, is_const)| *target.resolved() == CType::Void && !is_const)
    };
    let open: Vec<usize> = draft.open().into_iter().filter(is_void).collect();
    let after: Vec<usize> = callbacks.iter().map(|callback| callback + 1).filter(|next| open.contains(next)).collect();
    if callbacks.len() > 1 && after.len() == callbacks.len() {
        return after.into_iter().map(Some).collect();
    }
    let is_named = |index: &&usize| {
        let parameter = draft.parameter(**index);
        words(&parameter.name).iter().any(|word| NAMES.contains(&word.as_str()))
    };
    let is_near = |index: &&usize| callbacks.iter().any(|callback| index.abs_diff(*callback) == 1);
    let shared = open.iter().find(is_named).or_else(|| open.iter().find(is_near)).copied();
    vec![shared; callbacks.len()]
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
    fn callbacks_are_kept_if_something_is_freed_or_returned_later() {
        for header in [
            "int pages(int (*f)(void *user), void *user, void (*destroy)(void *));",
            "void *profile(int (*f)(void *user), void *user);",
            "int trace(int (*f)(void *user), void *user);",
        ] {
            let method = linux(header);
            assert!(method.contains("#[registered] f: fn(user: UserData) -> i32"), "{method}");
        }
    }

    #[test]
    fn a_callback_may_be_null_if_the_documentation_says_so() {
        let method = linux("/** Calls f. NULL may be passed for g. */\nint run(int (*f)(int x), int (*g)(int y));");
        assert!(method.contains("f: fn(x: i32) -> i32, g: Option<fn(y: i32) -> i32>)"), "{method}");
    }

    #[test]
    fn each_callback_may_have_a_context_of_its_own() {
        assert_eq!(
            linux("int run(int (*in)(void *desc), void *in_desc, int (*out)(void *desc), void *out_desc);"),
            "// check: in_ is only called during the call // check: out is only called during the call \
             // check: in_desc is passed back to in_ // check: out_desc is passed back to out \
             fn run(&self, in_: fn(desc: UserData) -> i32, #[user_data(in_)] in_desc: UserData, \
             out: fn(desc: UserData) -> i32, #[user_data(out)] out_desc: UserData) -> i32;"
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
