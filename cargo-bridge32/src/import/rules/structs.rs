//! Pointers to structs.

use crate::import::layout;
use crate::import::model::{CType, Direction};
use crate::import::rules::draft::{Draft, Slot};
use crate::import::types::Types;

/// A `const T *` is a struct that is read. Rules `struct-output`, `struct-input` and `struct-in-out`: another is written, read, or
/// both, unless it has pointers of the library's.
pub(crate) fn structs(types: &Types<'_>, draft: &mut Draft<'_>) {
    for index in draft.open() {
        let Some((target, is_const)) = draft.pointee(index) else { continue };
        let CType::Record(id) = target.resolved() else { continue };
        // Without a length, several cannot be told from one.
        let name = draft.names[index].clone();
        if is_plural(&name) || matches!(draft.parameter(index).ty.resolved(), CType::Array { .. }) {
            continue;
        }
        let Ok(ty) = types.record(id) else { continue };
        let optional = draft.parameter(index).annotation.optional;
        let direction = draft.direction(index);
        let slot = match direction {
            Some(Direction::In) => Slot::plain(reference("&", &ty, optional)),
            Some(Direction::InOut) => Slot::plain(reference("&mut ", &ty, optional)),
            Some(Direction::Out) if !optional => Slot::with("#[out]", ty),
            Some(Direction::Out) => Slot::plain(reference("&mut ", &ty, optional)),
            None if is_const => Slot::plain(reference("&", &ty, optional)),
            // Its pointers are the library's, which may well know the struct by its own address.
            None if has_pointers(types, id) => continue,
            None if draft.reads() && !draft.writes() => {
                draft.guess("struct-output", format!("{name} is taken for one struct that the function fills"));
                Slot::with("#[out]", ty)
            }
            None if draft.writes() => {
                draft.guess("struct-input", format!("{name} is taken for one struct that the function reads"));
                Slot::plain(reference("&", &ty, optional))
            }
            None => {
                let guess =
                    format!("{name} is taken for one struct that the function reads and changes, and does not keep");
                draft.guess("struct-in-out", guess);
                Slot::plain(reference("&mut ", &ty, optional))
            }
        };
        draft.decide(index, slot);
    }
}

/// Whether a struct has pointers that only travel.
fn has_pointers(types: &Types<'_>, id: &str) -> bool {
    let fields = layout::of(types, id).map(|layout| layout.fields).unwrap_or_default();
    fields.iter().any(|field| field.ty.contains("Address"))
}

fn reference(kind: &str, ty: &str, optional: bool) -> String {
    if optional { format!("Option<{kind}{ty}>") } else { format!("{kind}{ty}") }
}

/// Whether a name is a plural, of which a pointer may be an array.
pub(crate) fn is_plural(name: &str) -> bool {
    const SINGULAR: [&str; 8] = ["status", "address", "class", "bus", "axis", "process", "access", "progress"];
    let last = name.rsplit('_').next().unwrap_or_default();
    let is_list = ["array", "list", "table", "matrix", "vector", "buf", "buffer", "data"].contains(&last);
    is_list || last.ends_with('s') && !last.ends_with("ss") && !SINGULAR.contains(&last) && last.len() > 2
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::linux;

    #[test]
    fn structs_are_read_or_written() {
        let point = "typedef struct { double x, y; } point; ";
        assert_eq!(linux(&format!("{point} void move_to(const point *p);")), "fn move_to(&self, p: &Point);");
        assert_eq!(
            linux(&format!("{point} void get_origin(point *p);")),
            "// check: p is taken for one struct that the function fills fn get_origin(&self, #[out] p: Point);"
        );
        assert_eq!(
            linux(&format!("{point} void rotate(point *p);")),
            "// check: p is taken for one struct that the function reads and changes, and does not keep fn rotate(&self, p: &mut Point);"
        );
        assert_eq!(linux(&format!("{point} void rotate(point *points);")), "fn rotate(&self, points: Address);");
    }
}
