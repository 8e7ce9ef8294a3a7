//! The files of cargo's configuration.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Returns the files from which cargo may read its configuration, whether they exist or not.
///
/// # Errors
/// Fails if there is no current directory.
pub(crate) fn config_files() -> Result<Vec<PathBuf>> {
    Ok(config_files_of(&env::current_dir().context("cannot determine the current folder")?))
}

/// Returns the files from which cargo may read its configuration when it runs in `folder`.
fn config_files_of(folder: &Path) -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let folders = folder.ancestors().map(|folder| folder.join(".cargo"));
    let folders = folders.chain(home).chain(env::home_dir().map(|home| home.join(".cargo")));
    folders.flat_map(|folder| ["config.toml", "config"].map(|name| folder.join(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_configuration_is_searched_in_all_parent_folders() {
        let files = config_files_of(Path::new("/work/app"));
        for file in ["/work/app/.cargo/config.toml", "/work/.cargo/config.toml", "/.cargo/config"] {
            assert!(files.contains(&file.into()), "{file}");
        }
    }
}
