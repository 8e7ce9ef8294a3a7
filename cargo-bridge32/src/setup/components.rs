//! The tools that come from the distribution: how each is recognised, and the packages that bring it.

use std::borrow::Cow;
use std::path::Path;

use crate::command::{Cmd, clean};
use crate::setup::packages::Packages;
use crate::setup::system::Manager;
use crate::target::Target;
use crate::toolchain::query;

/// A tool, or a set that is installed together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Component {
    /// C and C++ for 32-bit Linux: the linker of `i686-unknown-linux-gnu`.
    LinuxC,
    /// C and C++ for 32-bit Windows.
    Mingw32,
    /// C and C++ for 64-bit Windows.
    Mingw64,
    /// Wine for 32-bit and 64-bit programs.
    Wine,
    /// A Rust compiler with the standard library's source.
    RustSource,
    /// Fortran for Linux, 64-bit and 32-bit.
    LinuxFortran,
    /// Fortran for 32-bit Windows.
    Mingw32Fortran,
    /// Fortran for 64-bit Windows.
    Mingw64Fortran,
    /// A compiler of C#, whose assemblies are the same for every system.
    CSharp,
    /// Mono for 32-bit Linux processes.
    Mono32,
    /// What a user's package asks for.
    Packages(Packages),
}

impl Component {
    /// What it is, for the user.
    pub(crate) fn describe(&self) -> Cow<'static, str> {
        let text = match self {
            Self::LinuxC => "C and C++ for 32-bit Linux programs (`cc -m32`)",
            Self::Mingw32 => "C and C++ for 32-bit Windows programs (i686-w64-mingw32-gcc)",
            Self::Mingw64 => "C and C++ for 64-bit Windows programs (x86_64-w64-mingw32-gcc)",
            Self::Wine => "Wine, 32-bit and 64-bit, to run Windows programs",
            Self::LinuxFortran => "Fortran for 64-bit and 32-bit Linux programs (`gfortran -m32`)",
            Self::Mingw32Fortran => "Fortran for 32-bit Windows programs (i686-w64-mingw32-gfortran)",
            Self::Mingw64Fortran => "Fortran for 64-bit Windows programs (x86_64-w64-mingw32-gfortran)",
            Self::CSharp => "C#, for .NET assemblies (mcs)",
            Self::Mono32 => "Mono, to run .NET assemblies in 32-bit Linux programs (libmonosgen-2.0)",
            Self::RustSource => "the distribution's Rust with the standard library's source",
            Self::Packages(packages) => return packages.to_string().into(),
        };
        text.into()
    }

    /// Whether it is installed.
    pub(crate) fn is_there(&self) -> bool {
        match self {
            Self::LinuxC => has_32bit_file("cc", "crt1.o") && has_32bit_file("cc", "libstdc++.so"),
            Self::LinuxFortran => has_32bit_file("gfortran", "crt1.o") && has_32bit_file("gfortran", "libgfortran.so"),
            Self::Mingw32 => has_mingw(Target::I686WindowsGnu, &["gcc", "g++"]),
            Self::Mingw64 => has_mingw(Target::X64WindowsGnu, &["gcc", "g++"]),
            Self::Mingw32Fortran => has_mingw(Target::I686WindowsGnu, &["gfortran"]),
            Self::Mingw64Fortran => has_mingw(Target::X64WindowsGnu, &["gfortran"]),
            Self::Wine => which::which("wine").is_ok() && has_32bit_wine(),
            Self::CSharp => which::which("mcs").is_ok(),
            Self::Mono32 => has_32bit_mono(),
            Self::RustSource => super::rust::sources_are_installed(),
            Self::Packages(packages) => packages.are_there(),
        }
    }

    /// The packages that bring it; none where this manager is not known to have it.
    pub(crate) fn packages(&self, manager: Manager) -> Vec<&str> {
        let names: &[&str] = match (manager, self) {
            (_, Self::Packages(packages)) => return packages.names.iter().map(|name| name.0.as_str()).collect(),
            (Manager::Apt, Self::LinuxC) => &["gcc-multilib", "g++-multilib"],
            (Manager::Apt, Self::Mingw32) => &["gcc-mingw-w64-i686", "g++-mingw-w64-i686"],
            (Manager::Apt, Self::Mingw64) => &["gcc-mingw-w64-x86-64", "g++-mingw-w64-x86-64"],
            (Manager::Apt, Self::LinuxFortran) => &["gfortran-multilib"],
            (Manager::Apt, Self::Mingw32Fortran) => &["gfortran-mingw-w64-i686"],
            (Manager::Apt, Self::Mingw64Fortran) => &["gfortran-mingw-w64-x86-64"],
            (Manager::Apt, Self::Wine) => &["wine", "wine64", "wine32:i386"],
            (Manager::Apt, Self::CSharp) => &["mono-mcs"],
            (Manager::Apt, Self::Mono32) => &["libmonosgen-2.0-1:i386", "libmono-corlib4.5-cil"],
            (Manager::Apt, Self::RustSource) => &["rustc-web", "cargo-web", "rust-web-src"],
            (Manager::Dnf, Self::LinuxC) => {
                &["gcc", "gcc-c++", "glibc-devel.i686", "libgcc.i686", "libstdc++-devel.i686"]
            }
            (Manager::Dnf, Self::Mingw32) => &["mingw32-gcc", "mingw32-gcc-c++", "mingw32-winpthreads-static"],
            (Manager::Dnf, Self::Mingw64) => &["mingw64-gcc", "mingw64-gcc-c++", "mingw64-winpthreads-static"],
            (Manager::Dnf, Self::LinuxFortran) => {
                &["gcc-gfortran", "glibc-devel.i686", "libgfortran.i686", "libquadmath.i686"]
            }
            (Manager::Dnf, Self::Mingw32Fortran) => &["mingw32-gcc-gfortran"],
            (Manager::Dnf, Self::Mingw64Fortran) => &["mingw64-gcc-gfortran"],
            (Manager::Dnf | Manager::Pacman, Self::Wine) => &["wine"],
            (Manager::Pacman, Self::LinuxC) => &["gcc", "lib32-glibc", "lib32-gcc-libs"],
            (Manager::Pacman, Self::LinuxFortran) => &["gcc-fortran", "lib32-glibc", "lib32-gcc-libs"],
            (
                Manager::Pacman | Manager::Brew,
                Self::Mingw32 | Self::Mingw64 | Self::Mingw32Fortran | Self::Mingw64Fortran,
            ) => &["mingw-w64-gcc"],
            (Manager::Dnf, Self::CSharp) => &["mono-core"],
            (Manager::Pacman | Manager::Brew, Self::CSharp) => &["mono"],
            (Manager::Brew, Self::Wine) => &["wine-stable"],
            (Manager::Msys, Self::Mingw32) => &["mingw-w64-i686-gcc"],
            (Manager::Msys, Self::Mingw32Fortran) => &["mingw-w64-i686-gcc-fortran"],
            (Manager::Msys, Self::Mingw64Fortran) => &["mingw-w64-x86_64-gcc-fortran"],
            (Manager::Dnf | Manager::Pacman | Manager::Brew | Manager::Msys | Manager::Unknown, _) => &[],
        };
        names.to_vec()
    }

    /// Whether one of its packages is of apt's second architecture.
    pub(crate) fn is_foreign(&self) -> bool {
        self.packages(Manager::Apt).iter().any(|package| package.ends_with(":i386"))
    }
}

