//! A package of the user's workspace: its servers, its programs, and what it depends on.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::server::{self, Server};
use crate::settings::Settings;

/// A package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Its binaries that are servers.
    servers: Vec<String>,
    /// Its other binaries.
    pub(crate) programs: Vec<String>,
    examples: Vec<String>,
    pub(crate) settings: Settings,
    pub(crate) folder: PathBuf,
    default_run: Option<String>,
    /// The folders of the packages that it depends on by path.
    pub(crate) dependencies: Vec<PathBuf>,
}

impl Package {
    /// Reads cargo's description of a package.
    ///
    /// # Errors
    /// Fails if the settings are wrong, or name a server that is not a binary of the package.
    pub(crate) fn new(metadata: &cargo_metadata::Package) -> Result<Self> {
        let bins: Vec<_> =
            metadata.targets.iter().filter(|target| target.is_bin()).map(|target| target.name.clone()).collect();
        let examples = metadata.targets.iter().filter(|target| target.is_example()).map(|target| target.name.clone());
        let examples = examples.collect();
        let settings = Settings::read(&metadata.name, &metadata.metadata)
            .with_context(|| format!("in the manifest of package `{}`", metadata.name))?;
        let listed = &settings.servers;
        if let Some(missing) = listed.iter().flatten().find(|server| !bins.contains(server)) {
            bail!("package `{}` lists the server `{missing}`, but has no binary of that name", metadata.name);
        }
        let is_server = |bin: &String| match listed {
            Some(listed) => listed.contains(bin),
            None => bin.ends_with(server::SUFFIX),
        };
        let (servers, programs) = bins.into_iter().partition(is_server);
        Ok(Self {
            name: metadata.name.to_string(),
            servers,
            programs,
            examples,
            settings,
            folder: metadata.manifest_path.parent().map(Into::into).unwrap_or_default(),
            default_run: metadata.default_run.clone(),
            dependencies: metadata
                .dependencies
                .iter()
                .filter_map(|dependency| dependency.path.clone())
                .map(Into::into)
                .collect(),
        })
    }

    /// Returns its own servers.
    pub(crate) fn servers(&self) -> impl Iterator<Item = Server<'_>> {
        let targets = self.settings.server_targets.as_deref();
        self.servers.iter().map(move |bin| Server { package: &self.name, bin, targets })
    }

    /// Returns one of its examples.
    ///
    /// # Errors
    /// Fails if it has no example of that name.
    pub(crate) fn example(&self, requested: &str) -> Result<&str> {
        self.named("example", &self.examples, requested)
    }

    /// Returns the one of `all` with the requested name. `kind` says what they are.
    fn named<'p>(&self, kind: &str, all: &'p [String], requested: &str) -> Result<&'p str> {
        let found = all.iter().find(|name| *name == requested);
        found.map(String::as_str).with_context(|| match all {
            [] => format!("package `{}` has no {kind} `{requested}`", self.name),
            _ => format!("package `{}` has no {kind} `{requested}`; it has {}", self.name, all.join(", ")),
        })
    }

    /// Returns the program to run: the requested one, the package's `default-run`, or the only one.
    ///
    /// # Errors
    /// Fails if there is none, or several to choose from.
    pub(crate) fn program(&self, requested: Option<&str>) -> Result<&str> {
        if let Some(requested) = requested.or(self.default_run.as_deref()) {
            return self.named("program", &self.programs, requested);
        }
        match self.programs.as_slice() {
            [] => bail!(
                "package `{}` has no program to run; add src/main.rs, or choose another package with -p",
                self.name
            ),
            [only] => Ok(only),
            programs => {
                bail!("package `{}` has several programs; choose one with --bin: {}", self.name, programs.join(", "))
            }
        }
    }
}
