//! An interface in a crate with strict lints, none of which applies to generated code.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    unused,
    nonstandard_style,
    future_incompatible,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    let_underscore,
    refining_impl_trait,
    keyword_idents,
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    closure_returning_async_block,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    ffi_unwind_calls,
    impl_trait_redundant_captures,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_abi,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_unsafe_on_extern,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unsafe_op_in_unsafe_fn,
    unstable_features,
    unused_crate_dependencies,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    clippy::absolute_paths,
    clippy::allow_attributes_without_reason,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    clippy::let_underscore_untyped,
    clippy::map_err_ignore,
    clippy::multiple_unsafe_ops_per_block,
    clippy::panic,
    clippy::pattern_type_mismatch,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::undocumented_unsafe_blocks,
    clippy::unimplemented,
    clippy::unwrap_used
)]

// The package, and dependencies of its other tests.
use bridge32_ui_tests as _;
use trybuild as _;

use bridge32::{Handle, Registration, UserData, bridge32};
use serde::{Deserialize, Serialize};

/// A size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Its width.
    pub width: i32,
    /// Its height.
    pub height: i32,
}

/// A library.
#[bridge32(lib = "my_lib", abi = "stdcall")]
pub trait MyLib {
    /// Adds.
    fn add(&self, a: i32, b: &i32) -> i32;

    /// The mean.
    fn mean(&self, values: &[f64], #[len_of(values)] n: &i32) -> f64;

    /// A name.
    #[symbol("GetName")]
    #[optional]
    fn name(&self, text: &str, other: Option<&str>) -> Option<String>;

    /// Whether it is on.
    fn is_on(&self, on: bool) -> bool;

    /// Does nothing.
    fn nothing(&self);

    /// Opens a size.
    #[must_use]
    fn open(&self) -> Handle<Size>;

    /// Closes it.
    #[must_use]
    #[check(ret == 0)]
    fn close(&self, #[closes] handle: Handle<Size>) -> i32;

    /// Opens a text.
    fn open_text(&self, #[out] handle: Option<Handle<Server>>);

    /// Closes it.
    fn close_text(&self, #[closes] handle: Option<Handle<Server>>);

    /// Visits all.
    fn visit(
        &self,
        first: fn(i32, text: &str, #[out] last: i32, sum: &mut i64) -> bool,
        second: Option<fn(data: &[u8], #[len_of(data)] length: u32, context: UserData)>,
        #[user_data(second)] context: UserData,
        #[registered] third: fn(#[out] text: String, #[len_of(text)] size: &mut u32),
        #[registered] fourth: Option<
            fn(&mut [i32], #[len_of(values)] n: i32, values: &mut [i32], #[len_of(argument_1)] m: i8),
        >,
    ) -> i32;

    /// The size, turned.
    fn turned(&self, size: Size) -> Size {
        Size { width: size.height, height: size.width }
    }

    /// Several, by reference.
    fn turned_all(&self, sizes: &[Size], more: &Size) -> Vec<Size> {
        sizes.iter().chain([more]).map(|size| self.turned(*size)).collect()
    }

    /// Divides.
    ///
    /// # Errors
    /// Where `b` is 0.
    fn divide(&self, a: i32, b: i32) -> Result<i32, String> {
        a.checked_div(b).ok_or_else(|| "division by zero".to_owned())
    }
}

/// A custom server, without a library.
#[bridge32(args = Size)]
pub trait Custom {
    /// The text, again.
    fn echo(&self, text: String) -> String;
    /// Each word, to a closure.
    fn words(&self, text: &str, word: fn(&str) -> Option<Size>) -> i32;
}

/// An interface with the names and parameters of C. What it allows is allowed in generated code, too.
#[bridge32(lib = "c_names")]
#[allow(non_snake_case, clippy::too_many_arguments, reason = "the functions are those of a header")]
pub trait CNames {
    /// Sets all.
    fn SetAll(&self, nFirst: i32, b: i32, c: i32, d: i32, e: i32, f: i32, g: i32, nLast: &mut i32) -> i32;
}

#[derive(Debug)]
struct Mock;

impl MyLib for Mock {
    fn add(&self, a: i32, b: &i32) -> i32 {
        a.saturating_add(*b)
    }
    fn mean(&self, values: &[f64]) -> f64 {
        values.iter().sum()
    }
    fn name(&self, text: &str, _: Option<&str>) -> Option<String> {
        Some(text.to_owned())
    }
    fn is_on(&self, on: bool) -> bool {
        on
    }
    fn nothing(&self) {}
    fn open(&self) -> Handle<Size> {
        Handle::new(1)
    }
    fn close(&self, _: Handle<Size>) -> i32 {
        0
    }
    fn open_text(&self) -> Option<Handle<Server>> {
        None
    }
    fn close_text(&self, _: Option<Handle<Server>>) {}
    fn visit(
        &self,
        first: &mut (dyn FnMut(i32, &str, &mut i64) -> (bool, i32) + Send),
        second: Option<&mut (dyn FnMut(&[u8]) + Send)>,
        _: Box<dyn FnMut() -> String + Send>,
        _: Option<Box<dyn FnMut(&mut [i32], &mut [i32]) + Send>>,
    ) -> (i32, Registration, Registration) {
        let mut sum = 1;
        let (_, last) = first(1, "a", &mut sum);
        if let Some(visit) = second {
            visit(&[1]);
        }
        (last, Registration::none(), Registration::none())
    }
}

/// A custom server.
#[derive(Debug, Clone, Copy)]
pub struct Server;

impl Custom for Server {
    fn echo(&self, text: String) -> String {
        text
    }
    fn words(&self, text: &str, word: &mut (dyn FnMut(&str) -> Option<Size> + Send)) -> i32 {
        text.split(' ').filter_map(word).map(|size| size.width).sum()
    }
}

#[test]
fn strict_lints_accept_generated_code() -> Result<(), bridge32::Error> {
    let client = MyLibClient::in_process(Mock);
    assert_eq!(client.add(1, &2)?, 3);
    assert!(client.mean(&[1.5])?.to_bits() == 1.5_f64.to_bits());
    assert_eq!(client.name("a", None)?.as_deref(), Some("a"));
    assert!(client.is_on(true)?);
    client.nothing()?;
    assert_eq!(client.close(client.open()?)?, 0);
    client.close_text(client.open_text()?)?;
    let (size, turned) = (Size { width: 1, height: 2 }, Size { width: 2, height: 1 });
    assert_eq!(client.turned_all(&[size], &turned)?, [turned, size]);
    assert_eq!(client.divide(6, 2).ok(), Some(3));
    assert_eq!(CustomClient::in_process(Server).echo("a".to_owned())?, "a");
    let custom = CustomClient::in_process(Server);
    let sized = |word: &str| (!word.is_empty()).then_some(Size { width: 2, height: 1 });
    assert_eq!(custom.words("a b", sized)?, 4);
    let first = |n: i32, _: &str, sum: &mut i64| {
        *sum += i64::from(n);
        (true, 5)
    };
    let (last, third, fourth) =
        client.visit(first, None::<fn(&[u8])>, String::new, None::<fn(&mut [i32], &mut [i32])>)?;
    assert_eq!(last, 5);
    drop((third, fourth));
    Ok(())
}
