//! Two functions of LAPACK, which Fortran programs and C programs call.

use bridge32::{Size, bridge32};

#[bridge32(lib = "liblapack.so.3")]
pub trait Lapack {
    #[allow(clippy::too_many_arguments)]
    #[symbol("dgesv_")]
    fn dgesv(
        &self,
        n: &i32,
        nrhs: &i32,
        #[len(*lda * *n)] a: &mut [f64],
        lda: &i32,
        #[out(len = *n)] ipiv: Vec<i32>,
        #[len(*ldb * *nrhs)] b: &mut [f64],
        ldb: &i32,
        #[out] info: i32,
    );

    /// Compilers of Fortran pass the lengths of `jobz` and `uplo` after all other arguments; C programs often leave them out.
    #[allow(clippy::too_many_arguments)]
    #[symbol("dsyev_")]
    fn dsyev(
        &self,
        jobz: &u8,
        uplo: &u8,
        n: &i32,
        #[len(*lda * *n)] a: &mut [f64],
        lda: &i32,
        #[out(len = *n)] w: Vec<f64>,
        #[out(len = (*lwork).max(1))] work: Vec<f64>,
        lwork: &i32,
        #[out] info: i32,
        #[fixed(Size(1))] jobz_length: Size,
        #[fixed(Size(1))] uplo_length: Size,
    );
}
