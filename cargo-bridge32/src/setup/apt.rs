//! Packages of Debian and its kind.

use std::fs;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::command::{Cmd, clean};
use crate::progress::{self, Outcome};
use crate::setup::components::{self, Component};
use crate::setup::system::{Manager, System};
use crate::toolchain::query;

/// Installs components.
///
/// # Errors
/// Where apt cannot.
pub(crate) fn install(system: &System, missing: &[Component], sudo: bool) -> Result<()> {
    let (foreign, plain): (Vec<_>, Vec<_>) = missing.iter().cloned().partition(Component::is_foreign);
    let mut apt = Apt { system, sudo, updated: false };
    // What is of the second architecture goes by itself: what that may need (older versions) is not for the others.
    if !plain.is_empty() {
        apt.install(&components::packages(Manager::Apt, &plain))?;
    }
    if !foreign.is_empty() {
        apt.add_architecture("i386")?;
        apt.install(&components::packages(Manager::Apt, &foreign))?;
    }
    Ok(())
}

struct Apt<'a> {
    system: &'a System,
    sudo: bool,
    /// Whether the lists are as new as can be.
    updated: bool,
}

impl Apt<'_> {
    fn install(&mut self, packages: &[&str]) -> Result<()> {
        let names = packages.join(" ");
        let what = format!("install {}", short(packages));
        let mut pin = None;
        let mut tried = self.simulate(packages, None)?;
        if !tried.success() && !self.updated {
            self.update()?;
            tried = self.simulate(packages, None)?;
        }
        if !tried.success()
            && let Some(release) = &self.system.debian_release
        {
            // One architecture's list of security fixes may be missing; packages of both then have no version in
            // common but the release's own.
            pin = Some(Pin::to(release)?);
            tried = self.simulate(packages, pin.as_ref())?;
        }
        let tried = tried
            .check()
            .with_context(|| format!("apt cannot install {names}; is it part of this distribution's release?"))?;
        let older = downgraded(tried.output());
        if !older.is_empty() {
            eprintln!("  both architectures have but the release's own versions in common; these packages go back to");
            eprintln!("  them until the next upgrade: {}", older.join(" "));
        }

        let install = install_command(packages, pin.as_ref());
        let mut outcome = self.run(&what, &install)?;
        if !outcome.success() && !self.updated && outcome.output().contains("Failed to fetch") {
            self.update()?;
            outcome = self.run(&what, &install)?;
        }
        outcome.check().map(drop)
    }

    /// Whether the packages could be installed.
    fn simulate(&self, packages: &[&str], pin: Option<&Pin>) -> Result<Outcome> {
        let mut command = install_command(packages, pin).with(["--simulate"]).to_std(self.sudo);
        progress::run(&format!("look what comes with {}", short(packages)), &mut command)
    }

    fn add_architecture(&mut self, architecture: &str) -> Result<()> {
        let known = query(clean("dpkg").arg("--print-foreign-architectures"))
            .context("cannot ask dpkg for its architectures")?;
        if known.lines().any(|line| line == architecture) {
            return Ok(());
        }
        self.run("add the package architecture i386", &Cmd::root(["dpkg", "--add-architecture", architecture]))?
            .check()?;
        self.updated = false;
        self.update()
    }

    fn update(&mut self) -> Result<()> {
        let command = apt_get(["update"]);
        let outcome = self.run("update the lists of packages", &command)?;
        if !outcome.success() {
            // One list may have failed that is not needed; what is needed shows in the installation.
            eprintln!("  going on with the lists that could be updated ({})", outcome.last_line());
        }
        self.updated = true;
        Ok(())
    }

    fn run(&self, what: &str, command: &Cmd) -> Result<Outcome> {
        eprintln!("  {what}: {}", command.typed(self.sudo));
        progress::run(what, &mut command.to_std(self.sudo))
    }
}

/// Another program may hold apt's lock for a while, as an unattended upgrade does: it is waited for.
fn apt_get<'a>(words: impl IntoIterator<Item = &'a str>) -> Cmd {
    Cmd::root(["apt-get", "-o", "DPkg::Lock::Timeout=300"]).with(words).env("DEBIAN_FRONTEND", "noninteractive")
}

fn install_command(packages: &[&str], pin: Option<&Pin>) -> Cmd {
    // Nothing that the user has is to go for what he gets.
    let mut command = apt_get(["install", "-y", "--no-install-recommends", "--no-remove"]);
    if let Some(pin) = pin {
        command = command.with([
            "--allow-downgrades".to_owned(),
            format!("-oDir::Etc::preferencesparts={}", pin.folder.path().display()),
        ]);
    }
    command.with(packages.iter().copied())
}

/// Some packages in a few words.
fn short(packages: &[&str]) -> String {
    match packages {
        [] => "nothing".into(),
        [only] => (*only).into(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// The packages that an installation, as apt describes it, would replace by older versions.
fn downgraded(described: &str) -> Vec<&str> {
    let lines = described.lines().skip_while(|line| !line.contains("DOWNGRADED")).skip(1);
    lines.take_while(|line| line.starts_with(' ')).flat_map(str::split_whitespace).collect()
}

/// A preference for all packages of a release, for one installation.
struct Pin {
    folder: TempDir,
}

impl Pin {
    fn to(release: &str) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        // Above 1000, so that it holds for packages that are installed in a newer version, too.
        let text = format!("Package: *\nPin: release n={release}\nPin-Priority: 1001\n");
        fs::write(folder.path().join("bridge32"), text).context("cannot write to a temporary folder")?;
        Ok(Self { folder })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_removed_or_asked() {
        let command = install_command(&["gcc-multilib"], None).to_string();
        assert_eq!(
            command,
            "sudo DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends --no-remove gcc-multilib"
        );
    }

    #[test]
    fn what_is_replaced_by_older_versions_is_told() {
        let described = "The following NEW packages will be installed:\n  wine\nThe following packages will be DOWNGRADED:\n  \
                         libssl3 openssl\n  zlib1g\n0 upgraded, 1 newly installed, 3 downgraded.\n";
        assert_eq!(downgraded(described), ["libssl3", "openssl", "zlib1g"]);
        assert!(downgraded("0 upgraded").is_empty());
    }

    #[test]
    fn a_pin_allows_older_versions() {
        let pin = Pin::to("bookworm").expect("a temporary folder");
        let command = install_command(&["wine32:i386"], Some(&pin)).to_string();
        assert!(command.contains("--allow-downgrades -oDir::Etc::preferencesparts="), "{command}");
        let text = fs::read_to_string(pin.folder.path().join("bridge32")).expect("it is there");
        assert!(text.contains("n=bookworm"), "{text}");
    }
}
