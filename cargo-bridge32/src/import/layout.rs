//! The fields of structs and unions in Rust, laid out as in C.

use std::collections::BTreeSet;

use crate::import::model::{CType, Field, Int, Record};
use crate::import::names::{self, unique, without_type_prefix, words};
use crate::import::spelling;
use crate::import::text;
use crate::import::types::Types;

/// A struct or union in Rust.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The packing, if it is not C's default.
    pub(crate) pack: Option<usize>,
    pub(crate) fields: Vec<PlannedField>,
    /// Whether all fields can be copied.
    pub(crate) is_copy: bool,
    /// Whether it is a union whose fields Rust can have.
    pub(crate) is_union: bool,
}

/// A field in Rust.
#[derive(Debug)]
pub(crate) struct PlannedField {
    pub(crate) name: String,
    pub(crate) doc: Option<String>,
    /// Its declaration in C, if the type in Rust does not say it all.
    pub(crate) declaration: Option<String>,
    /// A guess about it.
    pub(crate) guess: Option<String>,
    pub(crate) attributes: Vec<String>,
    pub(crate) ty: String,
}

/// Checks that a struct or union can be declared.
///
/// # Errors
/// Fails if it cannot; the error says why.
pub(crate) fn check(types: &Types<'_>, id: &str) -> Result<(), String> {
    of(types, id).map(drop)
}

/// Returns the fields of a struct or union.
///
/// # Errors
/// Fails if Rust cannot have them where C has them.
pub(crate) fn of(types: &Types<'_>, id: &str) -> Result<Layout, String> {
    let record = types.header.records.get(id).ok_or("it is unknown")?;
    let Some(fields) = &record.fields else { return Err(format!("`{}` is not defined", record.name)) };
    if fields.is_empty() {
        return Err(format!("`{}` has no fields", record.name));
    }
    if let Some(last) = fields.last()
        && matches!(last.ty.resolved(), CType::Array { length: None | Some(0), .. })
    {
        return Err(format!("`{}` ends with an array of any length", record.name));
    }
    match record.is_union {
        true => union(types, record, fields),
        false => structure(types, record, fields),
    }
}

fn structure(types: &Types<'_>, record: &Record, fields: &[Field]) -> Result<Layout, String> {
    let pack =
        packing(types, record, fields).ok_or_else(|| format!("`{}` is not laid out as Rust can", record.name))?;
    let mut taken = BTreeSet::new();
    let mut planned = Vec::new();
    let mut end = 0;
    let mut rest = fields;
    while let [field, after @ ..] = rest {
        if field.bits.is_some() {
            let others = rest.iter().position(|field| field.bits.is_none());
            let names: Vec<_> = rest[..others.unwrap_or(rest.len())].iter().map(bit_field).collect();
            let next = others.map_or(record.size, |at| rest[at].offset / 8);
            planned.push(PlannedField {
                name: unique("bits".into(), &mut taken),
                doc: None,
                declaration: Some(names.join(" ")),
                guess: None,
                attributes: Vec::new(),
                ty: format!("[u8; {}]", next - end),
            });
            end = next;
            rest = others.map_or(&[], |at| &rest[at..]);
            continue;
        }
        planned.push(plan(types, field, &mut taken)?);
        end = field.offset / 8 + size(types, &field.ty).0;
        rest = after;
    }
    if let [first, _, ..] = fields
        && let Some(name) = size_field(first)
    {
        planned[0].attributes.push("#[fixed(size_of)]".into());
        planned[0].guess = Some(format!("{name} is taken for the size of the struct"));
    }
    let is_copy = planned.iter().zip(fields).all(|(planned, _)| !planned.ty.contains("String"))
        && fields.iter().all(|field| is_copy(types, &field.ty));
    Ok(Layout { pack, fields: planned, is_copy, is_union: false })
}

fn bit_field(field: &Field) -> String {
    format!("{} : {};", if field.name.is_empty() { "unnamed" } else { &field.name }, field.bits.unwrap_or_default())
}

fn is_copy(types: &Types<'_>, ty: &CType) -> bool {
    match ty.resolved() {
        CType::Record(id) => of(types, id).is_ok_and(|layout| layout.is_copy),
        CType::Array { of, .. } => is_copy(types, of),
        _ => true,
    }
}

/// Rule `size-field`: the first field of a struct is its size, which the library checks.
fn size_field(field: &Field) -> Option<&str> {
    let words = words(&field.name);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let is_size = matches!(
        words[..],
        ["cb", "size"]
            | ["dw", "size"]
            | ["struct", "size"]
            | ["size", "of", "struct"]
            | ["cb", "struct"]
            | ["n", "size"]
            | ["cb"]
    );
    (is_size && field.ty.is_integer()).then_some(&field.name)
}

