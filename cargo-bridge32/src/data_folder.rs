//! The folder of bridge32's own data.

use std::path::PathBuf;

use anyhow::{Context, Result};

/// Returns the folder for bridge32's Wine prefix and its own toolchain, in the user's data folder.
///
/// # Errors
/// Fails if the user has no home folder.
pub(crate) fn data_folder() -> Result<PathBuf> {
    use etcetera::BaseStrategy as _;
    let folders = etcetera::choose_base_strategy().context("no home folder is known; set HOME")?;
    Ok(folders.data_dir().join("bridge32"))
}
