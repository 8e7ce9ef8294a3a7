//! Rule `reserved`: a parameter of this name is zero or null.

use crate::import::model::CType;
use crate::import::names::words;
use crate::import::rules::draft::{Draft, Slot};
use crate::import::types::Types;

pub(crate) fn reserved(types: &Types<'_>, draft: &mut Draft<'_>) {
    for index in draft.open() {
        let parameter = draft.parameter(index).clone();
        let words = words(&parameter.name);
        if !words
            .iter()
            .any(|word| ["reserved", "unused"].contains(&word.trim_end_matches(|c: char| c.is_ascii_digit())))
        {
            continue;
        }
        let (value, ty) = match parameter.ty.resolved() {
            CType::Pointer { .. } | CType::Function(_) => ("Address::NULL", "Address".to_owned()),
            CType::Int(_) => match types.value(&parameter.ty) {
                Ok(ty) if !ty.starts_with(|c: char| c.is_ascii_uppercase()) => ("0", ty),
                _ => continue,
            },
            _ => continue,
        };
        draft.decide(index, Slot::with(format!("#[fixed({value})]"), ty));
        let name = &draft.names[index];
        draft.guess("reserved", format!("{name} is passed as {}", if value == "0" { "0" } else { "null" }));
    }
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::linux;

    #[test]
    fn reserved_parameters_are_fixed() {
        assert_eq!(
            linux("void f(int x, void *reserved, unsigned dwReserved2);"),
            "// check: reserved is passed as null // check: reserved2 is passed as 0 \
             fn f(&self, x: i32, #[fixed(Address::NULL)] reserved: Address, #[fixed(0)] reserved2: u32);"
        );
    }
}
