//! The interface of the assembly.

use bridge32::dotnet::{self, Class, Matrix, Object};
use bridge32::{Error, bridge32};
use ndarray::{Array2, ArrayView2};

/// The methods of `dotnet_lib.dll`. Each names its class, and calls the managed method of the same name.
#[bridge32(dotnet = "dotnet_lib")]
#[allow(missing_docs, reason = "each method is the managed method of its name")]
pub trait Dotnet {
    #[class("DotNetMSL.BasicMath")]
    fn add_integers(&self, a: i32, b: i32) -> i32;
    #[class("DotNetMSL.BasicMath")]
    fn divide_floats(&self, a: f32, b: f32) -> f32;
    #[class("DotNetMSL.BasicMath")]
    fn multiply_doubles(&self, a: f64, b: f64) -> f64;
    #[class("DotNetMSL.BasicMath")]
    fn add_or_subtract(&self, a: f64, b: f64, do_addition: bool) -> f64;
    #[class("DotNetMSL.BasicMath")]
    fn divide_integers(&self, a: i32, b: i32) -> i32;

    #[class("DotNetMSL.ArrayManipulation")]
    fn scalar_multiply(&self, a: f64, xin: &[f64]) -> Vec<f64>;
    /// [`DotnetClient::multiply`] takes and returns `ndarray`'s matrices.
    #[class("DotNetMSL.ArrayManipulation")]
    fn multiply_matrices(&self, a: &Matrix<f64>, b: &Matrix<f64>) -> Matrix<f64>;

    #[class("StringManipulation")]
    fn reverse_string(&self, original: &str) -> String;

    #[class("StaticClass")]
    fn add_multiple(&self, a: i32, b: i32, c: i32, d: i32, e: i32) -> i32;
    #[class("StaticClass")]
    fn concatenate(&self, a: &str, b: &str, c: &str, d: bool, e: &str) -> String;

    /// Creates a counter in the server, with a first text.
    #[constructor]
    fn word_counter(&self, text: &str) -> Object<WordCounter>;
    #[symbol("add")]
    fn add_words(&self, #[this] counter: &Object<WordCounter>, text: &str) -> i32;
    #[symbol("try_count")]
    fn count_word(&self, #[this] counter: &Object<WordCounter>, word: &str, #[out] count: i32) -> bool;
    #[symbol("common")]
    fn common_words(&self, #[this] counter: &Object<WordCounter>, other: &Object<WordCounter>) -> Vec<String>;
    #[release]
    fn release_counter(&self, counter: Object<WordCounter>);

    /// Returns the names of the assembly's public classes.
    fn class_names(&self) -> Vec<String> {
        dotnet::class_names()
    }
}

/// The class `WordCounter`. Its objects stay in the server, and are passed as `Object<WordCounter>`.
#[derive(Debug)]
pub enum WordCounter {}

impl Class for WordCounter {
    const NAME: &'static str = "WordCounter";
}

impl DotnetClient {
    /// Multiplies two matrices.
    ///
    /// # Errors
    /// Fails if the call does; the assembly throws an exception if the sizes do not match.
    pub fn multiply(&self, a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Result<Array2<f64>, Error> {
        let product = self.multiply_matrices(&to_dotnet("a", a)?, &to_dotnet("b", b)?)?;
        let size = (product.rows(), product.columns());
        Ok(Array2::from_shape_fn(size, |index| product[index]))
    }
}

/// Converts a matrix to row-major order, which .NET uses.
fn to_dotnet(parameter: &str, matrix: ArrayView2<'_, f64>) -> Result<Matrix<f64>, Error> {
    Matrix::new(matrix.nrows(), matrix.ncols(), matrix.iter().copied().collect())
        .ok_or_else(|| Error::argument("multiply", parameter, "has more rows or columns than .NET counts"))
}
