//! Types: from C's to Rust's.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::import::model::{CType, Convention, Function, Header, Int, Signature};
use crate::import::names::{PRELUDE, unique_camel, upper_camel};
use crate::target::Target;

/// The types that a header's functions use, with their names in Rust.
pub(crate) struct Types<'h> {
    pub(crate) header: &'h Header,
    pub(crate) target: Target,
    /// The calling convention of most functions, which is the trait's.
    pub(crate) convention: Convention,
    /// The names of the trait's methods by the symbols of their functions.
    pub(crate) methods: BTreeMap<String, String>,
    /// What functions' names begin with, if verbs follow it directly.
    pub(crate) verb_prefix: Option<String>,
    /// The names of structs, unions and enums by their identifiers, and of handles' tags by `tag:` and the C name.
    names: BTreeMap<String, String>,
    /// The structs that the library makes and owns: pointers to them are handles.
    owned: BTreeSet<String>,
    /// The pointers to opaque things that the library returns; only these can be handles.
    returned: BTreeSet<String>,
    used: RefCell<Used>,
    check_layout: CheckLayout,
}

/// Checks that a struct or union can be laid out as in C.
type CheckLayout = fn(&Types<'_>, &str) -> Result<(), String>;

/// What the trait uses: only that is printed.
#[derive(Debug, Default)]
struct Used {
    /// Structs, unions and enums.
    types: BTreeSet<String>,
    /// Tags, with what they stand for in C.
    tags: BTreeMap<String, String>,
}

impl<'h> Types<'h> {
    pub(crate) fn new(
        header: &'h Header,
        target: Target,
        mut taken: BTreeSet<String>,
        check_layout: CheckLayout,
    ) -> Self {
        taken.extend(PRELUDE.map(String::from));
        taken.extend(ITEMS.map(String::from));
        let mut types = Self {
            header,
            target,
            convention: most_common(header),
            methods: BTreeMap::new(),
            verb_prefix: None,
            names: BTreeMap::new(),
            owned: BTreeSet::new(),
            returned: BTreeSet::new(),
            used: RefCell::default(),
            check_layout,
        };
        types.find_handles();
        let mut all: Vec<(u32, &String, &str)> = Vec::new();
        all.extend(header.records.iter().map(|(id, record)| (record.line, id, record.name.as_str())));
        all.extend(header.enums.iter().map(|(id, declared)| (declared.line, id, declared.name.as_str())));
        // Named ones first, so that they get their names.
        all.sort_by_key(|(line, _, name)| (name.is_empty(), *line));
        for (_, id, name) in all {
            let name = if name.is_empty() { "Unnamed" } else { name };
            let name = unique_camel(upper_camel(without_decoration(name)), &mut taken);
            types.names.insert(id.clone(), name);
        }
        for key in types.returned.clone() {
            if let Some(name) = key.strip_prefix("tag:") {
                let name = if name == "HANDLE" { "Object".to_owned() } else { upper_camel(name) };
                let name = unique_camel(name, &mut taken);
                types.names.insert(key, name);
            }
        }
        types
    }

    /// Finds out which pointers are handles: those that the library returns in some way.
    fn find_handles(&mut self) {
        let header = self.header;
        for function in &header.functions {
            let signature = &function.signature;
            self.returned.extend(self.opaque_key(&signature.result));
            if let CType::Pointer { to, is_const: false } = signature.result.resolved()
                && let CType::Record(id) = to.resolved()
                && header.records.get(id).is_some_and(|record| record.fields.is_some() && record.is_own)
            {
                self.owned.insert(id.clone());
            }
            for parameter in &signature.parameters {
                if let Some((target, false)) = parameter.ty.pointee() {
                    self.returned.extend(self.opaque_key(target));
                }
                if let Some(callback) = parameter.ty.callback() {
                    for parameter in &callback.parameters {
                        self.returned.extend(self.opaque_key(&parameter.ty));
                        let target = parameter.ty.pointee().map(|(target, _)| target);
                        self.returned.extend(target.and_then(|target| self.opaque_key(target)));
                    }
                }
            }
        }
        for record in header.records.values().filter(|record| record.is_own) {
            for field in record.fields.iter().flatten() {
                self.returned.extend(self.opaque_key(&field.ty));
            }
        }
        self.returned.extend(self.owned.iter().cloned());
    }

    /// Returns the key of an opaque pointer: the identifier of the struct that nobody knows, or `tag:` and the name of a
    /// `void *`.
    fn opaque_key(&self, ty: &CType) -> Option<String> {
        if let CType::Pointer { to, .. } = ty.resolved() {
            match to.resolved() {
                CType::Record(id) if self.is_opaque(id) => return Some(id.clone()),
                CType::Record(id) if self.owned.contains(id) => return Some(id.clone()),
                CType::Void => {
                    let is_handle = |name: &&&str| {
                        let lower = name.to_lowercase();
                        // Windows' own begin with an H.
                        let is_windows =
                            name.starts_with('H') && name.len() > 2 && name.chars().all(|c| c.is_ascii_uppercase());
                        lower.ends_with("handle") || lower.ends_with("hnd") || is_windows
                    };
                    let names = ty.names();
                    return names.iter().find(is_handle).map(|name| format!("tag:{name}"));
                }
                _ => {}
            }
        }
        None
    }

    fn is_opaque(&self, id: &str) -> bool {
        match self.header.records.get(id).map(|record| &record.fields) {
            Some(None) => true,
            // Windows' `DECLARE_HANDLE`.
            Some(Some(fields)) => fields.len() <= 1 && fields.iter().all(|field| field.name == "unused"),
            None => false,
        }
    }

    /// Returns the tag of a pointer that is a handle.
    pub(crate) fn handle(&self, ty: &CType) -> Option<String> {
        let key = self.opaque_key(ty).filter(|key| self.returned.contains(key))?;
        let name = self.names.get(&key)?.clone();
        let original = match key.strip_prefix("tag:") {
            Some(name) => name.to_owned(),
            None => self.header.records.get(&key).map(|record| record.name.clone()).unwrap_or_default(),
        };
        self.used.borrow_mut().tags.insert(name.clone(), original);
        Some(name)
    }

    /// Whether a handle is of a struct whose fields the header shows.
    pub(crate) fn is_owned_struct(&self, ty: &CType) -> bool {
        self.opaque_key(ty).is_some_and(|key| self.owned.contains(&key))
    }

    /// Returns the type for a value that is passed as it is.
    ///
    /// # Errors
    /// Fails if Rust, or the bridge, has no such type.
    pub(crate) fn value(&self, ty: &CType) -> Result<String, String> {
        if let Some(item) = platform_type(ty) {
            return Ok(item.to_owned());
        }
        match ty.resolved() {
            CType::Bool => Ok("bool".into()),
            CType::Char => Ok("u8".into()),
            CType::WChar => Ok(if self.target.is_windows() { "u16" } else { "u32" }.into()),
            CType::Int(Int { bits, signed }) => Ok(format!("{}{bits}", if *signed { 'i' } else { 'u' })),
            CType::Long(true) => Ok("Long".into()),
            CType::Long(false) => Ok("ULong".into()),
            CType::Float => Ok("f32".into()),
            CType::Double => Ok("f64".into()),
            CType::LongDouble => Ok("LongDouble".into()),
            CType::Enum(id) => self.enumeration(id),
            CType::Record(id) => self.record(id),
            CType::Pointer { .. } | CType::Function(_) => Ok("Address".into()),
            CType::Void => Err("a `void` has no value".into()),
            CType::Array { .. } => Err("an array cannot be passed by value".into()),
            CType::Unknown(name) => Err(format!("the bridge has no type for `{name}`")),
            CType::Named(name, _) => Err(format!("the bridge has no type for `{name}`")),
        }
    }

    fn enumeration(&self, id: &str) -> Result<String, String> {
        match self.header.enums.get(id) {
            Some(declared) if !declared.variants.is_empty() => {
                self.used.borrow_mut().types.insert(id.to_owned());
                Ok(self.names[id].clone())
            }
            _ => Ok("i32".into()),
        }
    }

    /// Returns the name of a struct or union, which is then printed with those that it consists of.
    ///
    /// # Errors
    /// Fails if it cannot be laid out as in C.
    pub(crate) fn record(&self, id: &str) -> Result<String, String> {
        let name = self.names.get(id).cloned().unwrap_or_default();
        let is_new = !self.used.borrow().types.contains(id);
        if is_new {
            (self.check_layout)(self, id)?;
            self.used.borrow_mut().types.insert(id.to_owned());
        }
        Ok(name)
    }

    /// Returns the name of the method for a function, if the trait has one.
    pub(crate) fn method(&self, function: &Function) -> Option<&str> {
        self.methods.get(function.symbol()).map(String::as_str)
    }

    /// Returns the name of a type that is printed.
    pub(crate) fn name(&self, id: &str) -> &str {
        self.names.get(id).map_or("", String::as_str)
    }

    /// Returns the tags that are used, with what they stand for in C.
    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        self.used.borrow().tags.clone()
    }

    pub(crate) fn used_types(&self) -> BTreeSet<String> {
        self.used.borrow().types.clone()
    }

    /// Whether a callback can be declared, and not only passed as an address.
    pub(crate) fn can_be_called_back(&self, signature: &Signature) -> bool {
        let is_value =
            |ty: &CType| matches!(ty.resolved(), CType::Pointer { .. } | CType::Array { .. }) || self.value(ty).is_ok();
        !signature.variadic
            && signature.parameters.iter().all(|parameter| is_value(&parameter.ty))
            && (*signature.result.resolved() == CType::Void || self.value(&signature.result).is_ok())
    }
}

