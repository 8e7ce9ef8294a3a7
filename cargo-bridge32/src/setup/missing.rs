//! What is needed, but not installed.

use std::fmt;

use anyhow::Result;

use crate::setup::components::Component;
use crate::setup::needs::Needs;
use crate::setup::wine::Prefix;
use crate::target::Target;
use crate::toolchain::Toolchains;

/// What is needed, but not installed.
pub(crate) struct Missing {
    pub(crate) targets: Vec<Target>,
    pub(crate) components: Vec<Component>,
    pub(crate) prefix: Option<Prefix>,
}

impl Missing {
    /// Checks this machine.
    ///
    /// # Errors
    /// Fails if the user has no home folder.
    pub(crate) fn find(needs: &Needs, host: Target, toolchains: &Toolchains) -> Result<Self> {
        let targets = needs.targets().filter(|target| toolchains.with_target(*target).is_none()).collect();
        let components = components(needs, host);
        let prefix = needs.wine().then(Prefix::find).transpose()?;
        // Whether the prefix is up to date depends on Wine's version, which only an installed Wine can report.
        let prefix = prefix.filter(|prefix| components.contains(&Component::Wine) || !prefix.is_ready());
        Ok(Self { targets, components, prefix })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.targets.is_empty() && self.components.is_empty() && self.prefix.is_none()
    }

    /// Describes everything, each in a few words.
    pub(crate) fn descriptions(&self) -> Vec<String> {
        let targets = self.targets.iter().map(|target| format!("Rust's standard library for {target}"));
        let components = self.components.iter().map(|component| component.describe().into_owned());
        let prefix = self.prefix.iter().map(|prefix| format!("a Wine prefix in {}", prefix.folder().display()));
        targets.chain(components).chain(prefix).collect()
    }
}

/// Lists everything, for the user.
impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "bridge32 needs on this machine:")?;
        self.descriptions().iter().try_for_each(|description| writeln!(f, "  - {description}"))
    }
}

/// Returns the components that are not installed.
pub(crate) fn components(needs: &Needs, host: Target) -> Vec<Component> {
    needs.components(host).into_iter().filter(|component| !component.is_installed()).collect()
}
