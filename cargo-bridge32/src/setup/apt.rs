//! Installs packages with apt.

use std::fs;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::command::{Cmd, clean, query};
use crate::package_manager::PackageManager;
use crate::progress::{self, Outcome};
use crate::setup::components::{self, Component};
use crate::setup::system::System;

/// Installs components.
///
/// # Errors
/// Fails if apt does.
pub(crate) fn install(system: &System, missing: &[Component], sudo: bool) -> Result<()> {
    let (foreign, plain): (Vec<_>, Vec<_>) = missing.iter().cloned().partition(Component::is_foreign);
    let mut apt = Apt { system, sudo, updated: false };
    // Packages of the foreign architecture are installed separately, because they may need downgrades.
    if !plain.is_empty() {
        apt.install(&components::packages(PackageManager::Apt, &plain))?;
    }
    if !foreign.is_empty() {
        apt.add_architecture("i386")?;
        apt.install(&components::packages(PackageManager::Apt, &foreign))?;
    }
    Ok(())
}

struct Apt<'a> {
    system: &'a System,
    sudo: bool,
    /// Whether the package lists have been updated.
    updated: bool,
}

impl Apt<'_> {
    fn install(&mut self, packages: &[&str]) -> Result<()> {
        let names = packages.join(" ");
        let what = format!("install {}", short(packages));
        let mut pin = None;
        let mut simulation = self.simulate(packages, None)?;
        if !simulation.success() && !self.updated {
            self.update()?;
            simulation = self.simulate(packages, None)?;
        }
        if !simulation.success()
            && let Some(release) = &self.system.debian_release
        {
            // The list of security updates may be missing for one architecture. The only version that the packages of both
            // architectures have in common is then the release's own.
            pin = Some(Pin::to(release)?);
            simulation = self.simulate(packages, pin.as_ref())?;
        }
        let simulation = simulation
            .check()
            .with_context(|| format!("apt cannot install {names}; is it part of this distribution's release?"))?;
        let downgrades = downgraded(simulation.output());
        if !downgrades.is_empty() {
            eprintln!(
                "  the only versions that both architectures have are the release's own; these packages are downgraded"
            );
            eprintln!("  to them until the next upgrade: {}", downgrades.join(" "));
        }

        let install = install_command(packages, pin.as_ref());
        let mut outcome = self.run(&what, &install)?;
        if !outcome.success() && !self.updated && outcome.output().contains("Failed to fetch") {
            self.update()?;
            outcome = self.run(&what, &install)?;
        }
        outcome.check().map(drop)
    }

    /// Runs the installation of packages without changing anything.
    fn simulate(&self, packages: &[&str], pin: Option<&Pin>) -> Result<Outcome> {
        let mut command = install_command(packages, pin).with(["--simulate"]).to_std(self.sudo);
        progress::run(&format!("check what is installed with {}", short(packages)), &mut command)
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
            // A list that failed may not be needed; if it is, the installation fails.
            eprintln!("  continuing with the lists that could be updated ({})", outcome.last_line());
        }
        self.updated = true;
        Ok(())
    }

    fn run(&self, what: &str, command: &Cmd) -> Result<Outcome> {
        eprintln!("  {what}: {}", command.typed(self.sudo));
        progress::run(what, &mut command.to_std(self.sudo))
    }
}

/// Returns an apt-get command. It waits for apt's lock, which an unattended upgrade may hold for minutes.
fn apt_get<'a>(words: impl IntoIterator<Item = &'a str>) -> Cmd {
    Cmd::root(["apt-get", "-o", "DPkg::Lock::Timeout=300"]).with(words).env("DEBIAN_FRONTEND", "noninteractive")
}

fn install_command(packages: &[&str], pin: Option<&Pin>) -> Cmd {
    // Never remove a package that the user has.
    let mut command = apt_get(["install", "-y", "--no-install-recommends", "--no-remove"]);
    if let Some(pin) = pin {
        command = command.with([
            "--allow-downgrades".to_owned(),
            format!("-oDir::Etc::preferencesparts={}", pin.folder.path().display()),
        ]);
    }
    command.with(packages.iter().copied())
}

/// Summarizes packages in a few words.
fn short(packages: &[&str]) -> String {
    match packages {
        [] => "nothing".into(),
        [only] => (*only).into(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// Returns the packages that would be downgraded, from the output of a simulation.
fn downgraded(output: &str) -> Vec<&str> {
    let lines = output.lines().skip_while(|line| !line.contains("DOWNGRADED")).skip(1);
    lines.take_while(|line| line.starts_with(' ')).flat_map(str::split_whitespace).collect()
}

/// A preference for a release's own versions of all packages, during one installation.
struct Pin {
    folder: TempDir,
}

impl Pin {
    fn to(release: &str) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        // A priority above 1000 allows downgrades.
        let text = format!("Package: *\nPin: release n={release}\nPin-Priority: 1001\n");
        fs::write(folder.path().join("bridge32"), text).context("cannot write to a temporary folder")?;
        Ok(Self { folder })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_installation_removes_nothing_and_asks_nothing() {
        let command = install_command(&["gcc-multilib"], None).to_string();
        assert_eq!(
            command,
            "sudo DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends --no-remove gcc-multilib"
        );
    }

    #[test]
    fn downgrades_are_recognized() {
        let output = "The following NEW packages will be installed:\n  wine\nThe following packages will be DOWNGRADED:\n  \
                         libssl3 openssl\n  zlib1g\n0 upgraded, 1 newly installed, 3 downgraded.\n";
        assert_eq!(downgraded(output), ["libssl3", "openssl", "zlib1g"]);
        assert!(downgraded("0 upgraded").is_empty());
    }

    #[test]
    fn a_pin_allows_downgrades() {
        let pin = Pin::to("bookworm").expect("a temporary folder");
        let command = install_command(&["wine32:i386"], Some(&pin)).to_string();
        assert!(command.contains("--allow-downgrades -oDir::Etc::preferencesparts="), "{command}");
        let text = fs::read_to_string(pin.folder.path().join("bridge32")).expect("it is there");
        assert!(text.contains("n=bookworm"), "{text}");
    }
}
