//! Callbacks with every type of parameter and result.

use bridge32::{Bridge, UserData, bridge32};

/// The library with callbacks.
#[bridge32(lib = "callbacks", server = "callbacks-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Callbacks {
    fn apply(&self, x: i32, f: fn(i32) -> i32) -> i32;
    fn apply_times(&self, n: i32, f: fn(i32) -> i32) -> i32;
    fn apply_stdcall(&self, a: i32, b: i64, #[abi("stdcall")] f: fn(i32, i64) -> i32) -> i32;
    fn apply_fastcall(&self, a: i32, b: i32, #[abi("fastcall")] f: fn(i32, i32) -> i32) -> i32;
    fn maybe(&self, f: Option<fn(i32) -> i32>) -> i32;
    #[allow(clippy::type_complexity)]
    fn extremes(&self, f: fn(i8, u8, i16, u16, i32, u32, i64, u64, f32, f64, bool) -> f64) -> f64;
    fn large(&self, f: fn() -> i64) -> i64;
    fn nothing(&self, f: fn());
    fn pick(&self, level: i32, f: fn(level: Level) -> Level) -> i32;

    fn words(&self, visit: fn(word: &str, #[wide] wide: &str, none: Option<&str>));
    fn not_text(&self, visit: fn(word: &str));
    fn null_text(&self, visit: fn(word: &str));
    fn length_of_answer(&self, ask: fn(i32) -> String) -> i32;

    fn chunks(&self, n: u32, take: fn(data: &[f64], #[len_of(data)] length: u32));
    fn misaligned(&self, take: fn(#[len_of(data)] length: u16, data: &[i32]));
    fn negative_length(&self, take: fn(data: &[i32], #[len_of(data)] length: i32));
    fn null_array(&self, take: fn(data: &[i32], #[len_of(data)] length: i32));
    fn reverse_in_place(&self, change: fn(values: &mut [i16], #[len_of(values)] n: &u8)) -> i32;

    fn move_point(&self, by: Spot, f: fn(p: Spot, by: &Spot, last: &mut Spot) -> Spot) -> Spot;

    fn ask(&self, f: fn(#[out] answer: i32, #[out] more: f64) -> bool) -> i32;
    fn adjust(&self, value: &mut i32, f: fn(value: &mut i32));
    fn read_all(
        &self,
        read: fn(stream: UserData, #[out] buffer: Vec<u8>, #[len_of(buffer)] size: i32) -> i32,
        stream: UserData,
    ) -> i32;
    fn read_name(&self, name: fn(#[out] buffer: String, #[len_of(buffer)] size: &mut u32)) -> i32;

    fn rows(
        &self,
        visit: fn(#[len_of(values, names)] n: i32, values: &[Option<String>], names: &[&str]) -> i32,
        n: i32,
    ) -> i32;
    fn lists(
        &self,
        visit: fn(
            words: &[&str],
            #[multi] drives: &[&str],
            #[len(until_null)] codes: Option<&[u16]>,
            #[wide] wide: &[&str],
        ) -> i32,
        with: bool,
    ) -> i32;

    fn fold(
        &self,
        values: &[i32],
        #[len_of(values)] n: i32,
        f: fn(context: UserData, sum: i32, value: i32) -> i32,
        context: UserData,
    ) -> i32;
    fn parse(
        &self,
        text: &str,
        open: fn(context: UserData),
        close: fn(context: UserData),
        #[user_data(open, close)] context: UserData,
    );
    fn wrong_context(&self, f: fn(i32, context: UserData) -> i32, context: UserData) -> i32;

    /// Declared incorrectly: the library keeps the callback.
    #[symbol("keep")]
    fn keep_for_the_call(&self, f: fn(i32) -> i32);
    fn keep(&self, #[registered] f: fn(i32) -> i32);
    #[symbol("keep")]
    fn keep_or_drop(&self, #[registered] f: Option<fn(i32) -> i32>);
    fn call_kept(&self, x: i32) -> i32;
    fn on_event(&self, #[registered] f: fn(i32, context: UserData), context: UserData);
    fn fire(&self, n: i32) -> i32;

    fn apply_in_threads(&self, n: i32, f: fn(i32) -> i32) -> i32;
    fn fire_in_background(&self, n: i32);
    fn fire_and_wait(&self, n: i32);

    fn start_acquisition(&self);
    fn stop_acquisition(&self);
    fn acquisitions(&self) -> i32;

    fn fire_by_timer(&self, n: i32) -> bool;
    fn wait_for_timer(&self, milliseconds: i32) -> bool;

    /// A method with a body, which uses a closure of the client and one of its own.
    fn sum_of_squares(&self, n: i32, progress: fn(done: i32) -> bool) -> Result<i32, String> {
        let mut sum = 0;
        let mut go_on = true;
        self.apply_times(n, &mut |i| {
            sum += i * i;
            go_on &= progress(i);
            sum
        });
        if go_on { Ok(sum) } else { Err("stopped".to_owned()) }
    }
}

/// A level.
#[derive(Bridge, Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Level {
    /// Low.
    Low = 1,
    /// High.
    High = 2,
}

/// A point.
#[derive(Bridge, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Spot {
    /// To the right.
    pub x: i16,
    /// Up.
    pub y: f64,
}