/// The items of the crate `bridge32` that a trait may use.
const ITEMS: [&str; 14] = [
    "Address",
    "Bool16",
    "Bool32",
    "Bridge",
    "Client",
    "Handle",
    "IntPtr",
    "Long",
    "LongDouble",
    "SSize",
    "Size",
    "UIntPtr",
    "ULong",
    "UserData",
];

/// Returns the item for a platform's type, which typedefs name.
pub(crate) fn platform_type(ty: &CType) -> Option<&'static str> {
    const TYPES: [(&[&str], &str); 6] = [
        (&["BOOL", "WINBOOL"], "Bool32"),
        (&["VARIANT_BOOL"], "Bool16"),
        (&["size_t", "SIZE_T"], "Size"),
        (&["ssize_t", "SSIZE_T"], "SSize"),
        (&["INT_PTR", "LONG_PTR", "intptr_t", "ptrdiff_t"], "IntPtr"),
        (&["UINT_PTR", "ULONG_PTR", "DWORD_PTR", "uintptr_t"], "UIntPtr"),
    ];
    // Others use `BOOL` for a byte.
    let is_int = matches!(ty.resolved(), CType::Int(Int { bits: 32, .. }));
    let found = TYPES.iter().find(|(names, _)| ty.is_named(names)).map(|(_, item)| *item)?;
    match found {
        "Bool32" => is_int.then_some(found),
        "Bool16" => matches!(ty.resolved(), CType::Int(Int { bits: 16, .. })).then_some(found),
        _ => ty.is_integer().then_some(found),
    }
}

/// Returns a tag's name without what C programmers add to keep it apart from its typedef.
fn without_decoration(name: &str) -> &str {
    let name = name.trim_matches('_');
    name.strip_prefix("tag").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase())).unwrap_or(name)
}

/// Returns the calling convention of most functions.
fn most_common(header: &Header) -> Convention {
    let mut counts = BTreeMap::<Convention, usize>::new();
    for function in &header.functions {
        *counts.entry(function.signature.convention).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(convention, _)| convention).unwrap_or_default()
}
