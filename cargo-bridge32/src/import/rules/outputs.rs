//! Pointers to numbers.

use crate::import::model::{CType, Direction, Int};
use crate::import::rules::draft::{Draft, Slot};
use crate::import::rules::freeing;
use crate::import::rules::lengths::counts_input;
use crate::import::rules::structs::is_plural;
use crate::import::text;
use crate::import::types::Types;

/// A `const int *` is a number that is read. Rules `output` and `text-output`: through another pointer, the function returns one
/// number, or a pointer to text.
pub(crate) fn outputs(types: &Types<'_>, draft: &mut Draft<'_>) {
    for index in draft.open() {
        let Some((target, is_const)) = draft.pointee(index) else { continue };
        let target = target.clone();
        let name = draft.names[index].clone();
        if matches!(draft.parameter(index).ty.resolved(), CType::Array { .. }) || is_plural(&name) {
            continue;
        }
        if let CType::Pointer { to, .. } = target.resolved() {
            pointer_output(types, draft, index, to, is_const);
            continue;
        }
        let direction = draft.direction(index);
        // One byte is more often the first of many.
        let is_byte = matches!(target.resolved(), CType::Char | CType::Int(Int { bits: 8, .. }) | CType::WChar);
        let says_byte = ["puc", "pby", "pb", "lpb"]
            .contains(&crate::import::names::type_prefix(&draft.parameter(index).name).unwrap_or_default());
        let is_number = match target.resolved() {
            CType::Bool
            | CType::Int(_)
            | CType::Long(_)
            | CType::Float
            | CType::Double
            | CType::LongDouble
            | CType::Enum(_) => !is_byte || direction.is_some() || (says_byte && draft.reads()),
            _ => false,
        };
        if !is_number {
            continue;
        }
        let Ok(ty) = types.value(&target) else { continue };
        let optional = draft.parameter(index).annotation.optional;
        let slot = match (direction, is_const) {
            (Some(Direction::In), _) | (None, true) if optional => Slot::plain(format!("Option<&{ty}>")),
            (Some(Direction::In), _) => Slot::plain(format!("&{ty}")),
            (None, true) => {
                draft.guess("input", format!("{name} is taken for a pointer to one number"));
                Slot::plain(format!("&{ty}"))
            }
            (Some(_), _) if optional => Slot::plain(format!("Option<&mut {ty}>")),
            (Some(Direction::InOut), _) => Slot::plain(format!("&mut {ty}")),
            (Some(Direction::Out), _) => Slot::with("#[out]", ty),
            (None, false) if name.contains("inout") || name.contains("in_out") || counts_input(draft, index) => {
                draft.guess("output", format!("{name} is taken for one number that the function reads and changes"));
                Slot::plain(format!("&mut {ty}"))
            }
            (None, false) => {
                draft.guess("output", format!("{name} is taken for one number that the function writes"));
                Slot::with("#[out]", ty)
            }
        };
        draft.decide(index, slot);
    }
}

/// Through a `char **`, the library returns text; through another pointer to a pointer, an address.
fn pointer_output(types: &Types<'_>, draft: &mut Draft<'_>, index: usize, to: &CType, is_const: bool) {
    let name = draft.names[index].clone();
    let is_list = ["argv", "env", "envp"].contains(&name.as_str());
    if is_const || is_list || draft.direction(index) == Some(Direction::In) {
        return;
    }
    if let Some(mut attributes) = text::encoding(types, to) {
        attributes.insert(0, "#[out(pointer)]".into());
        let is_library_s =
            matches!(draft.parameter(index).ty.pointee(), Some((CType::Pointer { is_const: true, .. }, _)));
        let freed_with = if is_library_s { None } else { freeing::function(types, draft) };
        let what = match freed_with {
            Some(function) => {
                attributes.push(format!("#[free_with({function:?})]"));
                format!("returns, and that {function} frees, as the documentation says")
            }
            None => "returns and keeps".to_owned(),
        };
        draft.decide(index, Slot { attributes, ty: "Option<String>".into() });
        draft.guess("text-output", format!("{name} is taken for text that the library {what}"));
        return;
    }
    draft.decide(index, Slot::with("#[out]", "Address"));
    draft.addresses.push(name);
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::{linux, windows};

    #[test]
    fn pointers_to_numbers_are_outputs() {
        assert_eq!(
            linux("int f(double *low);"),
            "// check: low is taken for one number that the function writes fn f(&self, #[out] low: f64) -> i32;"
        );
        assert_eq!(linux("int f(double *values);"), "fn f(&self, values: Address) -> i32;");
        assert_eq!(linux("int f(double values[]);"), "fn f(&self, values: Address) -> i32;");
        assert_eq!(linux("int f(unsigned char *x);"), "fn f(&self, x: Address) -> i32;");
        assert_eq!(
            windows("int GetTimer(unsigned char *pucTimer);"),
            "// check: timer is taken for one number that the function writes #[symbol(\"GetTimer\")] \
             fn get_timer(&self, #[out] timer: u8) -> i32;"
        );
    }

    #[test]
    fn what_the_header_says_is_no_guess() {
        assert_eq!(linux("/** @param[in,out] x both */\nint f(double *x);"), "fn f(&self, x: &mut f64) -> i32;");
        assert_eq!(linux("#define _Out_opt_\nint f(_Out_opt_ double *x);"), "fn f(&self, x: Option<&mut f64>) -> i32;");
    }

    #[test]
    fn pointers_to_text_are_outputs() {
        assert_eq!(
            linux("int f(const char **message);"),
            "// check: message is taken for text that the library returns and keeps \
             fn f(&self, #[out(pointer)] message: Option<String>) -> i32;"
        );
        assert_eq!(linux("int f(void **p);"), "fn f(&self, #[out] p: Address) -> i32;");
    }
}
