//! The interfaces that the .NET tests call.

use bridge32::dotnet::{Class, Matrix, Object};
use bridge32::{Bridge, bridge32};

/// Every type, in every position.
#[bridge32(dotnet = "managed", class = "Fixture.Values")]
#[allow(missing_docs, clippy::too_many_arguments, reason = "each method is that of managed.cs")]
pub trait Managed {
    #[symbol("Bool")]
    fn bool(&self, x: bool) -> bool;
    #[symbol("Int8")]
    fn i8(&self, x: i8) -> i8;
    #[symbol("UInt8")]
    fn u8(&self, x: u8) -> u8;
    #[symbol("Int16")]
    fn i16(&self, x: i16) -> i16;
    #[symbol("UInt16")]
    fn u16(&self, x: u16) -> u16;
    #[symbol("Int32")]
    fn i32(&self, x: i32) -> i32;
    #[symbol("UInt32")]
    fn u32(&self, x: u32) -> u32;
    #[symbol("Int64")]
    fn i64(&self, x: i64) -> i64;
    #[symbol("UInt64")]
    fn u64(&self, x: u64) -> u64;
    #[symbol("Single")]
    fn f32(&self, x: f32) -> f32;
    #[symbol("Double")]
    fn f64(&self, x: f64) -> f64;
    #[symbol("String")]
    fn string(&self, x: &str) -> String;
    #[symbol("String")]
    fn optional_string(&self, x: Option<&str>) -> Option<String>;
    #[symbol("String")]
    fn string_or_fault(&self, x: Option<&str>) -> String;
    #[symbol("Other")]
    fn other_range(&self, range: i16) -> i16;
    #[symbol("Other")]
    fn other_range_by_name(&self, range: Range) -> Range;
    #[symbol("Opposite")]
    fn opposite(&self, sides: Sides) -> Sides;
    #[symbol("Toggle")]
    fn toggle(&self, range: &mut Range, #[out] sides: Sides);
    #[symbol("HalfACharacter")]
    fn half_a_character(&self) -> String;
    #[symbol("WithNul")]
    fn with_nul(&self) -> String;

    #[class("Fixture.Arrays")]
    #[symbol("Bools")]
    fn bools(&self, x: &[bool]) -> Vec<bool>;
    #[class("Fixture.Arrays")]
    #[symbol("Int8s")]
    fn i8s(&self, x: &[i8]) -> Vec<i8>;
    #[class("Fixture.Arrays")]
    #[symbol("UInt8s")]
    fn u8s(&self, x: &[u8]) -> Vec<u8>;
    #[class("Fixture.Arrays")]
    #[symbol("Int16s")]
    fn i16s(&self, x: &[i16]) -> Vec<i16>;
    #[class("Fixture.Arrays")]
    #[symbol("UInt16s")]
    fn u16s(&self, x: &[u16]) -> Vec<u16>;
    #[class("Fixture.Arrays")]
    #[symbol("Int32s")]
    fn i32s(&self, x: &[i32]) -> Vec<i32>;
    #[class("Fixture.Arrays")]
    #[symbol("UInt32s")]
    fn u32s(&self, x: &[u32]) -> Vec<u32>;
    #[class("Fixture.Arrays")]
    #[symbol("Int64s")]
    fn i64s(&self, x: &[i64]) -> Vec<i64>;
    #[class("Fixture.Arrays")]
    #[symbol("UInt64s")]
    fn u64s(&self, x: &[u64]) -> Vec<u64>;
    #[class("Fixture.Arrays")]
    #[symbol("Singles")]
    fn f32s(&self, x: &[f32]) -> Vec<f32>;
    #[class("Fixture.Arrays")]
    #[symbol("Doubles")]
    fn f64s(&self, x: &[f64]) -> Vec<f64>;
    #[class("Fixture.Arrays")]
    #[symbol("Strings")]
    fn strings(&self, x: &[String]) -> Vec<String>;
    #[class("Fixture.Arrays")]
    #[symbol("None")]
    fn no_array(&self, really: bool) -> Vec<f64>;
    #[class("Fixture.Arrays")]
    #[symbol("None")]
    fn optional_array(&self, really: bool) -> Option<Vec<f64>>;
    #[class("Fixture.Arrays")]
    #[symbol("Holes")]
    fn holes(&self) -> Vec<String>;
    #[class("Fixture.Arrays")]
    #[symbol("Transposed")]
    fn transposed(&self, x: &Matrix<i16>) -> Matrix<i16>;
    #[class("Fixture.Arrays")]
    #[symbol("Negate")]
    fn negate(&self, values: &mut [f64]);
    #[class("Fixture.Arrays")]
    #[symbol("Not")]
    fn not(&self, values: &mut [bool]);

    #[class("Fixture.References")]
    #[symbol("Swap")]
    fn swap(&self, a: &mut i32, b: &mut i32);
    #[class("Fixture.References")]
    #[symbol("Divide")]
    fn divide(&self, a: i32, b: i32, #[out] quotient: i32, #[out] exact: f64) -> bool;
    #[class("Fixture.References")]
    #[symbol("Squares")]
    fn squares(&self, n: i32, #[out] squares: Vec<f64>, #[out] text: String, #[out] table: Matrix<i32>);

    #[class("Fixture.References")]
    #[symbol("Powers")]
    fn powers(&self, n: i32, #[out] powers: Vec<f64>, #[out] text: String, #[out] none: Option<Vec<f64>>);
    #[class("Fixture.References")]
    #[symbol("Rename")]
    fn rename(&self, name: &mut Option<String>, #[out] old: Option<String>);
    #[class("Fixture.References")]
    #[symbol("Exchange")]
    fn exchange(&self, pet: &mut Option<Object<Animal>>, #[out] old: Option<Object<Animal>>);
    #[class("Fixture.References")]
    #[symbol("Grow")]
    fn grow(&self, values: &mut Option<Vec<f64>>);
    #[class("Fixture.References")]
    #[symbol("Lengths")]
    fn lengths(&self, class: Option<Vec<String>>, length: i32) -> Option<Vec<f64>>;

    #[class("Fixture.Overloads")]
    #[symbol("Kind")]
    fn kind_of_range(&self, x: Range) -> String;
    #[class("Fixture.Overloads")]
    #[symbol("Kind")]
    fn kind_of_unsigned(&self, x: u32) -> String;
    #[class("Fixture.Overloads")]
    #[symbol("Kind")]
    fn kind_of_int(&self, x: i32) -> String;
    #[class("Fixture.Overloads")]
    #[symbol("Kind")]
    fn kind_of_long(&self, x: i64) -> String;
    #[class("Fixture.Overloads")]
    #[symbol("Kind")]
    fn kind_of_text(&self, x: &str) -> String;
    #[class("Fixture.Overloads")]
    #[symbol("Kind")]
    fn kind_of_animal(&self, x: &Object<Animal>) -> String;

    #[class("Fixture.Animal")]
    #[symbol("Make")]
    fn make(&self, kind: &str) -> Option<Object<Animal>>;
    #[class("Fixture.Animal")]
    #[symbol("Make")]
    fn make_or_fault(&self, kind: &str) -> Object<Animal>;
    #[symbol("Sound")]
    fn sound(&self, #[this] animal: &Object<Animal>) -> String;
    #[symbol("Self")]
    fn same(&self, #[this] animal: &Object<Animal>) -> Object<Animal>;
    #[symbol("IsSame")]
    fn is_same(&self, #[this] animal: &Object<Animal>, other: Option<Object<Animal>>) -> bool;
    #[constructor]
    fn dog(&self) -> Object<Dog>;
    #[symbol("Sound")]
    fn sound_of_dog(&self, #[this] dog: &AnyDog) -> String;
    #[symbol("get_Age")]
    fn age(&self, #[this] dog: &Object<Dog>) -> i32;
    #[symbol("set_Age")]
    fn set_age(&self, #[this] dog: &Object<Dog>, value: i32);
    #[release]
    fn release_dog(&self, dog: Object<Dog>);
    #[constructor]
    fn span(&self) -> Object<Span>;
    #[class("Fixture.Span")]
    #[symbol("Of")]
    fn span_of(&self, from: f64, to: f64) -> Object<Span>;
    #[get]
    #[symbol("From")]
    fn start(&self, #[this] span: &Object<Span>) -> f64;
    #[set]
    #[symbol("To")]
    fn set_end(&self, #[this] span: &Object<Span>, end: f64);
    #[symbol("Length")]
    fn length(&self, #[this] span: &Object<Span>) -> f64;
    #[symbol("Move")]
    fn shift(&self, #[this] span: &Object<Span>, by: f64);
    #[symbol("Sum")]
    fn sum_of_ends(&self, span: &Object<Span>) -> f64;
    #[constructor]
    fn demanding(&self, start: i32) -> Object<Demanding>;
    #[symbol("Plus")]
    fn plus(&self, #[this] demanding: &Object<Demanding>, x: i32) -> i32;

    #[constructor]
    fn members(&self) -> Object<Members>;
    #[get]
    #[symbol("Number")]
    fn number_of(&self, #[this] members: &Object<Members>) -> i32;
    #[set]
    #[symbol("Number")]
    fn set_number_of(&self, #[this] members: &Object<Members>, number: i32);
    #[get]
    #[symbol("Text")]
    fn text_of(&self, #[this] members: &Object<Members>) -> Option<String>;
    #[set]
    #[symbol("Text")]
    fn set_text_of(&self, #[this] members: &Object<Members>, text: Option<&str>);
    #[get]
    #[symbol("Pet")]
    fn pet_of(&self, #[this] members: &Object<Members>) -> Option<Object<Animal>>;
    #[set]
    #[symbol("Pet")]
    fn set_pet_of(&self, #[this] members: &Object<Members>, pet: &Object<Dog>);
    #[class("Fixture.Members")]
    #[get]
    #[symbol("Number")]
    fn own_number(&self) -> i32;
    #[class("Fixture.Members")]
    #[set]
    #[symbol("Number")]
    fn set_own_number(&self, number: i32);
    #[class("Fixture.Members")]
    #[get]
    #[symbol("Values")]
    fn values(&self) -> Vec<f64>;
    #[class("Fixture.Members")]
    #[set]
    #[symbol("Values")]
    fn set_values(&self, values: &[f64]);
    #[class("Fixture.Members")]
    #[get]
    #[symbol("Range")]
    fn range(&self) -> i16;
    #[class("Fixture.Members")]
    #[set]
    #[symbol("Range")]
    fn set_range(&self, range: i16);
    #[class("Fixture.Members")]
    #[get]
    #[symbol("Title")]
    fn title(&self) -> String;
    #[class("Fixture.Members")]
    #[set]
    #[symbol("Title")]
    fn set_title(&self, title: &str);
    #[class("Fixture.Members")]
    #[get]
    #[symbol("Limit")]
    fn limit(&self) -> i32;
    #[class("Fixture.Members")]
    #[get]
    #[symbol("Serial")]
    fn serial(&self) -> i64;
    #[class("Fixture.Members")]
    #[get]
    #[symbol("IsReady")]
    fn is_ready(&self) -> bool;

    #[class("Fixture.Faults")]
    #[symbol("Throw")]
    fn throw(&self, message: &str);
    #[class("Fixture.Faults")]
    #[symbol("ThrowUnspeakable")]
    fn throw_unspeakable(&self);
    #[class("Fixture.Faults")]
    #[symbol("ThrowWordless")]
    fn throw_wordless(&self);
    #[class("Fixture.Framework")]
    #[symbol("IsBoundForOlderVersions")]
    fn is_bound_for_older_versions(&self) -> bool;
    #[class("Fixture.Faults")]
    #[symbol("ThreadId")]
    fn thread_id(&self) -> i32;
    #[class("Fixture.Faults")]
    #[symbol("Print")]
    fn print(&self, text: &str);
    #[class("Fixture.Faults")]
    #[symbol("Dereference")]
    fn dereference(&self, text: Option<&str>) -> i32;
    #[class("Fixture.Faults")]
    #[symbol("Crash")]
    fn crash(&self) -> i32;
    #[class("Fixture.Faults")]
    #[symbol("Exit")]
    fn exit(&self, code: i32);
    #[class("Fixture.Faults")]
    #[symbol("Collect")]
    fn collect(&self);
    #[class("Fixture.Faults")]
    #[optional]
    fn not_there(&self, x: i32) -> i32;

    /// A method of the .NET class library.
    #[class("System.Math")]
    #[symbol("Pow")]
    fn pow(&self, x: f64, y: f64) -> f64;

    /// Runs in the server.
    fn sum(&self, values: &[i32]) -> i32 {
        values.iter().map(|value| self.i32(*value)).sum()
    }
}

/// An enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(i16)]
pub enum Range {
    /// 1.
    Low = 1,
    /// 10.
    High = 10,
}

/// A set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(transparent)]
pub struct Sides(pub u32);

/// A struct of .NET, which is an object here.
#[derive(Debug)]
pub enum Span {}

impl Class for Span {
    const NAME: &'static str = "Fixture.Span";
}

/// An animal.
#[derive(Debug)]
pub enum Animal {}

impl Class for Animal {
    const NAME: &'static str = "Fixture.Animal";
}

/// A dog.
#[derive(Debug)]
pub enum Dog {}

impl Class for Dog {
    const NAME: &'static str = "Fixture.Dog";
}

/// An object of this class, by a name that the macro does not know.
pub type AnyDog = Object<Dog>;

/// An object with fields and properties.
#[derive(Debug)]
pub enum Members {}

impl Class for Members {
    const NAME: &'static str = "Fixture.Members";
}

/// An object whose constructor has a parameter.
#[derive(Debug)]
pub enum Demanding {}

impl Class for Demanding {
    const NAME: &'static str = "Fixture.Demanding";
}

/// Methods that the assembly does not have.
#[bridge32(dotnet = "managed")]
#[allow(missing_docs, reason = "each method is a different mistake")]
pub trait Wrong {
    #[class("Fixture.Value")]
    #[symbol("Int32")]
    fn wrong_class(&self, x: i32) -> i32;
    #[class("Fixture.Overloads")]
    fn wrong_name(&self, x: i32) -> String;
    #[class("Fixture.Faults")]
    fn print(&self, text: &str);
    #[class("Fixture.Values")]
    #[symbol("Int32")]
    fn wrong_parameter(&self, x: i64) -> i32;
    #[class("Fixture.Values")]
    #[symbol("Int32")]
    fn wrong_result(&self, x: i32) -> u32;
    #[class("Fixture.References")]
    #[symbol("Divide")]
    fn wrong_direction(&self, a: i32, b: i32, quotient: i32, exact: f64) -> bool;
    #[class("Fixture.Demanding")]
    #[symbol("Plus")]
    fn without_object(&self, x: i32) -> i32;
    #[symbol("Make")]
    fn static_on_object(&self, #[this] animal: &Object<Animal>, kind: &str) -> Object<Animal>;
    #[class("Fixture.Members")]
    #[get]
    #[symbol("number")]
    fn wrong_field(&self) -> i32;
    #[class("Fixture.Members")]
    #[get]
    #[symbol("Number")]
    fn wrong_field_type(&self) -> i64;
    #[class("Fixture.Members")]
    #[set]
    #[symbol("Serial")]
    fn read_only_field(&self, value: i64);
    #[class("Fixture.Members")]
    #[set]
    #[symbol("IsReady")]
    fn read_only_property(&self, value: bool);
    #[class("Fixture.Values")]
    #[symbol("Int32")]
    fn right(&self, x: i32) -> i32;
}

/// A class whose constructor throws.
#[bridge32(dotnet = "managed", class = "Fixture.Broken")]
#[allow(missing_docs, reason = "its only method is never called")]
pub trait Broken {
    #[symbol("Int32")]
    fn i32(&self, x: i32) -> i32;
}
