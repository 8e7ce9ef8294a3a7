//! The interface of the Fortran library.

use bridge32::{Bool32, Error, bridge32};
use ndarray::{Array2, ArrayView2, ShapeBuilder as _};

/// The functions of `fortran_lib.dll`, or `libfortran_lib.so`. Fortran takes every argument by reference; its `LOGICAL` has
/// four bytes.
#[bridge32(lib = "fortran_lib")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Fortran {
    fn sum_8bit(&self, a: &i8, b: &i8) -> i8;
    fn sum_16bit(&self, a: &i16, b: &i16) -> i16;
    fn sum_32bit(&self, a: &i32, b: &i32) -> i32;
    fn sum_64bit(&self, a: &i64, b: &i64) -> i64;
    fn multiply_float32(&self, a: &f32, b: &f32) -> f32;
    fn multiply_float64(&self, a: &f64, b: &f64) -> f64;
    fn is_positive(&self, a: &f64) -> Bool32;
    fn add_or_subtract(&self, a: &i32, b: &i32, do_addition: &Bool32) -> i32;
    fn besselj0(&self, x: &f64) -> f64;

    /// For a negative number, it returns 0 and prints a message.
    fn factorial(&self, n: &i8) -> f64;

    /// Returns the standard deviation of a sample.
    fn standard_deviation(&self, a: &[f64], #[len_of(a)] n: &i32) -> f64;

    /// The buffer needs no room for a NUL, because Fortran writes none.
    fn reverse_string(
        &self,
        original: &[u8],
        #[len_of(original)] n: &i32,
        #[out(cap = original.len())] reversed: String,
    );

    fn add_1d_arrays(
        &self,
        #[out(len = in1.len())] out: Vec<f64>,
        in1: &[f64],
        in2: &[f64],
        #[len_of(in1, in2)] n: &i32,
    );

    /// Multiplies two column-major matrices. It does not check the sizes; [`FortranClient::multiply`] does.
    #[allow(clippy::too_many_arguments, reason = "the native function has these parameters")]
    fn matrix_multiply(
        &self,
        #[out(len = i64::from(*r1) * i64::from(*c2))] out: Vec<f64>,
        a1: &[f64],
        r1: &i32,
        c1: &i32,
        a2: &[f64],
        r2: &i32,
        c2: &i32,
    );
}

impl FortranClient {
    /// Multiplies two matrices.
    ///
    /// # Errors
    /// Fails without a call if the sizes do not match, and if the call fails.
    pub fn multiply(&self, a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Result<Array2<f64>, MultiplyError> {
        let mismatch = || MultiplyError::Sizes { left: a.dim(), right: b.dim() };
        if a.ncols() != b.nrows() {
            return Err(mismatch());
        }
        let size = |size: usize| i32::try_from(size).map_err(|_| mismatch());
        let (rows, inner, columns) = (size(a.nrows())?, size(a.ncols())?, size(b.ncols())?);
        let product = self.matrix_multiply(&column_major(a), &rows, &inner, &column_major(b), &inner, &columns)?;
        Array2::from_shape_vec((a.nrows(), b.ncols()).f(), product).map_err(|_| mismatch())
    }
}

/// Copies a matrix to column-major order, which Fortran uses.
fn column_major(matrix: ArrayView2<'_, f64>) -> Vec<f64> {
    matrix.t().iter().copied().collect()
}

/// An error of [`FortranClient::multiply`].
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each field is the number of rows and columns of a matrix")]
pub enum MultiplyError {
    /// The sizes of the matrices do not match.
    #[error("a matrix of {}×{} cannot be multiplied by one of {}×{}", left.0, left.1, right.0, right.1)]
    Sizes { left: (usize, usize), right: (usize, usize) },
    /// The call failed.
    #[error(transparent)]
    Bridge(#[from] Error),
}
