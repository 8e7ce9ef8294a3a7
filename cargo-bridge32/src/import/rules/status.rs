//! Rule `status`: a result that says whether the call succeeded becomes an error.

use crate::import::model::{CType, Constant, Enum, Header, Int, Value};
use crate::import::names::{self, words};
use crate::import::rules::draft::{Draft, Slot};
use crate::import::rules::{error_text, prose};
use crate::import::types::Types;

pub(crate) fn status(types: &Types<'_>, draft: &mut Draft<'_>) {
    let Some(check) = check(types, draft) else { return };
    let text = if check.last_error { None } else { error_text::of(types, draft) };
    let text = text.map(|text| format!(", text = {text}")).unwrap_or_default();
    draft.attributes.push(format!("#[check({}{text})]", check.condition));
    if check.last_error {
        draft.attributes.push("#[last_error]".into());
    }
    match check.of_type {
        Some(name) => draft.shared_guess = Some(format!("of a result of type `{name}`, {}", check.guess)),
        None => draft.guess("status", check.guess),
    }
    // A handle that a successful call returns is there.
    let parameters = &draft.function.signature.parameters;
    for (parameter, slot) in parameters.iter().zip(draft.slots.iter_mut()) {
        if let Some(slot) = slot
            && !prose::may_be_null(draft.function.description(), &parameter.name)
            && slot.attributes == ["#[out]"]
            && let Some(handle) = slot.ty.strip_prefix("Option<").and_then(|ty| ty.strip_suffix('>'))
            && handle.starts_with("Handle<")
        {
            slot.ty = handle.to_owned();
        }
    }
}

struct Check {
    condition: String,
    last_error: bool,
    guess: String,
    /// The type that says that it is a status.
    of_type: Option<String>,
}

fn check(types: &Types<'_>, draft: &Draft<'_>) -> Option<Check> {
    let ty = &draft.function.signature.result;
    let result = draft.result.as_deref()?;
    let condition = |condition: &str, guess: &str| {
        let check = Check { condition: condition.into(), last_error: false, guess: guess.into(), of_type: None };
        Some(check)
    };
    let named = |name: &str, check: Option<Check>| check.map(|check| Check { of_type: Some(name.to_owned()), ..check });
    if let CType::Enum(id) = ty.resolved() {
        let declared = types.header.enums.get(id)?;
        if names::are_negative(declared) {
            return named(&declared.name, condition("ret.0 >= 0", "negative ones are failures"));
        }
        if !is_status_name(&declared.name) {
            return None;
        }
        let variant = success(declared)?;
        return Some(Check {
            condition: format!("ret == {result}::{variant}"),
            last_error: false,
            guess: format!("{variant} is taken for success"),
            of_type: Some(declared.name.clone()),
        });
    }
    if result == "Bool32" && types.target.is_windows() {
        let predicate = ["is", "has", "can", "are", "exists", "equal", "compare", "test", "match"];
        return (!draft.says(&predicate)).then(|| Check {
            condition: "bool::from(ret)".into(),
            last_error: true,
            guess: "false is taken for a failure, which GetLastError describes".into(),
            of_type: Some("BOOL".into()),
        });
    }
    if !matches!(ty.resolved(), CType::Int(_) | CType::Long(_)) {
        return None;
    }
    let counts = |slot: &Slot| slot.attributes.iter().any(|attribute| attribute.contains("len = ret)"));
    if let CType::Int(Int { signed: true, .. }) = ty.resolved()
        && draft.slots.iter().flatten().any(counts)
    {
        return condition("ret >= 0", "negative results are taken for failures");
    }
    let zero = if matches!(ty.resolved(), CType::Long(_)) { format!("{result}(0)") } else { "0".into() };
    let names = ty.names();
    if let Some(name) = names.iter().find(|name| ["HRESULT", "NTSTATUS", "ViStatus", "SQLRETURN"].contains(name)) {
        return named(name, condition(&format!("ret >= {zero}"), "negative ones are failures"));
    }
    if let Some(name) = names.iter().find(|name| is_status_name(name)) {
        return named(name, condition(&format!("ret == {zero}"), "0 is taken for success"));
    }
    let doc = draft.function.description().to_lowercase();
    let documented =
        ["0 on success", "zero on success", "0 if successful", "0 for success", "zero if successful", "0 upon success"];
    let other = ["number of", "or a positive"];
    if documented.iter().any(|words| doc.contains(words))
        && !other.iter().any(|words| doc.contains(&format!("the {words}")))
    {
        return condition(&format!("ret == {zero}"), "0 is success, the documentation says");
    }
    let is_plain = names.is_empty() && !has_status_type(types.header);
    if is_plain && has_success_code(types.header) && !draft.says(&VALUES) {
        return match errors_are_negative(types.header) {
            true => condition(&format!("ret >= {zero}"), "negative results are taken for failures"),
            false => {
                let mut codes = vec![zero];
                codes.extend(other_successes(types, &draft.function.name, result));
                let conditions: Vec<String> = codes.iter().map(|code| format!("ret == {code}")).collect();
                let are = if codes.len() == 1 { "is" } else { "are" };
                condition(&conditions.join(" || "), &format!("{} {are} taken for success", codes.join(", ")))
            }
        };
    }
    None
}

