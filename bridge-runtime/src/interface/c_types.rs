//! The structs and unions of an interface as C declares them, with their layout in this process: what one compares with the header
//! of a library.

use std::fmt::{self, Write as _};

/// The structs and unions of an interface, each after those that it contains.
#[derive(Debug, Default)]
pub struct CTypes {
    /// The Rust names of those that were found.
    seen: Vec<&'static str>,
    found: Vec<CStruct>,
}

/// A struct or a union.
#[derive(Debug)]
struct CStruct {
    keyword: &'static str,
    name: &'static str,
    size: usize,
    alignment: usize,
    /// The offset and the declaration of each field.
    fields: Vec<(usize, String)>,
}

/// A field of a struct or a union.
#[derive(Debug)]
pub struct CField {
    offset: usize,
    declarator: &'static str,
    declare: fn(&str) -> String,
    add_types: fn(&mut CTypes),
}

impl CField {
    /// A field of a type that `declare` writes the declaration of, and whose own structs and unions `add_types` adds.
    pub fn new(
        offset: usize,
        declarator: &'static str,
        declare: fn(&str) -> String,
        add_types: fn(&mut CTypes),
    ) -> Self {
        Self { offset, declarator, declare, add_types }
    }
}

impl CTypes {
    /// Adds a `struct` or `union` with the Rust type `T`, unless it was found before. Its layout is its size and alignment in C.
    pub fn add<T>(
        &mut self,
        keyword: &'static str,
        name: &'static str,
        (size, alignment): (usize, usize),
        fields: &[CField],
    ) {
        let rust_name = std::any::type_name::<T>();
        if self.seen.contains(&rust_name) {
            return;
        }
        self.seen.push(rust_name);
        for field in fields {
            (field.add_types)(self);
        }
        let fields = fields.iter().map(|field| (field.offset, (field.declare)(field.declarator))).collect();
        self.found.push(CStruct { keyword, name, size, alignment, fields });
    }

    /// The declarations for a C header.
    pub(crate) fn header(&self) -> String {
        let mut text = String::new();
        for CStruct { keyword, name, alignment, fields, .. } in &self.found {
            // What the compiler would align to 8 bytes.
            let eight = ["double", "int64_t", "*", "size_t", "long", "intptr_t"];
            let has_eight = fields.iter().any(|(_, field)| eight.iter().any(|word| field.contains(word)));
            let is_packed = *alignment < if has_eight { 8 } else { 4 } && fields.len() > 1;
            if is_packed {
                let _ = writeln!(text, "\n#pragma pack(push, {alignment})");
            }
            let _ = writeln!(text, "{}typedef {keyword} {name} {{", if is_packed { "" } else { "\n" });
            for (_, declaration) in fields {
                let _ = writeln!(text, "    {declaration};");
            }
            let _ = writeln!(text, "}} {name};");
            if is_packed {
                let _ = writeln!(text, "#pragma pack(pop)");
            }
        }
        text
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

impl fmt::Display for CTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for CStruct { keyword, name, size, fields, .. } in &self.found {
            writeln!(f, "\n  typedef {keyword} {{")?;
            let width = fields.iter().map(|(offset, _)| offset.to_string().len()).max().unwrap_or_default();
            for (offset, declaration) in fields {
                writeln!(f, "    /* {offset:width$} */ {declaration};")?;
            }
            writeln!(f, "  }} {name}; /* {size} bytes */")?;
        }
        Ok(())
    }
}

/// The declaration of an array.
pub fn declare_array(declarator: &str, length: usize, element: fn(&str) -> String) -> String {
    match declarator.starts_with('*') {
        true => element(&format!("({declarator})[{length}]")),
        false => element(&format!("{declarator}[{length}]")),
    }
}

/// The declaration of a pointer that C may only read through.
pub fn declare_pointer(declarator: &str, target: fn(&str) -> String) -> String {
    let declared = target(&format!("*{declarator}"));
    // The target may be a pointer like that itself.
    if declared.starts_with("const ") { declared } else { format!("const {declared}") }
}

/// `double x`, but `double *x`.
pub fn declare(c: &str, declarator: &str) -> String {
    if c.ends_with('*') { format!("{c}{declarator}") } else { format!("{c} {declarator}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_declared_once_and_after_what_they_contain() {
        fn int(declarator: &str) -> String {
            declare("int32_t", declarator)
        }
        fn inner(types: &mut CTypes) {
            types.add::<u8>("union", "Inner", (4, 4), &[CField::new(0, "x", int, |_| {})]);
        }
        fn outer(types: &mut CTypes) {
            let fields = [
                CField::new(0, "first", |declarator| declare("Inner", declarator), inner),
                CField::new(
                    4,
                    "next",
                    |declarator| declare_pointer(declarator, |target| declare("Outer", target)),
                    outer,
                ),
                CField::new(128, "*rows", |declarator| declare_array(declarator, 3, int), inner),
            ];
            types.add::<u16>("struct", "Outer", (132, 4), &fields);
        }
        let mut types = CTypes::default();
        outer(&mut types);
        inner(&mut types);
        let expected = "
  typedef union {
    /* 0 */ int32_t x;
  } Inner; /* 4 bytes */

  typedef struct {
    /*   0 */ Inner first;
    /*   4 */ const Outer *next;
    /* 128 */ int32_t (*rows)[3];
  } Outer; /* 132 bytes */
";
        assert_eq!(types.to_string(), expected);
    }
}
