//! The C runtime of servers and drop-in libraries that Visual Studio's tools link.

use std::env;
use std::ffi::OsString;
use std::fs;

use anyhow::Result;

use crate::cargo_config::config_files;
use crate::target::Target;

/// The compiler's support library becomes part of the file, so that Windows needs no redistributable package of Visual C++, which
/// is rarely installed for 32-bit programs.
const STATIC: &str = "-Ctarget-feature=+crt-static";

/// The C library itself stays the one of Windows, which a server shares with native libraries, and a drop-in library with programs:
/// `#[errno]` reads the `errno` that they set. Source: <https://learn.microsoft.com/cpp/c-runtime-library/crt-library-features>.
pub(crate) const LINKER_OPTIONS: [&str; 2] = ["/NODEFAULTLIB:libucrt.lib", "/DEFAULTLIB:ucrt.lib"];

/// If the user mentions this setting, it is the user's.
const SETTING: &str = "crt-static";

/// Returns the environment variable that makes cargo add these flags to the user's own when it builds for this target.
/// `None` if there is nothing to add.
///
/// # Errors
/// Fails if there is no current directory.
pub(crate) fn flags(target: Target) -> Result<Option<(String, OsString)>> {
    // Cargo itself reports files that it cannot read.
    let files: Vec<_> = config_files()?.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
    Ok(added(target, &files, |variable| env::var_os(variable)))
}

/// Returns a variable and its new value. Cargo takes flags from the first of four places that has any; each is a variable, and the
/// last two are configuration files as well, whose flags cargo adds. Source:
/// <https://doc.rust-lang.org/cargo/reference/config.html#buildrustflags>.
fn added(target: Target, files: &[String], var: impl Fn(&str) -> Option<OsString>) -> Option<(String, OsString)> {
    if !target.is_windows_msvc() {
        return None;
    }
    let for_target = format!("CARGO_TARGET_{}_RUSTFLAGS", target.variable_name());
    let files: Vec<toml::Table> = files.iter().filter_map(|file| file.parse().ok()).collect();
    let places = [
        ("CARGO_ENCODED_RUSTFLAGS", false, "\x1f"),
        ("RUSTFLAGS", false, " "),
        (&for_target, files.iter().any(|file| has_flags_for(file, target)), " "),
        ("CARGO_BUILD_RUSTFLAGS", files.iter().any(has_flags_for_all), " "),
        // If there are no flags anywhere.
        (&for_target, true, " "),
    ];
    let mentions = |value: OsString| value.to_string_lossy().contains(SETTING);
    if places.iter().any(|(variable, ..)| var(variable).is_some_and(mentions)) || files.iter().any(is_set_in) {
        return None;
    }
    let (variable, _, separator) =
        places.into_iter().find(|(variable, is_in_files, _)| *is_in_files || var(variable).is_some())?;
    let mut value = var(variable).unwrap_or_default();
    let linked = LINKER_OPTIONS.iter().map(|option| format!("-Clink-arg={option}"));
    for flag in std::iter::once(STATIC.to_owned()).chain(linked) {
        if !value.is_empty() {
            value.push(separator);
        }
        value.push(flag);
    }
    Some((variable.to_owned(), value))
}

/// Whether a table of cargo's configuration has flags for the compiler.
fn has_flags(table: &toml::Value) -> bool {
    table.get("rustflags").is_some()
}

/// Whether a configuration has flags for all targets.
fn has_flags_for_all(file: &toml::Table) -> bool {
    file.get("build").is_some_and(has_flags)
}

/// Whether a configuration has flags for a target. A condition such as `cfg(windows)` is taken to be met.
fn has_flags_for(file: &toml::Table, target: Target) -> bool {
    let Some(toml::Value::Table(targets)) = file.get("target") else { return false };
    let is_meant = |name: &str| name == target.triple() || name.starts_with("cfg(");
    targets.iter().any(|(name, table)| is_meant(name) && has_flags(table))
}

/// Whether a configuration makes the setting.
fn is_set_in(file: &toml::Table) -> bool {
    file.iter()
        .any(|(name, table)| matches!(name.as_str(), "build" | "target") && format!("{table:?}").contains(SETTING))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOR_TARGET: &str = "CARGO_TARGET_I686_PC_WINDOWS_MSVC_RUSTFLAGS";
    const ADDED: &str =
        "-Ctarget-feature=+crt-static -Clink-arg=/NODEFAULTLIB:libucrt.lib -Clink-arg=/DEFAULTLIB:ucrt.lib";

    /// What is added to this configuration file and these variables.
    fn added_to(file: &str, variables: &[(&str, &str)]) -> Option<(String, String)> {
        let var = |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into());
        let (name, value) = added(Target::I686WindowsMsvc, &[file.to_owned()], var)?;
        Some((name, value.into_string().expect("text")))
    }

    #[test]
    fn flags_are_added_where_cargo_reads_the_users_own() {
        let expect = |file: &str, variables: &[(&str, &str)], variable: &str, value: &str| {
            assert_eq!(
                added_to(file, variables),
                Some((variable.to_owned(), value.to_owned())),
                "{file} {variables:?}"
            );
        };
        expect("", &[], FOR_TARGET, ADDED);
        expect("", &[(FOR_TARGET, "-g")], FOR_TARGET, &format!("-g {ADDED}"));
        expect("", &[("RUSTFLAGS", "-g"), (FOR_TARGET, "-v")], "RUSTFLAGS", &format!("-g {ADDED}"));
        expect("", &[("RUSTFLAGS", "")], "RUSTFLAGS", ADDED);
        expect("", &[("CARGO_BUILD_RUSTFLAGS", "-g")], "CARGO_BUILD_RUSTFLAGS", &format!("-g {ADDED}"));
        let encoded = format!("-g\x1f{}", ADDED.replace(' ', "\x1f"));
        expect("", &[("CARGO_ENCODED_RUSTFLAGS", "-g"), ("RUSTFLAGS", "-v")], "CARGO_ENCODED_RUSTFLAGS", &encoded);

        let build = "[build]\nrustflags = '-g'\n";
        expect(build, &[], "CARGO_BUILD_RUSTFLAGS", ADDED);
        expect(build, &[(FOR_TARGET, "-v")], FOR_TARGET, &format!("-v {ADDED}"));
        expect(build, &[("RUSTFLAGS", "-v")], "RUSTFLAGS", &format!("-v {ADDED}"));
        for target in ["i686-pc-windows-msvc", "'cfg(windows)'"] {
            expect(&format!("{build}[target.{target}]\nrustflags = ['-g']"), &[], FOR_TARGET, ADDED);
        }
        for other in ["x86_64-pc-windows-msvc]\nrustflags = '-g'", "i686-pc-windows-msvc]\nlinker = 'lld-link'"] {
            expect(&format!("{build}[target.{other}"), &[], "CARGO_BUILD_RUSTFLAGS", ADDED);
        }
    }

    #[test]
    fn the_users_own_setting_stays() {
        for variable in ["RUSTFLAGS", FOR_TARGET] {
            assert_eq!(added_to("", &[(variable, "-C target-feature=-crt-static")]), None);
        }
        let file = "[target.'cfg(all(windows, target_env = \"msvc\"))']\nrustflags = ['-Ctarget-feature=-crt-static']";
        assert_eq!(added_to(file, &[]), None);
    }

    #[test]
    fn only_what_visual_studio_links_gets_flags() {
        for target in Target::ALL {
            let expected = target.triple().ends_with("-msvc");
            assert_eq!(added(target, &[], |_| None).is_some(), expected, "{target}");
        }
    }
}