/// Returns the constants below the success code that a function returns, as their comments say: `/* dev_step() has a row */`.
fn other_successes(types: &Types<'_>, function: &str, result: &str) -> Vec<String> {
    const FAILURES: [&str; 8] = ["error", "failed", "failure", "unable", "cannot", "invalid", "unknown", "not"];
    let is_success = |constant: &&Constant| {
        let is_number = matches!(constant.value, Value::Integer { value: 1.., bits: 32, signed: true });
        let says_so = |doc: &String| doc.contains(&format!("{function}()")) && !prose::has_any(doc, &FAILURES);
        is_number && result == "i32" && constant.doc.as_ref().is_some_and(says_so)
    };
    let constants = &types.header.constants;
    let Some(first) = constants.iter().position(is_success_code) else { return Vec::new() };
    // A line with a comment may be between two.
    let codes = constants[first..].chunk_by(|a, b| b.line.abs_diff(a.line) <= 3).next().unwrap_or_default();
    codes.iter().filter(is_success).map(|constant| names::constant(&constant.name)).collect()
}

/// Words of functions that return something else than a status.
const VALUES: [&str; 49] = [
    "count",
    "bytes",
    "type",
    "is",
    "has",
    "can",
    "version",
    "number",
    "id",
    "index",
    "status",
    "num",
    "size",
    "length",
    "len",
    "column",
    "value",
    "find",
    "cmp",
    "compare",
    "errcode",
    "errno",
    "limit",
    "changes",
    "depth",
    "level",
    "total",
    "complete",
    "stricmp",
    "strnicmp",
    "strglob",
    "strlike",
    "readonly",
    "busy",
    "explain",
    "autocommit",
    "state",
    "enabled",
    "threadsafe",
    "isexplain",
    "initialized",
    "max",
    "min",
    "bound",
    "width",
    "height",
    "error",
    "extended",
    "used",
];

/// Whether functions return a type of their own for a status; their integers then are something else.
fn has_status_type(header: &Header) -> bool {
    header.functions.iter().any(|function| {
        let result = &function.signature.result;
        match result.resolved() {
            CType::Enum(id) => header.enums.get(id).is_some_and(|declared| is_status_name(&declared.name)),
            CType::Int(_) | CType::Long(_) => result.names().iter().any(|name| is_status_name(name)),
            _ => false,
        }
    })
}