fn plan(types: &Types<'_>, field: &Field, taken: &mut BTreeSet<String>) -> Result<PlannedField, String> {
    let name = if field.name.is_empty() { "unnamed".to_owned() } else { without_type_prefix(&field.name) };
    // A number in its name is not C's.
    let is_numbered = taken.contains(&name);
    let declared = || spelling::declared(&field.ty, &field.name, types.header) + ";";
    let mut planned = PlannedField {
        name: unique(name, taken),
        doc: field.doc.clone(),
        declaration: is_numbered.then(declared),
        guess: None,
        attributes: Vec::new(),
        ty: String::new(),
    };
    if let Some(found) = text::field(types, field) {
        (planned.attributes, planned.ty, planned.guess) = found;
        return Ok(planned);
    }
    planned.ty = field_type(types, &field.ty)?;
    if planned.ty.contains("Address") {
        planned.declaration = Some(declared());
    }
    Ok(planned)
}

fn field_type(types: &Types<'_>, ty: &CType) -> Result<String, String> {
    if let Some(tag) = types.handle(ty) {
        return Ok(format!("Option<Handle<{tag}>>"));
    }
    match ty.resolved() {
        CType::Array { of, length: Some(length), .. } => Ok(format!("[{}; {length}]", field_type(types, of)?)),
        _ => types.value(ty),
    }
}

/// Returns the packing with which Rust has the fields where C has them; the outer `None` if there is none.
fn packing(types: &Types<'_>, record: &Record, fields: &[Field]) -> Option<Option<usize>> {
    [None, Some(1), Some(2), Some(4), Some(8)].into_iter().find(|pack| {
        let limit = pack.unwrap_or(usize::MAX);
        let (mut end, mut alignment) = (0, 1);
        let mut in_bits = false;
        for field in fields {
            if field.bits.is_some() {
                // Bytes from here to the next field.
                in_bits = true;
                continue;
            }
            let (size, natural) = size(types, &field.ty);
            let natural = natural.min(limit);
            if in_bits {
                end = field.offset / 8;
                in_bits = false;
            }
            alignment = alignment.max(natural);
            end = usize::next_multiple_of(end, natural);
            if end * 8 != field.offset {
                return false;
            }
            end += size;
        }
        let end = if in_bits { record.size } else { end };
        end.next_multiple_of(alignment) == record.size
    })
}

/// Returns the size and alignment of a type for the target, in bytes.
pub(crate) fn size(types: &Types<'_>, ty: &CType) -> (usize, usize) {
    let of_64_bits = if types.target.is_windows() { 8 } else { 4 };
    match ty.resolved() {
        CType::Bool | CType::Char | CType::Void => (1, 1),
        CType::WChar if types.target.is_windows() => (2, 2),
        CType::Int(Int { bits: 64, .. }) | CType::Double => (8, of_64_bits),
        CType::Int(Int { bits, .. }) => (usize::from(*bits) / 8, usize::from(*bits) / 8),
        CType::LongDouble => (12, 4),
        CType::Array { of, length, .. } => {
            let (size, alignment) = size(types, of);
            (size * length.unwrap_or(0), alignment)
        }
        CType::Record(id) => {
            types.header.records.get(id).map_or((0, 1), |record| (record.size, record.alignment.max(1)))
        }
        CType::Enum(id) => types.header.enums.get(id).map_or((4, 4), |declared| size(types, &declared.integer)),
        _ => (4, 4),
    }
}

/// A union of numbers, or one field of as many bytes if it has others.
fn union(types: &Types<'_>, record: &Record, fields: &[Field]) -> Result<Layout, String> {
    let is_plain = |field: &Field| is_number(types, &field.ty) && field.bits.is_none() && !field.name.is_empty();
    let mut taken = BTreeSet::new();
    if fields.iter().all(is_plain) {
        let plan = |field: &Field| {
            let name = without_type_prefix(&field.name);
            let is_numbered = taken.contains(&name);
            Ok(PlannedField {
                name: unique(name, &mut taken),
                doc: field.doc.clone(),
                declaration: is_numbered.then(|| spelling::declared(&field.ty, &field.name, types.header) + ";"),
                guess: None,
                attributes: Vec::new(),
                ty: field_type(types, &field.ty)?,
            })
        };
        let fields = fields.iter().map(plan).collect::<Result<_, String>>()?;
        return Ok(Layout { pack: None, fields, is_copy: true, is_union: true });
    }
    let (unit, width) = match record.alignment {
        alignment if alignment >= 8 => ("u64", 8),
        4 => ("u32", 4),
        2 => ("u16", 2),
        _ => ("u8", 1),
    };
    let of_fields: Vec<_> =
        fields.iter().map(|field| spelling::declared(&field.ty, &field.name, types.header) + ";").collect();
    let field = PlannedField {
        name: "words".into(),
        doc: None,
        declaration: Some(format!("union {{ {} }}", of_fields.join(" "))),
        guess: None,
        attributes: Vec::new(),
        ty: format!("[{unit}; {}]", record.size / width),
    };
    Ok(Layout { pack: None, fields: vec![field], is_copy: true, is_union: false })
}