/// The packages of some components, without repetition.
pub(crate) fn packages(manager: Manager, components: &[Component]) -> Vec<&str> {
    let mut packages = Vec::new();
    for package in components.iter().flat_map(|component| component.packages(manager)) {
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    packages
}

/// The commands that install some components, as this machine's administrator would type them; without any where this
/// manager has no packages for one of them.
pub(crate) fn commands(manager: Manager, components: &[Component]) -> Vec<Cmd> {
    if components.iter().any(|component| component.packages(manager).is_empty()) {
        return Vec::new();
    }
    match manager {
        Manager::Apt => {
            let mut commands = vec![Cmd::root(["apt-get", "update"])];
            if components.iter().any(Component::is_foreign) {
                commands.insert(0, Cmd::root(["dpkg", "--add-architecture", "i386"]));
            }
            commands.push(Cmd::root(["apt-get", "install", "-y"]).with(packages(manager, components)));
            commands
        }
        Manager::Dnf => vec![Cmd::root(["dnf", "install", "-y"]).with(packages(manager, components))],
        Manager::Pacman => vec![Cmd::root(["pacman", "-S", "--needed"]).with(packages(manager, components))],
        Manager::Msys => vec![Cmd::new(["pacman", "-S", "--needed"]).with(packages(manager, components))],
        Manager::Brew => vec![Cmd::new(["brew", "install"]).with(packages(manager, components))],
        Manager::Unknown => Vec::new(),
    }
}

/// Whether a compiler has a file for 32-bit programs. It prints a path to one that it has, and the bare name else.
fn has_32bit_file(compiler: &str, name: &str) -> bool {
    let told = query(clean(compiler).args(["-m32", &format!("-print-file-name={name}")]));
    told.is_ok_and(|file| Path::new(file.trim()).is_absolute())
}

fn has_mingw(target: Target, tools: &[&str]) -> bool {
    tools.iter().all(|tool| which::which(format!("{}-{tool}", target.mingw_prefix())).is_ok())
}

/// Whether Wine has its 32-bit libraries. Where they would be is known for Debian's packages and Wine's own; other
/// distributions have one package for both.
fn has_32bit_wine() -> bool {
    const MULTIARCH: &str = "/usr/lib/x86_64-linux-gnu/wine";
    !Path::new(MULTIARCH).exists() || Path::new("/usr/lib/i386-linux-gnu/wine").exists()
}

/// Whether a 32-bit process finds Mono's library, and that its class library: where Debian puts them, and where they are
/// on systems that have the 32-bit libraries in `/usr/lib`.
fn has_32bit_mono() -> bool {
    let folders = ["/usr/lib/i386-linux-gnu", "/usr/lib"];
    folders.iter().any(|folder| is_32bit(&Path::new(folder).join("libmonosgen-2.0.so.1")))
        && Path::new("/usr/lib/mono/4.5/mscorlib.dll").exists()
}

/// Whether a file is a 32-bit ELF image, by the fifth byte of its header.
fn is_32bit(file: &Path) -> bool {
    let mut head = [0; 5];
    let read = std::fs::File::open(file).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head));
    read.is_ok() && head == *b"\x7fELF\x01"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_gets_the_second_architecture_where_a_package_is_of_it() {
        let shown = |components: &[Component]| -> Vec<String> {
            commands(Manager::Apt, components).iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            shown(&[Component::LinuxC]),
            ["sudo apt-get update", "sudo apt-get install -y gcc-multilib g++-multilib"]
        );
        let packages = |names: &[&str]| {
            let names = names.iter().map(|name| name.parse().expect("a name")).collect();
            Component::Packages(Packages { needed_by: "calc".into(), manager: Manager::Apt, names })
        };
        assert_eq!(
            shown(&[packages(&["libz-mingw-w64"])]),
            ["sudo apt-get update", "sudo apt-get install -y libz-mingw-w64"]
        );
        assert_eq!(
            shown(&[packages(&["libsqlite3-0:i386"])]),
            ["sudo dpkg --add-architecture i386", "sudo apt-get update", "sudo apt-get install -y libsqlite3-0:i386",]
        );
        assert_eq!(packages(&["a", "b:i386"]).describe(), "a and b:i386, which `calc` needs");
        assert_eq!(
            shown(&[Component::Mono32]),
            [
                "sudo dpkg --add-architecture i386",
                "sudo apt-get update",
                "sudo apt-get install -y libmonosgen-2.0-1:i386 libmono-corlib4.5-cil",
            ]
        );
        assert_eq!(
            shown(&[Component::Mingw32, Component::Wine]),
            [
                "sudo dpkg --add-architecture i386",
                "sudo apt-get update",
                "sudo apt-get install -y gcc-mingw-w64-i686 g++-mingw-w64-i686 wine wine64 wine32:i386",
            ]
        );
    }

    #[test]
    fn apt_brings_fortran_by_itself() {
        let fortran = [Component::LinuxFortran, Component::Mingw32Fortran, Component::Mingw64Fortran];
        let expected = ["gfortran-multilib", "gfortran-mingw-w64-i686", "gfortran-mingw-w64-x86-64"];
        assert_eq!(packages(Manager::Apt, &fortran), expected);
    }

    #[test]
    fn a_package_for_two_components_is_named_once() {
        assert_eq!(packages(Manager::Pacman, &[Component::Mingw32, Component::Mingw64]), ["mingw-w64-gcc"]);
    }

    #[test]
    fn no_half_of_the_commands_is_shown() {
        assert!(commands(Manager::Dnf, &[Component::LinuxC, Component::RustSource]).is_empty());
        assert!(commands(Manager::Unknown, &[Component::LinuxC]).is_empty());
    }
}
