//! Recognizes the operating system and its package manager.

use std::fs;

use crate::package_manager::PackageManager;

/// The operating system, as far as it matters for the installation of packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct System {
    pub(crate) manager: PackageManager,
    /// The code name of the release, on Debian itself.
    pub(crate) debian_release: Option<String>,
}

impl System {
    /// Returns this machine's system.
    pub(crate) fn find() -> Self {
        if cfg!(windows) {
            return Self { manager: PackageManager::Msys, debian_release: None };
        }
        if cfg!(target_os = "macos") {
            return Self { manager: PackageManager::Brew, debian_release: None };
        }
        Self::from_os_release(&fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    /// Returns the system that an `os-release` file describes.
    fn from_os_release(text: &str) -> Self {
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            line.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
        };
        let id = value("ID");
        let like = value("ID_LIKE");
        let mut families = std::iter::once(id.as_str()).chain(like.split_whitespace());
        let manager = families.find_map(|family| match family {
            "debian" | "ubuntu" => Some(PackageManager::Apt),
            "fedora" | "rhel" | "centos" => Some(PackageManager::Dnf),
            "arch" => Some(PackageManager::Pacman),
            _ => None,
        });
        let release = value("VERSION_CODENAME");
        Self {
            manager: manager.unwrap_or(PackageManager::Unknown),
            debian_release: (id == "debian" && !release.is_empty()).then_some(release),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_are_recognized() {
        let system = |text: &str| System::from_os_release(text);
        let debian = system("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n");
        assert_eq!(debian, System { manager: PackageManager::Apt, debian_release: Some("bookworm".into()) });
        let ubuntu = system("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n");
        assert_eq!(ubuntu, System { manager: PackageManager::Apt, debian_release: None });
        assert_eq!(system("ID=linuxmint\nID_LIKE=\"ubuntu debian\"").manager, PackageManager::Apt);
        assert_eq!(system("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"").manager, PackageManager::Dnf);
        assert_eq!(system("ID=arch").manager, PackageManager::Pacman);
        assert_eq!(system("").manager, PackageManager::Unknown);
    }
}
