//! The interface of the LabVIEW library.

use bridge32::bridge32;
use serde::{Deserialize, Serialize};

/// What `labview_lib.dll`, or `liblabview_lib.so`, can do.
#[bridge32(lib = "labview_lib")]
pub trait Labview {
    /// The library's function, which reports no mistakes: mean, variance and standard deviation.
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

    /// Mean, variance and standard deviation; weighting 0 is that of a sample, 1 that of a population.
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

/// What [`Labview::stdev`] finds out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is what its name says")]
pub struct Statistics {
    pub mean: f64,
    pub variance: f64,
    pub standard_deviation: f64,
}

/// What [`Labview::stdev`] refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum StdevError {
    /// Neither of the two weightings.
    #[error("the weighting is {0}; it must be 0 (sample) or 1 (population)")]
    Weighting(u16),
    /// A division by zero.
    #[error("too few values; with this weighting there must be {needed} or more")]
    TooFew {
        /// How many there must be.
        needed: u32,
    },
}
