//! The text of a type with the definitions of all types in it, found by observing what its `Deserialize` reads.
//!
//! Client and server are compiled separately, perhaps years apart. A field that is added to a struct must be noticed, and
//! serde's implementation is the only description that every type has which crosses the bridge.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};

/// The name by which a handle is serialized, as a newtype of its number. In the text of types it is its own, with its tag.
pub(crate) const HANDLE: &str = "bridge32::Handle";

/// The text of a value's type: its name, and the definition of every named type in it.
pub fn value<T: DeserializeOwned>() -> String {
    let mut probe = Probe::default();
    loop {
        probe.text.clear();
        // A type that accepts only certain values cannot be probed: its name has to do.
        if T::deserialize(&mut probe).is_err() {
            probe.text = type_name::<T>().to_owned();
            probe.open.clear();
            break;
        }
        if !probe.plan_next_pass() {
            break;
        }
    }
    let definitions: Vec<_> = probe.types.values().map(Definition::text).collect();
    match definitions.is_empty() {
        true => probe.text,
        false => format!("{} where {}", probe.text, definitions.join(", ")),
    }
}

/// The text of a vector's type.
pub fn vec<T: DeserializeOwned>() -> String {
    value::<Vec<T>>()
}

/// The text of a result's type.
pub fn result<T: DeserializeOwned, E: DeserializeOwned>() -> String {
    value::<Result<T, E>>()
}

/// The text of a reference's type.
pub fn reference<T: DeserializeOwned>() -> String {
    format!("&{}", value::<T>())
}

/// The text of a mutable reference's type.
pub fn reference_mut<T: DeserializeOwned>() -> String {
    format!("&mut {}", value::<T>())
}

/// The text of a mutable slice's type.
pub fn slice_mut<T: DeserializeOwned>() -> String {
    format!("&mut [{}]", value::<T>())
}

/// The text of an optional reference's type.
pub fn optional_reference<T: DeserializeOwned>() -> String {
    format!("Option<{}>", reference::<T>())
}

/// The text of an optional mutable reference's type.
pub fn optional_reference_mut<T: DeserializeOwned>() -> String {
    format!("Option<{}>", reference_mut::<T>())
}

/// The text of an optional slice's type.
pub fn optional_slice<T: DeserializeOwned>() -> String {
    format!("Option<{}>", slice::<T>())
}

/// The text of an optional mutable slice's type.
pub fn optional_slice_mut<T: DeserializeOwned>() -> String {
    format!("Option<{}>", slice_mut::<T>())
}

/// The text of the type of an output.
pub fn out<T: DeserializeOwned>() -> String {
    format!("out {}", value::<T>())
}

/// The text of the type of a vector that is an output.
pub fn out_vec<T: DeserializeOwned>() -> String {
    format!("out [{}]", value::<T>())
}

/// The text of the type of text that is an output.
pub fn out_text() -> String {
    "out String".to_owned()
}

/// The text of the type of a list of texts that is an output.
pub fn out_text_list() -> String {
    "out [String]".to_owned()
}

/// The text of `&[&str]`.
pub fn text_list() -> String {
    "&[&str]".to_owned()
}

/// The text of a slice's type.
pub fn slice<T: DeserializeOwned>() -> String {
    format!("&[{}]", value::<T>())
}

/// The text of `&str`.
pub fn text() -> String {
    "&str".to_owned()
}

/// The text of `Option<&str>`.
pub fn optional_text() -> String {
    "Option<&str>".to_owned()
}

/// The text of `&CStr`.
pub fn c_str() -> String {
    "&CStr".to_owned()
}

/// The text of `Option<&CStr>`.
pub fn optional_c_str() -> String {
    "Option<&CStr>".to_owned()
}

/// The text of a callback's context.
pub fn user_data<T>() -> String {
    "UserData".to_owned()
}

/// A deserializer that provides the simplest value of each type that is asked for, and records the type.
///
/// One pass reads one variant of each enum, so there are passes until every variant was seen.
#[derive(Default)]
struct Probe {
    text: String,
    /// The named types found, by their full Rust names: two types may have the same short one.
    types: BTreeMap<&'static str, Definition>,
    /// The enums and variants that are being read, outermost first; `None` is a struct.
    open: Vec<(&'static str, Option<usize>)>,
    /// The variant to take for an enum in this pass; the first for any other.
    route: BTreeMap<&'static str, usize>,
}

/// A named type.
struct Definition {
    name: &'static str,
    /// The content of a struct, or of each variant of an enum, once seen.
    parts: Vec<Part>,
    is_enum: bool,
    /// Where it was found first: the enum and variant that lead to it.
    found_in: Vec<(&'static str, usize)>,
}

struct Part {
    name: &'static str,
    content: Option<String>,
}

impl Definition {
    fn text(&self) -> String {
        let part = |part: &Part| format!("{}{}", part.name, part.content.as_deref().unwrap_or_default());
        format!("{} = {}", self.name, self.parts.iter().map(part).collect::<Vec<_>>().join(" | "))
    }
}

/// The type accepts only certain values.
#[derive(Debug)]
struct NotProbeable;

impl fmt::Display for NotProbeable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the type accepts only certain values")
    }
}