/// Whether a type's name says that it is a status: by its last word, apart from what names of types end with.
pub(super) fn is_status_name(name: &str) -> bool {
    const WORDS: [&str; 11] =
        ["status", "error", "errors", "err", "result", "rv", "rc", "retcode", "returncode", "mmresult", "errorcode"];
    const ENDS: [&str; 6] = ["t", "e", "type", "code", "codes", "enum"];
    let all = words(name);
    let is_end = |word: &&String| ENDS.contains(&word.as_str());
    let last = all.iter().rev().find(|word| !is_end(word));
    last.is_some_and(|word| {
        WORDS.contains(&word.as_str()) || ["error", "status", "result"].iter().any(|end| word.ends_with(end))
    })
}

/// Returns the variant that says success.
fn success(declared: &Enum) -> Option<String> {
    let zero = declared.variants.iter().position(|variant| variant.value == 0)?;
    is_success(&declared.variants[zero].name).then(|| names::value_names(declared)[zero].clone())
}

fn is_success(name: &str) -> bool {
    let name = name.to_uppercase();
    ["_OK", "SUCCESS", "NOERROR", "NO_ERROR", "ERROR_NONE", "ERR_NONE"].iter().any(|end| name.ends_with(end))
        || name == "OK"
}

/// Whether the header has a constant such as `Z_OK`, or a variant of an enum.
fn has_success_code(header: &Header) -> bool {
    header.constants.iter().any(is_success_code)
        || header.enums.values().any(|declared| is_status_name(&declared.name) && success(declared).is_some())
}

pub(super) fn is_success_code(constant: &Constant) -> bool {
    matches!(constant.value, Value::Integer { value: 0, .. }) && is_success(&constant.name)
}

