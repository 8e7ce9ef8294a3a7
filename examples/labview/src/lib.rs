//! The interface of the LabVIEW library.

use bridge32::bridge32;
use serde::{Deserialize, Serialize};

/// The functions of `labview_lib.dll`, or `liblabview_lib.so`.
#[bridge32(lib = "labview_lib")]
pub trait Labview {
    /// Returns mean, variance and standard deviation. This is the library's function, which does not check its arguments.
    #[symbol("stdev")]
    fn stdev_unchecked(
        &self,
        values: &[f64],
        #[len_of(values)] count: i32,
        weighting: u16,
        #[out] mean: f64,
        #[out] variance: f64,
        #[out] standard_deviation: f64,
    );

    /// Returns mean, variance and standard deviation. Weighting 0 is for a sample, 1 for a population.
    fn stdev(&self, values: &[f64], weighting: u16) -> Result<Statistics, StdevError> {
        if weighting > 1 {
            return Err(StdevError::Weighting(weighting));
        }
        let needed = 2 - u32::from(weighting);
        if values.len() < needed as usize {
            return Err(StdevError::TooFew { needed });
        }
        let (mean, variance, standard_deviation) = self.stdev_unchecked(values, weighting);
        Ok(Statistics { mean, variance, standard_deviation })
    }
}

/// The result of [`Labview::stdev`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is what its name says")]
pub struct Statistics {
    pub mean: f64,
    pub variance: f64,
    pub standard_deviation: f64,
}

/// An invalid argument of [`Labview::stdev`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum StdevError {
    /// The weighting is neither 0 nor 1.
    #[error("the weighting is {0}; it must be 0 (sample) or 1 (population)")]
    Weighting(u16),
    /// The variance would be a division by zero.
    #[error("too few values; this weighting needs at least {needed}")]
    TooFew {
        /// The minimum number of values.
        needed: u32,
    },
}