impl std::error::Error for NotProbeable {}

impl de::Error for NotProbeable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! plain {
    ($($method:ident => $name:literal, $visit:ident($($value:expr)?);)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotProbeable> {
            self.text += $name;
            visitor.$visit($($value)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Probe {
    type Error = NotProbeable;

    plain! {
        deserialize_bool => "bool", visit_bool(false);
        deserialize_i8 => "i8", visit_i8(1);
        deserialize_i16 => "i16", visit_i16(1);
        deserialize_i32 => "i32", visit_i32(1);
        deserialize_i64 => "i64", visit_i64(1);
        deserialize_i128 => "i128", visit_i128(1);
        deserialize_u8 => "u8", visit_u8(1);
        deserialize_u16 => "u16", visit_u16(1);
        deserialize_u32 => "u32", visit_u32(1);
        deserialize_u64 => "u64", visit_u64(1);
        deserialize_u128 => "u128", visit_u128(1);
        deserialize_f32 => "f32", visit_f32(1.0);
        deserialize_f64 => "f64", visit_f64(1.0);
        deserialize_char => "char", visit_char('a');
        deserialize_str => "&str", visit_borrowed_str("");
        deserialize_string => "String", visit_borrowed_str("");
        deserialize_bytes => "&[u8]", visit_borrowed_bytes(&[]);
        deserialize_byte_buf => "Vec<u8>", visit_borrowed_bytes(&[]);
        deserialize_unit => "()", visit_unit();
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NotProbeable> {
        Err(NotProbeable)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NotProbeable> {
        Err(NotProbeable)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotProbeable> {
        if self.is_inside_itself() {
            return visitor.visit_none();
        }
        self.between("Option<", ">", |probe| visitor.visit_some(probe))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotProbeable> {
        self.structure(type_name::<V::Value>(), name, |_| visitor.visit_unit())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotProbeable> {
        if name == HANDLE {
            self.text += &handle(type_name::<V::Value>());
            return visitor.visit_newtype_struct(&mut Probe::default());
        }
        self.structure(type_name::<V::Value>(), name, |probe| {
            probe.between("(", ")", |probe| visitor.visit_newtype_struct(probe))
        })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotProbeable> {
        let left = if self.is_inside_itself() { 0 } else { 1 };
        self.between("[", "]", |probe| visitor.visit_seq(FieldProbe { probe, names: None, left }))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, NotProbeable> {
        // The names of arrays begin like this, and those of tuples do not.
        if length > 0 && type_name::<V::Value>().starts_with('[') {
            return self.array(length, visitor);
        }
        self.between("(", ")", |probe| visitor.visit_seq(FieldProbe { probe, names: None, left: length }))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, NotProbeable> {
        self.structure(type_name::<V::Value>(), name, |probe| probe.deserialize_tuple(length, visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotProbeable> {
        let done = self.is_inside_itself();
        self.between("{", "}", |probe| visitor.visit_map(EntryProbe { probe, done }))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotProbeable> {
        self.structure(type_name::<V::Value>(), name, |probe| probe.fields(fields, visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotProbeable> {
        self.enumeration(type_name::<V::Value>(), name, variants, |probe, index| {
            visitor.visit_enum(VariantProbe { probe, index })
        })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotProbeable> {
        visitor.visit_u32(0)
    }

    /// As postcard, which reads the values later.
    fn is_human_readable(&self) -> bool {
        false
    }
}

/// `Handle<Tag>` or `Handle<Tag, i16>`, from the full name of the type.
fn handle(full_name: &str) -> String {
    let mut name = String::new();
    for part in full_name.split_inclusive(['<', '>', ',', ' ', '(', ')', '[', ']', ';', '&']) {
        name += part.rsplit("::").next().unwrap_or(part);
    }
    name.strip_suffix(", Address>").map_or_else(|| name.clone(), |pointer| format!("{pointer}>"))
}

/// How deep types may nest; an infinite type is refused.
const DEEPEST: usize = 100;

impl Probe {
    fn between<T>(
        &mut self,
        open: &str,
        close: &str,
        content: impl FnOnce(&mut Self) -> Result<T, NotProbeable>,
    ) -> Result<T, NotProbeable> {
        self.text += open;
        let value = content(self)?;
        self.text += close;
        Ok(value)
    }

    /// An array is `[T; N]`: its elements are all read, and the text of one of them is kept.
    fn array<'de, V: Visitor<'de>>(&mut self, length: usize, visitor: V) -> Result<V::Value, NotProbeable> {
        self.text += "[";
        let before = self.text.len();
        let value = visitor.visit_seq(FieldProbe { probe: self, names: None, left: length })?;
        // All have the same text, with ", " between them.
        let all = self.text.split_off(before);
        let element = all.get(..((all.len() + 2) / length).saturating_sub(2)).unwrap_or(&all);
        self.text += &format!("{element}; {length}]");
        Ok(value)
    }

    fn fields<'de, V: Visitor<'de>>(
        &mut self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotProbeable> {
        self.between("{ ", " }", |probe| visitor.visit_seq(FieldProbe { probe, names: Some(names), left: names.len() }))
    }

    fn structure<T>(
        &mut self,
        key: &'static str,
        name: &'static str,
        content: impl FnOnce(&mut Self) -> Result<T, NotProbeable>,
    ) -> Result<T, NotProbeable> {
        self.named(key, name, &[""], None, content)
    }

    fn enumeration<T>(
        &mut self,
        key: &'static str,
        name: &'static str,
        variants: &'static [&'static str],
        content: impl FnOnce(&mut Self, usize) -> Result<T, NotProbeable>,
    ) -> Result<T, NotProbeable> {
        if variants.is_empty() {
            return Err(NotProbeable);
        }
        let depth = self.open.iter().filter(|(open, _)| *open == key).count();
        let variant = match depth {
            0 => self.route.get(key).copied().unwrap_or(0),
            // In a recursive enum each variant is tried in turn: one of them ends the recursion.
            _ => depth % variants.len(),
        };
        self.named(key, name, variants, Some(variant), |probe| content(probe, variant))
    }

    /// A named type appears in the text by its name; its content goes to its definition.
    fn named<T>(
        &mut self,
        key: &'static str,
        name: &'static str,
        parts: &'static [&'static str],
        variant: Option<usize>,
        content: impl FnOnce(&mut Self) -> Result<T, NotProbeable>,
    ) -> Result<T, NotProbeable> {
        if self.open.len() > DEEPEST {
            return Err(NotProbeable);
        }
        let found_in = self.open.iter().filter_map(|(key, variant)| Some((*key, (*variant)?))).collect();
        self.types.entry(key).or_insert_with(|| Definition {
            name,
            parts: parts.iter().map(|name| Part { name, content: None }).collect(),
            is_enum: variant.is_some(),
            found_in,
        });
        let is_inside_itself = self.open.iter().any(|(open, _)| *open == key);
        self.text += name;
        let outside = std::mem::take(&mut self.text);
        self.open.push((key, variant));
        let value = content(self)?;
        self.open.pop();
        let inside = std::mem::replace(&mut self.text, outside);
        let part = self.types.get_mut(key).and_then(|found| found.parts.get_mut(variant.unwrap_or(0)));
        if let Some(part) = part.filter(|part| !is_inside_itself && part.content.is_none()) {
            part.content = Some(inside);
        }
        Ok(value)
    }

    /// Whether the type being read contains itself: then the simplest value has to end the recursion.
    fn is_inside_itself(&self) -> bool {
        self.open.split_last().is_some_and(|((last, _), outer)| outer.iter().any(|(key, _)| key == last))
    }

    /// Sets the route to a variant that was not seen yet; `false` when there is none.
    fn plan_next_pass(&mut self) -> bool {
        let next = self.types.iter().find_map(|(key, found)| {
            let variant = found.parts.iter().position(|part| found.is_enum && part.content.is_none())?;
            Some((*key, variant, &found.found_in))
        });
        let Some((key, variant, found_in)) = next else { return false };
        let route: BTreeMap<_, _> = found_in.iter().copied().chain([(key, variant)]).collect();
        // The same route would find nothing new, forever.
        if route == self.route {
            return false;
        }
        self.route = route;
        true
    }
}

struct FieldProbe<'p> {
    probe: &'p mut Probe,
    names: Option<&'static [&'static str]>,
    left: usize,
}

impl<'de> SeqAccess<'de> for FieldProbe<'_> {
    type Error = NotProbeable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, NotProbeable> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        if let Some(names) = self.names {
            self.probe.text += names[names.len() - self.left];
            self.probe.text += ": ";
        }
        self.left = left;
        let value = seed.deserialize(&mut *self.probe)?;
        if left > 0 {
            self.probe.text += ", ";
        }
        Ok(Some(value))
    }
}

struct EntryProbe<'p> {
    probe: &'p mut Probe,
    done: bool,
}

impl<'de> MapAccess<'de> for EntryProbe<'_> {
    type Error = NotProbeable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, NotProbeable> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let key = seed.deserialize(&mut *self.probe)?;
        self.probe.text += ": ";
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NotProbeable> {
        seed.deserialize(&mut *self.probe)
    }
}

struct VariantProbe<'p> {
    probe: &'p mut Probe,
    index: usize,
}

impl<'de, 'p> EnumAccess<'de> for VariantProbe<'p> {
    type Error = NotProbeable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), NotProbeable> {
        let index = de::value::U32Deserializer::<NotProbeable>::new(self.index as u32);
        Ok((seed.deserialize(index)?, self))
    }
}

impl<'de> VariantAccess<'de> for VariantProbe<'_> {
    type Error = NotProbeable;

    fn unit_variant(self) -> Result<(), NotProbeable> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, NotProbeable> {
        self.probe.between("(", ")", |probe| seed.deserialize(probe))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, NotProbeable> {
        self.probe.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotProbeable> {
        self.probe.fields(fields, visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Point {
        x: f64,
        y: f64,
    }

    #[derive(Deserialize)]
    #[allow(dead_code)]
    enum Shape {
        Nothing,
        Circle(Point, f64),
        Named { name: String, color: Color },
        Several(Vec<Shape>),
    }

    #[derive(Deserialize)]
    #[allow(dead_code)]
    enum Color {
        Red,
        Rgb(u8, u8, u8),
    }

    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Wrapper<T>(T);

    #[derive(Deserialize)]
    #[allow(dead_code)]
    enum Tree {
        Node(Box<Tree>, Box<Tree>),
        Leaf(i32),
    }

    #[test]
    fn plain_types_are_their_names() {
        assert_eq!(value::<i32>(), "i32");
        assert_eq!(value::<()>(), "()");
        assert_eq!(value::<Vec<String>>(), "[String]");
        assert_eq!(value::<Option<(bool, f32)>>(), "Option<(bool, f32)>");
        assert_eq!(value::<BTreeMap<String, [u8; 2]>>(), "{String: [u8; 2]}");
        assert_eq!(value::<[[(u8, u8); 3]; 2]>(), "[[(u8, u8); 3]; 2]");
    }

    #[test]
    fn named_types_are_spelled_out() {
        assert_eq!(value::<Point>(), "Point where Point = { x: f64, y: f64 }");
        assert_eq!(value::<Wrapper<Point>>(), "Wrapper where Point = { x: f64, y: f64 }, Wrapper = (Point)");
    }

    #[test]
    fn every_variant_is_seen_even_of_enums_inside_variants() {
        assert_eq!(
            value::<Shape>(),
            "Shape where Color = Red | Rgb(u8, u8, u8), Point = { x: f64, y: f64 }, Shape = Nothing \
             | Circle(Point, f64) | Named{ name: String, color: Color } | Several([Shape])"
        );
    }

    #[test]
    fn a_handle_is_its_tag_and_its_integer() {
        let named = |tag: &str| handle(&format!("bridge32_runtime::native::handle::Handle<{tag}>"));
        assert_eq!(named("lib::Database, bridge32_runtime::native::scalar::Address"), "Handle<Database>");
        assert_eq!(named("a::b::Unit, i16"), "Handle<Unit, i16>");
        assert_eq!(named("a::Of<(b::C, [d::E; 2])>, i16"), "Handle<Of<(C, [E; 2])>, i16>");
    }

    #[test]
    fn recursive_types_end() {
        assert_eq!(value::<Tree>(), "Tree where Tree = Node(Tree, Tree) | Leaf(i32)");
    }

    #[test]
    fn a_type_that_accepts_certain_values_only_is_its_name() {
        assert_eq!(value::<std::net::Ipv4Addr>(), "[u8; 4]");
        assert!(value::<Choosy>().ends_with("Choosy"));
    }

    struct Choosy;

    impl<'de> Deserialize<'de> for Choosy {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            if text == "choosy" { Ok(Self) } else { Err(de::Error::custom("not choosy")) }
        }
    }
}
