//! Cargo's profiles, and their settings for servers.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::cargo_config::config_files;

/// A profile of cargo's, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Profile<'p>(pub(crate) &'p str);

impl<'p> Profile<'p> {
    /// Whether it is cargo's own release profile. Profiles of the user's have the settings that the user chose.
    pub(crate) fn is_release(self) -> bool {
        self.0 == "release"
    }

    /// Returns the name of cargo's folder for its programs.
    pub(crate) fn folder(self) -> &'p str {
        match self.0 {
            "dev" | "test" => "debug",
            "bench" => "release",
            name => name,
        }
    }

    /// Returns cargo's arguments for servers whose panics unwind, which bridge32 needs, whatever the user's profile says. The
    /// setting of the user may be meant for the program.
    pub(crate) fn unwinding(self) -> [String; 2] {
        ["--config".into(), format!("profile.{}.panic=\"unwind\"", self.0)]
    }
}

/// A setting of cargo's release profile.
struct Setting {
    key: &'static str,
    /// The environment variable that overrides it.
    variable: &'static str,
    value: &'static str,
}

/// These make a server a quarter smaller, and its calls a little faster. A server is small, so linking it takes little time.
const SETTINGS: [Setting; 2] = [
    Setting { key: "lto", variable: "CARGO_PROFILE_RELEASE_LTO", value: "true" },
    Setting { key: "codegen-units", variable: "CARGO_PROFILE_RELEASE_CODEGEN_UNITS", value: "1" },
];

/// Returns cargo's arguments for link-time optimization and one codegen unit, except for settings that the user has made in the
/// workspace's manifest, in one of cargo's configuration files, or in the environment.
///
/// # Errors
/// Fails if there is no current directory.
pub(crate) fn optimization(workspace: &Path) -> Result<Vec<String>> {
    // A setting on the command line would override all of these.
    let mut files = vec![workspace.join("Cargo.toml")];
    files.extend(config_files()?);
    let profiles: Vec<_> = files.iter().filter_map(|file| release_profile(&fs::read_to_string(file).ok()?)).collect();
    Ok(missing(&profiles, |variable| env::var_os(variable).is_some()))
}

/// Returns the table `[profile.release]` of a manifest or a configuration file. Cargo itself reports an invalid file.
fn release_profile(text: &str) -> Option<toml::Table> {
    let mut file: toml::Table = text.parse().ok()?;
    let toml::Value::Table(mut profiles) = file.remove("profile")? else { return None };
    let toml::Value::Table(release) = profiles.remove("release")? else { return None };
    Some(release)
}

/// Returns cargo's arguments for the settings that neither one of these profiles nor a variable makes.
fn missing(profiles: &[toml::Table], is_set: impl Fn(&str) -> bool) -> Vec<String> {
    let is_made = |setting: &Setting| {
        is_set(setting.variable) || profiles.iter().any(|profile| profile.contains_key(setting.key))
    };
    let missing = SETTINGS.iter().filter(|setting| !is_made(setting));
    missing
        .flat_map(|Setting { key, value, .. }| ["--config".into(), format!("profile.release.{key}={value}")])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LTO: [&str; 2] = ["--config", "profile.release.lto=true"];
    const CODEGEN_UNITS: [&str; 2] = ["--config", "profile.release.codegen-units=1"];

    fn missing_in(text: &str) -> Vec<String> {
        missing(&Vec::from_iter(release_profile(text)), |_| false)
    }

    #[test]
    fn a_user_without_a_profile_gets_both_settings() {
        let both = [LTO, CODEGEN_UNITS].concat();
        assert_eq!(missing_in(""), both);
        assert_eq!(missing_in("[workspace]\nmembers = []\n[profile.dev]\nlto = true"), both);
        assert_eq!(missing_in("[profile.release]\ndebug = true\n[profile.release.package.a]\ncodegen-units = 4"), both);
    }

    #[test]
    fn the_users_own_settings_stay() {
        assert_eq!(missing_in("[profile.release]\nlto = false"), CODEGEN_UNITS);
        assert_eq!(missing_in("profile.release.codegen-units = 8"), LTO);
        assert_eq!(missing_in("[profile]\nrelease = { lto = 'thin', codegen-units = 4 }"), [""; 0]);
        assert_eq!(missing(&[], |variable| variable == "CARGO_PROFILE_RELEASE_LTO"), CODEGEN_UNITS);
    }
}
