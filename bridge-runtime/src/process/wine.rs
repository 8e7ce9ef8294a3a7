//! The environment of servers under Wine.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;

/// Replaces what this program has inherited and Wine cannot work with: a locale whose file names are not UTF-8, as services and
/// containers have, and a folder for temporary files that is missing or is another user's.
pub(super) fn wine_environment(command: &mut Command) {
    if let Some((variable, locale)) = utf8_locale(|variable| std::env::var_os(variable)) {
        command.env(variable, locale);
    }
    if std::env::var_os(TEMPORARY).is_some_and(|folder| !crate::sys::is_writable_folder(Path::new(&folder))) {
        command.env_remove(TEMPORARY);
    }
}

/// The variable that names the folder in which Wine's processes find each other.
const TEMPORARY: &str = "TMPDIR";

/// The variables that set the encoding of file names; the first one that is set counts. Source: locale(7).
const LOCALE_VARIABLES: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

/// The locale without a language.
const NO_LANGUAGE: [&str; 2] = ["C", "POSIX"];

/// Returns a variable to set, and its value, so that Wine takes file names for UTF-8; `None` if it does that already. The language,
/// on which Wine's code page for text depends, stays the same.
fn utf8_locale(variable: impl Fn(&str) -> Option<OsString>) -> Option<(&'static str, OsString)> {
    let set = LOCALE_VARIABLES.iter().map(|name| (*name, variable(name).unwrap_or_default()));
    let (name, locale) = set.into_iter().find(|(_, value)| !value.is_empty()).unwrap_or(("LANG", "C".into()));
    let locale = locale.to_string_lossy();
    let (language, codeset) = locale.split_once('.').unwrap_or((&locale, ""));
    let codeset = codeset.split('@').next().unwrap_or_default().to_lowercase();
    if matches!(codeset.as_str(), "utf-8" | "utf8") {
        return None;
    }
    let language = language.split('@').next().filter(|language| !NO_LANGUAGE.contains(language)).unwrap_or("C");
    // Only `LC_ALL` has precedence over this one.
    let name = if name == "LC_ALL" { name } else { "LC_CTYPE" };
    Some((name, OsStr::new(&format!("{language}.UTF-8")).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_gets_utf8_and_keeps_its_language() {
        let locale = |set: &[(&str, &str)]| {
            let variable =
                |name: &str| set.iter().find(|(set, _)| *set == name).map(|(_, value)| OsString::from(value));
            utf8_locale(variable).map(|(name, value)| format!("{name}={}", value.to_string_lossy()))
        };
        for (set, expected) in [
            (&[][..], Some("LC_CTYPE=C.UTF-8")),
            (&[("LANG", "C")], Some("LC_CTYPE=C.UTF-8")),
            (&[("LANG", "de_DE.UTF-8")], None),
            (&[("LANG", "de_DE.utf8@euro")], None),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "POSIX")], Some("LC_ALL=C.UTF-8")),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "")], None),
            (&[("LANG", "de_DE.UTF-8"), ("LC_CTYPE", "ja_JP.eucJP")], Some("LC_CTYPE=ja_JP.UTF-8")),
            (&[("LC_ALL", "de_DE@euro")], Some("LC_ALL=de_DE.UTF-8")),
            (&[("LC_ALL", "C.UTF-8"), ("LANG", "C")], None),
        ] {
            assert_eq!(locale(set).as_deref(), expected, "{set:?}");
        }
    }
}
