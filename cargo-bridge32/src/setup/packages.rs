//! Packages of the distribution that a user's package names, such as the 32-bit library that its server calls.

use std::fmt;
use std::str::FromStr;

use crate::command::clean;
use crate::setup::system::Manager;
use crate::toolchain::query;

/// Packages that are needed together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Packages {
    /// The user's package that needs them.
    pub(crate) needed_by: String,
    /// What they are packages of.
    pub(crate) manager: Manager,
    /// Their names.
    pub(crate) names: Vec<Name>,
}

impl Packages {
    /// Whether all are installed.
    pub(super) fn are_there(&self) -> bool {
        self.names.iter().all(|name| is_installed(self.manager, &name.0))
    }
}

/// What they are, for the user.
impl fmt::Display for Packages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.names.iter().map(|name| name.0.as_str()).collect();
        write!(f, "{}, which `{}` needs", names.join(" and "), self.needed_by)
    }
}

/// The name of a package. It is a word of a command that the machine's administrator runs: nothing else can be meant by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name(pub(super) String);

impl FromStr for Name {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        // `:` is apt's for an architecture, and `(…)` rpm's.
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "+-._:()".contains(c);
        match name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_allowed) {
            true => Ok(Self(name.to_owned())),
            false => Err(format!("`{name}` is no name of a package")),
        }
    }
}

/// Whether a package is installed, or another that provides the same.
fn is_installed(manager: Manager, name: &str) -> bool {
    match manager {
        Manager::Apt => {
            let told = query(clean("dpkg-query").args(["--show", "--showformat=${db:Status-Status}\n", name]));
            told.is_ok_and(|status| status.lines().any(|line| line == "installed"))
        }
        Manager::Dnf => query(clean("rpm").args(["--query", "--whatprovides", name])).is_ok(),
        Manager::Pacman | Manager::Msys => query(clean("pacman").args(["--deptest", name])).is_ok(),
        Manager::Brew => query(clean("brew").args(["list", "--versions", name])).is_ok(),
        Manager::Unknown => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_option_and_no_file() {
        for name in ["libsqlite3-0:i386", "sqlite-libs(x86-32)", "mingw-w64-i686-zlib", "lib32-sqlite", "libstdc++6"] {
            assert_eq!(name.parse(), Ok(Name(name.to_owned())));
        }
        for name in ["", "-y", "./x.deb", "/x.rpm", "a b", "a;b", "*", "zlib1g=1"] {
            assert!(name.parse::<Name>().is_err(), "{name}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_is_installed_is_told_from_what_is_not() {
        let (manager, known) = match crate::setup::system::System::find().manager {
            manager @ Manager::Apt => (manager, "libc6"),
            manager @ Manager::Dnf => (manager, "glibc"),
            manager @ Manager::Pacman => (manager, "glibc"),
            _ => return,
        };
        assert!(is_installed(manager, known));
        assert!(!is_installed(manager, "no-package-has-this-name"));
    }
}