fn is_number(types: &Types<'_>, ty: &CType) -> bool {
    match ty.resolved() {
        CType::Bool | CType::Char | CType::WChar | CType::Int(_) | CType::Float | CType::Double => {
            !ty.is_named(&["BOOL", "WINBOOL", "VARIANT_BOOL"])
        }
        CType::Enum(id) => types.header.enums.get(id).is_some_and(|declared| !names::is_newtype(declared)),
        CType::Array { of, length: Some(_), .. } => is_number(types, of),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::linux_types;
    use crate::import::{Options, trait_from_text};
    use crate::target::Target;

    #[test]
    fn packing_is_that_of_the_header() {
        let types =
            linux_types("#pragma pack(push, 1)\nstruct p { char kind; int value; };\nint f(const struct p *x);");
        assert_eq!(
            types,
            "#[repr(C)] #[bridge(pack = 1)] #[bridge(size = 5)] pub struct P { pub kind: u8, pub value: i32, }"
        );
    }

    #[test]
    fn bit_fields_are_bytes_up_to_the_next_field() {
        let types = linux_types("struct p { unsigned low : 3, high : 5; int value; };\nint f(const struct p *x);");
        assert_eq!(types, "#[repr(C)] #[bridge(size = 8)] pub struct P { pub bits: [u8; 4], pub value: i32, }");
    }

    #[test]
    fn a_union_of_numbers_is_one_and_others_are_bytes() {
        let types = linux_types("union p { int whole; float real; };\nint f(union p x);");
        assert_eq!(types, "#[repr(C)] #[bridge(size = 4)] pub union P { pub whole: i32, pub real: f32, }");
        let types = linux_types("union p { int whole; const char *text; };\nint f(const union p *x);");
        assert_eq!(types, "#[repr(C)] #[bridge(size = 4)] pub struct P { pub words: [u32; 1], }");
    }

    #[test]
    fn the_first_field_may_be_the_size() {
        let types = linux_types("struct p { unsigned cbSize; int value; };\nint f(const struct p *x);");
        let fields =
            "// check: cbSize is taken for the size of the struct #[fixed(size_of)] pub size: u32, pub value: i32,";
        assert_eq!(types, format!("#[repr(C)] #[bridge(size = 8)] pub struct P {{ {fields} }}"));
    }

    #[test]
    fn a_number_in_a_name_is_explained() {
        let options = Options { target: Some(Target::I686Linux), ..Options::default() };
        let source = |header: &str| trait_from_text(header, &options).expect("it is a header").source;
        let with_struct = source("struct p { int nValue; double dValue; };\nint f(const struct p *x);");
        let fields = "    pub value: i32,\n    /// `double dValue;`\n    pub value_2: f64,\n";
        assert!(with_struct.contains(fields), "{with_struct}");
        let with_union = source("union p { int nValue; float fValue; };\nint f(union p x);");
        assert!(with_union.contains("    /// `float fValue;`\n    pub value_2: f32,\n"), "{with_union}");
        let with_enum = source("typedef enum { fast_mode = 5, FAST_MODE = 9 } Mode; Mode f(int x);");
        let variants = "    FastMode = 5,\n    /// `FAST_MODE`\n    FastMode2 = 9,\n";
        assert!(with_enum.contains(variants), "{with_enum}");
        let with_types = source(
            "struct dev_info { int a; }; struct DEV_INFO { int b; };\nint f(const struct dev_info *x, const struct DEV_INFO *y);",
        );
        assert!(
            with_types.contains("/// `DEV_INFO`\n") && with_types.contains("pub struct DevInfo2 {"),
            "{with_types}"
        );
    }

    #[test]
    fn what_has_no_layout_stays_an_address() {
        // The number of elements at the end is unknown.
        assert_eq!(linux_types("struct p { int n; int values[]; };\nint f(const struct p *x);"), "");
    }
}
