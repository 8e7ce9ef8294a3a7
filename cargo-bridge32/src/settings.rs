//! Reads a package's settings in `[package.metadata.bridge32]`.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};

use crate::package_manager::{PackageManager, PackageName, SystemPackages};
use crate::target::{Language, Pair, Target, Transport};

/// The settings of a package.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Its servers; if `None`, its binaries with [`crate::server::SUFFIX`].
    pub(crate) servers: Option<Vec<String>>,
    /// The pairs on which it is tested; if `None`, those on which its tests differ.
    pub(crate) test_pairs: Option<Vec<Pair>>,
    /// The transports over which it is tested; if `None`, the one that its clients choose.
    pub(crate) test_transports: Option<Vec<Transport>>,
    /// The targets that its servers can be built for; if `None`, any.
    pub(crate) server_targets: Option<Vec<Target>>,
    /// Whether `run --release` builds its program with link-time optimization, like a server.
    pub(crate) program_lto: bool,
    /// The languages of its native code, apart from C and C++.
    pub(crate) languages: Vec<Language>,
    /// The packages of the distribution that its servers need, each for one target.
    pub(crate) system_packages: Vec<(Target, SystemPackages)>,
    /// How its drop-in library starts the server.
    pub(crate) drop_in: DropInSettings,
}

/// The settings in `[package.metadata.bridge32.drop-in]`.
#[derive(Debug, Default)]
pub(crate) struct DropInSettings {
    /// The path of the original library.
    pub(crate) library: Option<String>,
    /// The others as lines of `name=value`, as the runtime reads them: times in milliseconds, words separated by tabs.
    pub(crate) options: String,
}

impl Settings {
    /// Reads the settings from the metadata of a package.
    ///
    /// # Errors
    /// Fails if a setting has the wrong type, or a name is unknown.
    pub(crate) fn read(package: &str, metadata: &serde_json::Value) -> Result<Self> {
        let settings = &metadata["bridge32"];
        Ok(Self {
            servers: optional_list(settings, "servers")?,
            test_pairs: optional_list(settings, "test-pairs")?,
            test_transports: optional_list(settings, "test-transports")?,
            server_targets: optional_list(settings, "server-targets")?,
            program_lto: flag(settings, "program-lto")?,
            languages: optional_list(settings, "needs")?.unwrap_or_default(),
            system_packages: system_packages(settings, package)?,
            drop_in: DropInSettings::read(&settings["drop-in"])?,
        })
    }
}

impl DropInSettings {
    fn read(settings: &serde_json::Value) -> Result<Self> {
        let mut own = Self::default();
        let serde_json::Value::Object(table) = settings else {
            return match settings {
                serde_json::Value::Null => Ok(own),
                _ => bail!("`package.metadata.bridge32.drop-in` is not a table"),
            };
        };
        for (name, value) in table {
            let wrong = |what: &str| anyhow!("`package.metadata.bridge32.drop-in.{name}` is not {what}");
            let text = || value.as_str().ok_or_else(|| wrong("text"));
            let value = match name.as_str() {
                "library" => {
                    own.library = Some(text()?.to_owned());
                    continue;
                }
                "start-timeout" | "call-timeout" => {
                    milliseconds(text()?).ok_or_else(|| wrong("a duration, as in \"500ms\" or \"30s\""))?.to_string()
                }
                "restart" => match text()? {
                    policy @ ("never" | "on-failure") => policy.to_owned(),
                    _ => return Err(wrong("`never` or `on-failure`")),
                },
                "transport" => text()?.parse::<Transport>().map_err(|error| wrong(&error))?.name().to_owned(),
                "runner" => list::<String>(value, "drop-in.runner")?.join("\t"),
                _ => bail!(
                    "`package.metadata.bridge32.drop-in.{name}` is not a setting; those are `library`, `start-timeout`, \
                     `call-timeout`, `restart`, `transport` and `runner`"
                ),
            };
            let _ = writeln!(own.options, "{name}={value}");
        }
        Ok(own)
    }
}

/// The milliseconds of a duration such as `500ms`, `30s` or `2min`.
fn milliseconds(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let unit = match unit.trim_start() {
        "ms" => 1,
        "s" => 1000,
        "min" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// Reads a list of names; `None` if there is none.
fn optional_list<T: FromStr<Err: fmt::Display>>(settings: &serde_json::Value, key: &str) -> Result<Option<Vec<T>>> {
    match &settings[key] {
        value if value.is_null() => Ok(None),
        value => list(value, key).map(Some),
    }
}

fn list<T: FromStr<Err: fmt::Display>>(value: &serde_json::Value, key: &str) -> Result<Vec<T>> {
    let wrong = || format!("`package.metadata.bridge32.{key}` is not a list of names");
    value.as_array().with_context(wrong)?.iter().map(|name| parse(name.as_str().with_context(wrong)?, key)).collect()
}

fn parse<T: FromStr<Err: fmt::Display>>(name: &str, key: &str) -> Result<T> {
    name.parse().map_err(|error| anyhow!("`package.metadata.bridge32.{key}`: {error}"))
}

/// Reads a boolean; false if there is none.
fn flag(settings: &serde_json::Value, key: &str) -> Result<bool> {
    match &settings[key] {
        serde_json::Value::Null => Ok(false),
        value => value.as_bool().with_context(|| format!("`package.metadata.bridge32.{key}` is not true or false")),
    }
}

/// Reads the packages in `[package.metadata.bridge32.packages.<target>]`.
fn system_packages(settings: &serde_json::Value, needed_by: &str) -> Result<Vec<(Target, SystemPackages)>> {
    let table = |value, key: &str| match value {
        serde_json::Value::Null => Ok(serde_json::Map::new()),
        serde_json::Value::Object(table) => Ok(table),
        _ => bail!("`package.metadata.bridge32.{key}` is not a table"),
    };
    let mut found = Vec::new();
    for (target, managers) in table(settings["packages"].clone(), "packages")? {
        let key = format!("packages.{target}");
        let target: Target = parse(&target, "packages")?;
        for (manager, names) in table(managers, &key)? {
            let names: Vec<PackageName> = list(&names, &format!("{key}.{manager}"))?;
            let manager: PackageManager = parse(&manager, &key)?;
            found.push((target, SystemPackages { needed_by: needed_by.to_owned(), manager, names }));
        }
    }
    Ok(found)
}
