//! Installs components with the package manager, or says which commands the user should run.

use anyhow::{Result, bail};

use crate::command::{clean, query};
use crate::package_manager::PackageManager;
use crate::setup::apt;
use crate::setup::components::{self, Component};
use crate::setup::system::System;

/// How this process can run commands as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RootAccess {
    /// This user is root.
    IsRoot,
    /// With `sudo`, which asks for no password.
    Sudo,
    None,
}

/// Installs components.
///
/// # Errors
/// Fails if they cannot be installed; if the user can do it, the error has the commands.
pub(crate) fn install(system: &System, missing: &[Component]) -> Result<()> {
    let access = root_access();
    if system.manager == PackageManager::Apt && access != RootAccess::None {
        return apt::install(system, missing, access == RootAccess::Sudo);
    }
    bail!(instructions(system.manager, missing))
}

/// Says what the user should do if this program cannot install components.
fn instructions(manager: PackageManager, missing: &[Component]) -> String {
    let commands = components::commands(manager, missing);
    if commands.is_empty() {
        let missing: String = missing.iter().map(|component| format!("\n    {}", component.describe())).collect();
        return format!("this command cannot install packages here; install these, then run it again:{missing}");
    }
    let why = if manager == PackageManager::Apt {
        "this user cannot install packages (not root, and sudo asks for a password)"
    } else {
        "this command does not install packages with this system's package manager"
    };
    let commands: String = commands.iter().map(|command| format!("\n    {command}")).collect();
    format!("{why}; run these commands, then this one again:{commands}")
}

fn root_access() -> RootAccess {
    if is_root() {
        RootAccess::IsRoot
    } else if which::which("sudo").is_ok() && query(clean("sudo").args(["-n", "true"])).is_ok() {
        RootAccess::Sudo
    } else {
        RootAccess::None
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    query(clean("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_who_cannot_install_gets_the_commands() {
        let text = instructions(PackageManager::Apt, &[Component::LinuxC]);
        assert!(text.contains("\n    sudo apt-get install -y gcc-multilib g++-multilib"), "{text}");
        let text = instructions(PackageManager::Unknown, &[Component::LinuxC]);
        assert!(text.contains("cc -m32"), "{text}");
    }
}
