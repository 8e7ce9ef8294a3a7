//! Package managers, and packages of the distribution that a Cargo package asks for, such as the 32-bit library that its server
//! calls.

use std::fmt;
use std::str::FromStr;

use crate::command::{clean, query};

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PackageManager {
    /// apt, of Debian and its derivatives.
    Apt,
    /// dnf, of Fedora and its derivatives.
    Dnf,
    /// pacman, of Arch and its derivatives.
    Pacman,
    /// Homebrew, on macOS.
    Brew,
    /// pacman, of MSYS2 on Windows.
    Msys,
    /// Any other.
    Unknown,
}

impl FromStr for PackageManager {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "apt" => Ok(Self::Apt),
            "dnf" => Ok(Self::Dnf),
            "pacman" => Ok(Self::Pacman),
            "brew" => Ok(Self::Brew),
            "msys" => Ok(Self::Msys),
            _ => Err(format!("unknown package manager `{name}`; use apt, dnf, pacman, brew or msys")),
        }
    }
}

impl PackageManager {
    /// Whether a package is installed, or another one that provides the same.
    fn has_installed(self, name: &str) -> bool {
        match self {
            Self::Apt => {
                let output = query(clean("dpkg-query").args(["--show", "--showformat=${db:Status-Status}\n", name]));
                output.is_ok_and(|status| status.lines().any(|line| line == "installed"))
            }
            Self::Dnf => query(clean("rpm").args(["--query", "--whatprovides", name])).is_ok(),
            Self::Pacman | Self::Msys => query(clean("pacman").args(["--deptest", name])).is_ok(),
            Self::Brew => query(clean("brew").args(["list", "--versions", name])).is_ok(),
            Self::Unknown => false,
        }
    }
}

/// Packages of the distribution that a Cargo package needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SystemPackages {
    /// The Cargo package that needs them.
    pub(crate) needed_by: String,
    /// The package manager that has them.
    pub(crate) manager: PackageManager,
    pub(crate) names: Vec<PackageName>,
}

impl SystemPackages {
    /// Whether all are installed.
    pub(crate) fn are_installed(&self) -> bool {
        self.names.iter().all(|name| self.manager.has_installed(name.as_str()))
    }
}

/// Describes them to the user.
impl fmt::Display for SystemPackages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.names.iter().map(PackageName::as_str).collect();
        write!(f, "{}, which `{}` needs", names.join(" and "), self.needed_by)
    }
}

/// The name of a package of the distribution. It becomes an argument of a command that runs as root, so it can be neither an option
/// nor a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PackageName(String);

impl PackageName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PackageName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        // `:` is apt's for an architecture, and `(…)` rpm's.
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "+-._:()".contains(c);
        match name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_allowed) {
            true => Ok(Self(name.to_owned())),
            false => Err(format!("`{name}` is not a valid package name")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_neither_an_option_nor_a_file() {
        for name in ["libsqlite3-0:i386", "sqlite-libs(x86-32)", "mingw-w64-i686-zlib", "lib32-sqlite", "libstdc++6"] {
            assert_eq!(name.parse(), Ok(PackageName(name.to_owned())));
        }
        for name in ["", "-y", "./x.deb", "/x.rpm", "a b", "a;b", "*", "zlib1g=1"] {
            assert!(name.parse::<PackageName>().is_err(), "{name}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn installed_packages_are_recognized() {
        let (manager, known) = match crate::setup::system::System::find().manager {
            manager @ PackageManager::Apt => (manager, "libc6"),
            manager @ PackageManager::Dnf => (manager, "glibc"),
            manager @ PackageManager::Pacman => (manager, "glibc"),
            _ => return,
        };
        assert!(manager.has_installed(known));
        assert!(!manager.has_installed("no-package-has-this-name"));
    }
}
