//! Pointers in all directions: such that may be null, and such that the library makes.

use bridge32::{Address, Bool32, Bridge, Handle, UserData, bridge32};

/// What the library expects.
const VERSION: i16 = 3;

/// The length of a digest.
pub const DIGEST: usize = 40;

/// The pointers library.
#[bridge32(lib = "pointers", server = "pointers-server32", remote = [Place])]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Pointers {
    fn shifted(&self, value: Option<&i32>, count: Option<&mut i32>, by: Option<&Place>) -> i32;
    fn total(&self, values: Option<&[i16]>, places: Option<&[Place]>, #[len_of(values, places)] n: i32) -> i32;
    fn negate_all(
        &self,
        values: Option<&mut [i32]>,
        places: Option<&mut [Place]>,
        #[len_of(values, places)] n: u32,
    ) -> i32;
    #[symbol("negate_all")]
    fn negate_four(&self, #[len(n)] values: Option<&mut [i32]>, places: Option<&mut [Place]>, n: u32) -> i32;
    fn visit(
        &self,
        visit: fn(
            value: Option<&i32>,
            change: Option<&mut Place>,
            data: Option<&[u8]>,
            scale: Option<&mut [f64]>,
            #[len_of(data, scale)] n: i32,
        ) -> i32,
        with: bool,
    ) -> i32;
    fn configure(
        &self,
        #[fixed(VERSION)] version: i16,
        #[fixed("acme")] vendor: &str,
        level: i32,
        #[fixed(Address::NULL)] reserved: Address,
        #[fixed(i32::from(version) * 100 + level)] checksum: i32,
    ) -> i32;
    fn mean_of_bytes(&self, values: &[f64], #[bytes_of(values)] bytes: u32) -> f64;
    #[check(ret == 0)]
    fn query(&self, #[out(cap = 10)] values: Vec<i16>, #[bytes_of(values)] bytes: &mut u32, count: i32) -> i32;
    fn wide_bytes(
        &self,
        #[wide] text: &str,
        #[bytes_of(text)] bytes: u16,
        places: &[Place],
        #[bytes_of(places)] place_bytes: &u16,
    ) -> i32;
    fn sample(
        &self,
        take: fn(
            samples: &[i32],
            #[bytes_of(samples)] bytes: u32,
            #[out] scaled: Vec<i16>,
            #[bytes_of(scaled)] scaled_bytes: &mut u32,
        ),
        n: i32,
    ) -> i32;
    fn blocks_held(&self) -> i32;
    #[check(ret == 0)]
    fn dump(
        &self,
        n: i32,
        #[out(pointer)]
        #[encoding(latin1)]
        #[free_with("give_back")]
        text: String,
        #[out] length: i32,
        #[out(pointer, len = length)]
        #[free_with("give_back")]
        values: Vec<f64>,
        #[out(pointer)]
        #[free_with("give_back")]
        corner: Option<Box<Place>>,
    ) -> i32;
    #[symbol("dump")]
    fn dump_numbers(
        &self,
        n: i32,
        #[fixed(Address::NULL)] text: Address,
        #[out] length: i32,
        #[out(pointer, len = n)]
        #[free_with("give_back")]
        values: Vec<f64>,
        #[out(pointer)]
        #[free_with("give_back")]
        corner: Option<Box<Place>>,
    ) -> i32;
    fn nearest(&self, x: i32) -> Option<Box<Place>>;
    #[symbol("nearest")]
    fn nearest_of_three(&self, x: i32) -> Box<Place>;
    #[free_with("give_back")]
    fn new_spot(&self, x: i32) -> Box<Place>;

    fn list(&self, #[out(pointer, len = until_null)] all: Vec<Box<Place>>) -> i32;
    #[symbol("list")]
    fn list_handles(&self, #[out(pointer, len = until_null)] all: Vec<Handle<Place>>) -> i32;
    #[returns(len = until_null)]
    fn words(&self, n: i32) -> Vec<String>;
    #[returns(len = until_null)]
    fn codes(&self) -> Vec<u16>;
    fn count_words(&self, words: &[&str], #[len_of(words)] n: i32) -> i32;
    fn count_wide_words(&self, #[wide] words: &[&str]) -> i32;
    #[multi]
    fn drives(&self) -> Vec<String>;
    #[check(ret < capacity)]
    fn get_drives(
        &self,
        #[len_of(drives)] capacity: i32,
        #[wide]
        #[multi]
        #[out(cap = room)]
        drives: Vec<String>,
        #[fixed(6)] room: i32,
    ) -> i32;
    fn new_drives(
        &self,
        #[out(pointer)]
        #[multi]
        #[free_with("give_back")]
        all: Vec<String>,
        #[out] count: i32,
    ) -> i32;
    fn multi_length(&self, #[multi] all: &[&str], #[len_of(all)] n: i32) -> i32;

    fn get_table(&self) -> Box<Table>;
    /// The table, whatever the number is.
    fn table_at(&self, place: i32) -> Box<Table> {
        assert_ne!(place, i32::MIN, "a number");
        self.get_table()
    }
    #[function(self.get_table().add)]
    fn add_by_table(&self, a: i32, b: i32) -> i32;
    #[function(self.table_at(a).twice)]
    fn twice_by_table(&self, a: i32) -> i32;
    #[function(self.get_table().missing)]
    fn missing_in_table(&self, a: i32) -> i32;
    #[function(Address::new(16))]
    fn nowhere(&self, a: i32) -> i32;
    fn collect(&self, #[on_error(-1)] f: fn(i32) -> i32) -> i32;
    #[symbol("collect")]
    fn collect_truth(&self, #[on_error(Bool32(true))] f: Option<fn(i32) -> Bool32>) -> i32;
    fn collect_words(&self, #[on_error("?".to_owned())] f: fn(i32) -> String) -> i32;
    fn keep_judge(
        &self,
        #[registered]
        #[on_error(-3)]
        f: fn(i32) -> i32,
    );
    fn ask_judge(&self) -> i32;
    #[callback]
    #[on_error(-7)]
    fn judgement(value: i32) -> i32;
    #[symbol("collect")]
    fn collect_from(&self, f: Address) -> i32;
    fn answer(&self, i: i32) -> i32;

    fn make_meter(&self, kind: i32) -> Handle<Meter>;
    #[vtable(0)]
    #[abi("stdcall")]
    #[check(ret == 0)]
    fn query_meter(&self, meter: Handle<Meter>, channel: i32, #[out] value: f64) -> i32;
    #[vtable(1)]
    #[abi("stdcall")]
    fn set_meter(&self, meter: Handle<Meter>, value: i32, unit: &str);
    #[vtable(2)]
    #[abi("stdcall")]
    fn release_meter(&self, #[closes(ret == 0)] meter: Handle<Meter>) -> i32;
    #[vtable(3)]
    #[abi("stdcall")]
    fn hold_meter(&self, meter: Handle<Meter>) -> i32;
    #[check(ret == 0)]
    fn release_with_count(&self, #[closes(left == 0)] meter: Handle<Meter>, #[out] left: i32) -> i32;
    #[vtable(2)]
    fn release_wrongly(&self, meter: Handle<Meter>) -> i32;

    #[library("lengths")]
    fn ramps(&self) -> i32;
    #[library("lengths")]
    #[returns(len = n)]
    #[free_with("free_ramp")]
    fn new_ramp(&self, #[out] n: i32, step: &i32) -> Vec<i16>;
    #[library("lengths")]
    #[symbol("new_ramp")]
    #[returns(len = n)]
    #[free_with("lengths", "free_ramp", abi = "C")]
    fn new_ramp_freed_elsewhere(&self, #[out] n: i32, step: &i32) -> Vec<i16>;
    #[library("there-is-no-such-library")]
    #[optional]
    fn absent(&self) -> i32;

    #[check(ret == 0, text = self.words_of(code))]
    fn fail(&self, code: i32, #[fixed(Address::NULL)] here: Address) -> i32;
    #[symbol("fail")]
    #[check(ret == 0, text = format!("{here}, {}", code + 1))]
    fn fail_here(&self, code: i32, #[out(cap = 64)] here: String) -> i32;
    #[symbol("fail")]
    #[check(ret == 0, text = self.certain_words_of(ret))]
    fn fail_without_words(&self, code: i32, #[fixed(Address::NULL)] here: Address) -> i32;
    #[symbol("last_words_of")]
    fn words_of(&self, code: i32) -> Option<String>;
    #[symbol("last_words_of")]
    fn certain_words_of(&self, code: i32) -> String;
    /// How often it fails with the codes.
    fn failures(&self, codes: &[i32]) -> (u32, String) {
        let errors = codes.iter().filter_map(|code| bridge32::attempt(|| self.fail(*code)).err());
        let errors: Vec<_> = errors.map(|error| error.to_string()).collect();
        (errors.len() as u32, errors.join("; "))
    }
    /// `double (*)(double, void *)`
    #[callback]
    fn integrand(x: f64, params: UserData) -> f64;
    fn integrate(&self, f: &Integrand, from: f64, to: f64, steps: i32) -> f64;
    #[callback]
    #[abi("stdcall")]
    fn handler(event: i32, text: &str, user: UserData) -> i32;
    fn install(&self, kind: u32, handler: Address, user: Address) -> i32;
    fn uninstall(&self, kind: u32, handler: Address, user: Address) -> i32;
    fn raise_event(&self, kind: u32, event: i32) -> i32;
    #[callback]
    fn binary(a: i32, b: i32) -> i32;
    #[callback]
    fn unary(value: i32) -> i32;
    fn use_hooks(&self, hooks: &Table, x: i32) -> i32;
    /// Integrates in the server.
    fn integral_of_square(&self, to: f64) -> f64 {
        let square = self.integrand(Box::new(|x| x * x));
        self.integrate(&Integrand { function: square.address(), params: square.context() }, 0.0, to, 1000)
    }
    fn trace(&self, m: &[[f32; 3]; 3]) -> f32;
    fn rotate(&self, values: &mut [i32; 4]);
    #[check(ret == 0)]
    fn digest(&self, data: &[u8], #[len_of(data)] n: u32, #[out] digest: [u8; DIGEST]) -> i32;
    #[check(codes[0] == 0)]
    fn corners(&self, #[out] corners: [Place; 2], #[out] names: [String; 2], #[out] codes: [i32; 2]) -> i32;
    #[symbol("corners")]
    #[check(codes[0] == 0)]
    fn corners_after(
        &self,
        #[fixed(self.room())] corners: Address,
        #[fixed(self.room())] names: Address,
        codes: &mut [i32; 2],
    );
    fn room(&self) -> Address;
    fn some_of(&self, values: Option<&[i16; 3]>, flags: Option<&mut [bool; 2]>) -> i32;
    fn each_row(
        &self,
        visit: fn(row: &[f64; 3], change: &mut [i32; 2], #[out] made: [u8; DIGEST], none: Option<&[i8; 2]>) -> i32,
        with: bool,
    ) -> i32;
    /// The length of the longest run of zeros in both, which become it.
    fn zeros(&self, first: &[u8; DIGEST], second: Option<&mut [u8; DIGEST]>) -> u32 {
        let zeros = |values: &[u8]| values.split(|value| *value != 0).map(<[u8]>::len).max().unwrap_or_default();
        let longest = zeros(first).max(second.as_deref().map_or(0, |second| zeros(second)));
        if let Some(second) = second {
            *second = [longest as u8; DIGEST];
        }
        longest as u32
    }
    fn count_arguments(&self, arguments: &[Option<String>], #[len_of(arguments)] n: i32) -> i32;
    fn word_at(&self, n: i32, #[out] word: Option<String>) -> i32;
    fn skip_word(&self, text: &mut Option<String>) -> i32;
    #[returns(len = 2)]
    fn two_words(&self) -> Vec<String>;
    fn place_at(&self, n: i32, #[out] place: Box<Place>) -> i32;
    fn sum_places(&self, places: &[Option<Box<Place>>], #[len_of(places)] n: i32) -> i32;
    fn distance(&self, place: Option<Box<Place>>) -> i32;
    fn exchange(&self, exchange: fn(place: Option<Box<Place>>) -> Option<Box<Place>>, n: i32) -> i32;
    fn get_sizes(&self) -> Address;
    /// The address of a meter, as the library knows it.
    fn address_of(&self, meter: Handle<Meter>) -> Address {
        meter.address()
    }
    /// The same value as `query_meter`, by the addresses alone.
    #[function(self.entry_of(meter.address()))]
    #[abi("stdcall")]
    fn query_by_address(&self, meter: Handle<Meter>, channel: i32, #[out] value: f64) -> i32;
    fn entry_of(&self, meter: Address) -> Address;
    fn get_numbers(&self) -> Address;
    fn get_constants(&self) -> Address;
    fn sum_of_numbers(&self) -> i32;
    fn look(&self, look: fn(numbers: Address, n: i32));
    /// The sums of two arrays, or what there is of them.
    fn sums(&self, left: Option<&[f64]>, right: Option<&mut [f64]>, factor: Option<&f64>) -> Vec<f64> {
        let sum = |values: &[f64]| values.iter().sum::<f64>() * factor.copied().unwrap_or(1.0);
        let sums = left.iter().map(|left| sum(left)).chain(right.as_deref().map(sum)).collect();
        if let Some(right) = right {
            right.fill(0.0);
        }
        sums
    }
}

/// An object with a table of functions.
#[derive(Debug)]
pub enum Meter {}

/// A table of functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Table {
    pub add: Address,
    pub twice: Address,
    pub missing: Address,
}

/// A function with its context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Integrand {
    pub function: Address,
    pub params: Address,
}

/// A struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Place {
    pub x: i32,
    pub y: i32,
}