fn errors_are_negative(header: &Header) -> bool {
    let constants = header.constants.iter().filter_map(|constant| match constant.value {
        Value::Integer { value, .. } => Some((constant.name.as_str(), value)),
        _ => None,
    });
    let variants = header.enums.values().flat_map(|declared| &declared.variants);
    let all = constants.chain(variants.map(|variant| (variant.name.as_str(), variant.value)));
    let errors: Vec<i64> =
        all.filter(|(name, _)| words(name).iter().any(|word| word == "error")).map(|(_, value)| value).collect();
    !errors.is_empty() && errors.iter().filter(|value| **value < 0).count() * 2 > errors.len()
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::{linux, linux_types, windows};
    use crate::import::{Options, trait_from_text};

    #[test]
    fn the_type_says_that_it_is_a_status() {
        assert_eq!(
            windows("typedef unsigned long FT_STATUS; FT_STATUS FT_Reset(int n);"),
            "#[symbol(\"FT_Reset\")] #[check(ret == 0)] fn ft_reset(&self, n: i32) -> u32;"
        );
        assert_eq!(
            windows("typedef long HRESULT; HRESULT Init(int n);"),
            "#[symbol(\"Init\")] #[check(ret >= 0)] fn init(&self, n: i32) -> i32;"
        );
    }

    #[test]
    fn a_mode_for_errors_is_no_status() {
        let mode = "typedef enum { M_ERROR_RECOVERY_NONE = 0, M_ERROR_RECOVERY_LINK = 1 } m_error_recovery_mode;";
        assert_eq!(
            linux(&format!("{mode} void m_set(m_error_recovery_mode mode); int m_read(int x);")),
            "fn m_read(&self, x: i32) -> i32;"
        );
    }

    #[test]
    fn an_enum_of_negative_errors_may_be_a_count() {
        let header = "enum r { R_OK = 0, R_ARG = -1, R_FAIL = -2 }; enum r f(int x);";
        assert_eq!(linux(header), "#[check(ret.0 >= 0)] fn f(&self, x: i32) -> R;");
        assert_eq!(
            linux_types(header),
            "// check: these are taken for errors; others are possible #[repr(transparent)] pub struct R(pub i32); impl R { \
             pub const R_OK: Self = Self(0); pub const R_ARG: Self = Self(-1); pub const R_FAIL: Self = Self(-2); }"
        );
    }

    #[test]
    fn what_a_type_says_is_noted_once() {
        let header = "typedef unsigned long FT_STATUS; FT_STATUS FT_Reset(int n); FT_STATUS FT_Close(int n);";
        let source = trait_from_text(header, &Options::default()).expect("it is a header").source;
        assert_eq!(
            source.matches("// check: of a result of type `FT_STATUS`, 0 is taken for success").count(),
            1,
            "{source}"
        );
    }

    #[test]
    fn an_enum_says_which_value_is_success() {
        assert_eq!(
            linux("typedef enum { DEV_OK = 0, DEV_GONE = 1 } dev_error; dev_error dev_reset(int n);"),
            "#[check(ret == DevError::Ok)] fn dev_reset(&self, n: i32) -> DevError;"
        );
    }

    #[test]
    fn constants_say_which_value_is_success() {
        let codes = "#define Z_OK 0\n#define Z_DATA_ERROR (-3)\n";
        assert_eq!(
            linux(&format!("{codes} int inflate_it(int x);")),
            "// check: negative results are taken for failures #[check(ret >= 0)] fn inflate_it(&self, x: i32) -> i32;"
        );
        assert_eq!(linux(&format!("{codes} int inflate_count(int x);")), "fn inflate_count(&self, x: i32) -> i32;");
    }

    #[test]
    fn comments_of_constants_say_what_a_function_returns() {
        let codes = "#define DEV_OK 0\n#define DEV_ERROR 1 /* dev_step() failed */\n\
                     #define DEV_ROW 100 /* dev_step() has a row */\n#define DEV_DONE 101 /* dev_step() is done */\n\n\n\n\
                     #define DEV_FAST 1 /* for dev_step() */\n";
        assert_eq!(
            linux(&format!("{codes} int dev_step(int x);")),
            "// check: 0, DEV_ROW, DEV_DONE are taken for success \
             #[check(ret == 0 || ret == DEV_ROW || ret == DEV_DONE)] fn dev_step(&self, x: i32) -> i32;"
        );
        assert_eq!(
            linux(&format!("{codes} int dev_reset(int x);")),
            "// check: 0 is taken for success #[check(ret == 0)] fn dev_reset(&self, x: i32) -> i32;"
        );
    }

    #[test]
    fn a_handle_is_there_unless_the_documentation_says_that_it_may_be_null() {
        let open = |doc: &str| {
            let method = linux(&format!(
                "#define DEV_OK 0\ntypedef struct dev dev;\n/** {doc} */\nint dev_open(int n, dev **device);"
            ));
            method.split_once("#[out] ").expect("the output").1.to_owned()
        };
        assert_eq!(open("Opens it."), "device: Handle<Dev>) -> i32;");
        assert_eq!(open("If there is an error, *device is NULL."), "device: Handle<Dev>) -> i32;");
        assert_eq!(open("Without a device, *device is set to NULL."), "device: Option<Handle<Dev>>) -> i32;");
    }

    #[test]
    fn an_integer_is_not_a_status_where_statuses_have_a_type() {
        let header = "typedef enum { DEV_OK = 0, DEV_GONE = 1 } dev_error; dev_error dev_reset(int n);";
        assert_eq!(linux(&format!("{header} int dev_add(int x);")), "fn dev_add(&self, x: i32) -> i32;");
    }

    #[test]
    fn documentation_says_which_value_is_success() {
        assert_eq!(
            linux("/** @return 0 on success */\nint f(int x);"),
            "// check: 0 is success, the documentation says #[check(ret == 0)] fn f(&self, x: i32) -> i32;"
        );
    }

    #[test]
    fn bool_is_a_status_on_windows() {
        assert_eq!(
            windows("typedef int BOOL; BOOL Open(int x);"),
            "#[symbol(\"Open\")] \
             #[check(bool::from(ret))] #[last_error] fn open(&self, x: i32) -> Bool32;"
        );
        assert_eq!(
            windows("typedef int BOOL; BOOL IsOpen(int x);"),
            "#[symbol(\"IsOpen\")] fn is_open(&self, x: i32) -> Bool32;"
        );
    }
}
