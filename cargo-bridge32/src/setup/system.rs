//! The machine's distribution, and whether this user may install packages.

use std::fs;
use std::str::FromStr;

use anyhow::{Result, bail};

use crate::command::clean;
use crate::setup::apt;
use crate::setup::components::{self, Component};
use crate::toolchain::query;

/// What installs packages here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Manager {
    /// Debian, Ubuntu and their kind.
    Apt,
    /// Fedora and its kind.
    Dnf,
    /// Arch and its kind.
    Pacman,
    /// macOS.
    Brew,
    /// Windows with MSYS2.
    Msys,
    /// None that is known here.
    Unknown,
}

impl FromStr for Manager {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "apt" => Ok(Self::Apt),
            "dnf" => Ok(Self::Dnf),
            "pacman" => Ok(Self::Pacman),
            "brew" => Ok(Self::Brew),
            "msys" => Ok(Self::Msys),
            _ => Err(format!("bridge32 knows no package manager `{name}`; it knows apt, dnf, pacman, brew and msys")),
        }
    }
}

/// How commands of the machine's administrator are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Administrator {
    /// This user is the administrator.
    Is,
    /// `sudo` asks for no password.
    Sudo,
    /// Not at all.
    No,
}

/// A machine, as far as installing packages goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct System {
    pub(crate) manager: Manager,
    /// Debian's name for this release, where it is Debian itself.
    pub(crate) debian_release: Option<String>,
}

impl System {
    /// This machine.
    pub(crate) fn find() -> Self {
        if cfg!(windows) {
            return Self { manager: Manager::Msys, debian_release: None };
        }
        if cfg!(target_os = "macos") {
            return Self { manager: Manager::Brew, debian_release: None };
        }
        Self::from_os_release(&fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    /// The system that an os-release file describes.
    fn from_os_release(text: &str) -> Self {
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            line.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
        };
        let id = value("ID");
        let like = value("ID_LIKE");
        let mut kinds = std::iter::once(id.as_str()).chain(like.split_whitespace());
        let manager = kinds.find_map(|kind| match kind {
            "debian" | "ubuntu" => Some(Manager::Apt),
            "fedora" | "rhel" | "centos" => Some(Manager::Dnf),
            "arch" => Some(Manager::Pacman),
            _ => None,
        });
        let release = value("VERSION_CODENAME");
        Self {
            manager: manager.unwrap_or(Manager::Unknown),
            debian_release: (id == "debian" && !release.is_empty()).then_some(release),
        }
    }
}

/// Installs components.
///
/// # Errors
/// Where they cannot be installed; where the user can do it, the error has the commands.
pub(crate) fn install(system: &System, missing: &[Component]) -> Result<()> {
    let administrator = administrator();
    if system.manager == Manager::Apt && administrator != Administrator::No {
        return apt::install(system, missing, administrator == Administrator::Sudo);
    }
    bail!(by_hand(system.manager, missing))
}

/// What the user is to do where this program may not.
fn by_hand(manager: Manager, missing: &[Component]) -> String {
    let commands = components::commands(manager, missing);
    if commands.is_empty() {
        let what: String = missing.iter().map(|component| format!("\n    {}", component.describe())).collect();
        return format!(
            "packages cannot be installed here by this command; install these, and then run it again:{what}"
        );
    }
    let why = if manager == Manager::Apt {
        "this user may not install packages (not root, and sudo would ask for a password)"
    } else {
        "packages are not installed by this command here"
    };
    let commands: String = commands.iter().map(|command| format!("\n    {command}")).collect();
    format!("{why}; run these commands, and then this one again:{commands}")
}

fn administrator() -> Administrator {
    if is_root() {
        Administrator::Is
    } else if which::which("sudo").is_ok() && query(clean("sudo").args(["-n", "true"])).is_ok() {
        Administrator::Sudo
    } else {
        Administrator::No
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
    fn distributions_are_told_apart() {
        let system = |text: &str| System::from_os_release(text);
        let debian = system("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n");
        assert_eq!(debian, System { manager: Manager::Apt, debian_release: Some("bookworm".into()) });
        let ubuntu = system("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n");
        assert_eq!(ubuntu, System { manager: Manager::Apt, debian_release: None });
        assert_eq!(system("ID=linuxmint\nID_LIKE=\"ubuntu debian\"").manager, Manager::Apt);
        assert_eq!(system("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"").manager, Manager::Dnf);
        assert_eq!(system("ID=arch").manager, Manager::Pacman);
        assert_eq!(system("").manager, Manager::Unknown);
    }

    #[test]
    fn who_may_not_install_is_told_the_commands() {
        let text = by_hand(Manager::Apt, &[Component::LinuxC]);
        assert!(text.contains("\n    sudo apt-get install -y gcc-multilib g++-multilib"), "{text}");
        let text = by_hand(Manager::Unknown, &[Component::LinuxC]);
        assert!(text.contains("cc -m32"), "{text}");
    }
}
