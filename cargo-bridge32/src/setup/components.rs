//! The components that setup installs from the distribution: how each is recognized, and which packages have it.

use std::borrow::Cow;
use std::path::Path;

use crate::command::{Cmd, clean, query};
use crate::libclang::LibClang;
use crate::package_manager::{PackageManager, PackageName, SystemPackages};
use crate::setup::rust;
use crate::target::Target;

/// A tool, or a set of tools that are installed together.
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
    /// A C# compiler; its assemblies are the same for every system.
    CSharp,
    /// Mono for 32-bit Linux processes.
    Mono32,
    /// libclang, which reads C headers.
    LibClang,
    /// Packages that a Cargo package asks for.
    Packages(SystemPackages),
}

impl Component {
    /// Describes it to the user.
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
            Self::LibClang => "libclang, to read C headers",
            Self::RustSource => "the distribution's Rust with the standard library's source",
            Self::Packages(packages) => return packages.to_string().into(),
        };
        text.into()
    }

    /// Whether it is installed.
    pub(crate) fn is_installed(&self) -> bool {
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
            Self::LibClang => LibClang::is_installed(),
            Self::RustSource => rust::sources_are_installed(),
            Self::Packages(packages) => packages.are_installed(),
        }
    }

    /// Returns the packages that have it; none if this manager is not known to have it.
    pub(crate) fn packages(&self, manager: PackageManager) -> Vec<&str> {
        let names: &[&str] = match (manager, self) {
            (_, Self::Packages(packages)) => return packages.names.iter().map(PackageName::as_str).collect(),
            (PackageManager::Apt, Self::LinuxC) => &["gcc-multilib", "g++-multilib"],
            (PackageManager::Apt, Self::Mingw32) => &["gcc-mingw-w64-i686", "g++-mingw-w64-i686"],
            (PackageManager::Apt, Self::Mingw64) => &["gcc-mingw-w64-x86-64", "g++-mingw-w64-x86-64"],
            (PackageManager::Apt, Self::LinuxFortran) => &["gfortran-multilib"],
            (PackageManager::Apt, Self::Mingw32Fortran) => &["gfortran-mingw-w64-i686"],
            (PackageManager::Apt, Self::Mingw64Fortran) => &["gfortran-mingw-w64-x86-64"],
            (PackageManager::Apt, Self::Wine) => &["wine", "wine64", "wine32:i386"],
            (PackageManager::Apt, Self::CSharp) => &["mono-mcs"],
            (PackageManager::Apt, Self::Mono32) => &["libmonosgen-2.0-1:i386", "libmono-corlib4.5-cil"],
            (PackageManager::Apt, Self::LibClang) => &["libclang-dev"],
            (PackageManager::Apt, Self::RustSource) => &["rustc-web", "cargo-web", "rust-web-src"],
            (PackageManager::Dnf, Self::LinuxC) => {
                &["gcc", "gcc-c++", "glibc-devel.i686", "libgcc.i686", "libstdc++-devel.i686"]
            }
            (PackageManager::Dnf, Self::Mingw32) => &["mingw32-gcc", "mingw32-gcc-c++", "mingw32-winpthreads-static"],
            (PackageManager::Dnf, Self::Mingw64) => &["mingw64-gcc", "mingw64-gcc-c++", "mingw64-winpthreads-static"],
            (PackageManager::Dnf, Self::LinuxFortran) => {
                &["gcc-gfortran", "glibc-devel.i686", "libgfortran.i686", "libquadmath.i686"]
            }
            (PackageManager::Dnf, Self::Mingw32Fortran) => &["mingw32-gcc-gfortran"],
            (PackageManager::Dnf, Self::Mingw64Fortran) => &["mingw64-gcc-gfortran"],
            (PackageManager::Dnf | PackageManager::Pacman, Self::Wine) => &["wine"],
            (PackageManager::Pacman, Self::LinuxC) => &["gcc", "lib32-glibc", "lib32-gcc-libs"],
            (PackageManager::Pacman, Self::LinuxFortran) => &["gcc-fortran", "lib32-glibc", "lib32-gcc-libs"],
            (
                PackageManager::Pacman | PackageManager::Brew,
                Self::Mingw32 | Self::Mingw64 | Self::Mingw32Fortran | Self::Mingw64Fortran,
            ) => &["mingw-w64-gcc"],
            (PackageManager::Dnf, Self::CSharp) => &["mono-core"],
            (PackageManager::Pacman | PackageManager::Brew, Self::CSharp) => &["mono"],
            (PackageManager::Dnf, Self::LibClang) => &["clang-devel"],
            (PackageManager::Pacman, Self::LibClang) => &["clang"],
            (PackageManager::Brew, Self::LibClang) => &["llvm"],
            (PackageManager::Msys, Self::LibClang) => &["mingw-w64-x86_64-clang"],
            (PackageManager::Brew, Self::Wine) => &["wine-stable"],
            (PackageManager::Msys, Self::Mingw32) => &["mingw-w64-i686-gcc"],
            (PackageManager::Msys, Self::Mingw32Fortran) => &["mingw-w64-i686-gcc-fortran"],
            (PackageManager::Msys, Self::Mingw64Fortran) => &["mingw-w64-x86_64-gcc-fortran"],
            (
                PackageManager::Dnf
                | PackageManager::Pacman
                | PackageManager::Brew
                | PackageManager::Msys
                | PackageManager::Unknown,
                _,
            ) => &[],
        };
        names.to_vec()
    }

    /// Whether one of its packages is of apt's foreign architecture, i386.
    pub(crate) fn is_foreign(&self) -> bool {
        self.packages(PackageManager::Apt).iter().any(|package| package.ends_with(":i386"))
    }
}

/// Returns the packages of some components, each once.
pub(crate) fn packages(manager: PackageManager, components: &[Component]) -> Vec<&str> {
    let mut packages = Vec::new();
    for package in components.iter().flat_map(|component| component.packages(manager)) {
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    packages
}

/// Returns the commands that install some components; none if this manager has no packages for one of them.
pub(crate) fn commands(manager: PackageManager, components: &[Component]) -> Vec<Cmd> {
    if components.iter().any(|component| component.packages(manager).is_empty()) {
        return Vec::new();
    }
    match manager {
        PackageManager::Apt => {
            let mut commands = vec![Cmd::root(["apt-get", "update"])];
            if components.iter().any(Component::is_foreign) {
                commands.insert(0, Cmd::root(["dpkg", "--add-architecture", "i386"]));
            }
            commands.push(Cmd::root(["apt-get", "install", "-y"]).with(packages(manager, components)));
            commands
        }
        PackageManager::Dnf => vec![Cmd::root(["dnf", "install", "-y"]).with(packages(manager, components))],
        PackageManager::Pacman => vec![Cmd::root(["pacman", "-S", "--needed"]).with(packages(manager, components))],
        PackageManager::Msys => vec![Cmd::new(["pacman", "-S", "--needed"]).with(packages(manager, components))],
        PackageManager::Brew => vec![Cmd::new(["brew", "install"]).with(packages(manager, components))],
        PackageManager::Unknown => Vec::new(),
    }
}

/// Whether a compiler has a file for 32-bit programs. If it has, it prints the file's path, otherwise the bare name.
fn has_32bit_file(compiler: &str, name: &str) -> bool {
    let output = query(clean(compiler).args(["-m32", &format!("-print-file-name={name}")]));
    output.is_ok_and(|file| Path::new(file.trim()).is_absolute())
}

fn has_mingw(target: Target, tools: &[&str]) -> bool {
    tools.iter().all(|tool| which::which(format!("{}-{tool}", target.mingw_prefix())).is_ok())
}

/// Whether Wine has its 32-bit libraries. Debian and Wine's own packages have them in this folder; other distributions have one
/// package for both widths.
fn has_32bit_wine() -> bool {
    const MULTIARCH: &str = "/usr/lib/x86_64-linux-gnu/wine";
    !Path::new(MULTIARCH).exists() || Path::new("/usr/lib/i386-linux-gnu/wine").exists()
}

/// Whether a 32-bit process finds Mono's library, and Mono its class library. The folders are Debian's, and that of systems with
/// 32-bit libraries in `/usr/lib`.
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
    fn apt_gets_the_foreign_architecture_if_a_package_needs_it() {
        let shown = |components: &[Component]| -> Vec<String> {
            commands(PackageManager::Apt, components).iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            shown(&[Component::LinuxC]),
            ["sudo apt-get update", "sudo apt-get install -y gcc-multilib g++-multilib"]
        );
        let packages = |names: &[&str]| {
            let names = names.iter().map(|name| name.parse().expect("a name")).collect();
            Component::Packages(SystemPackages { needed_by: "calc".into(), manager: PackageManager::Apt, names })
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
    fn apt_has_a_package_for_each_fortran() {
        let fortran = [Component::LinuxFortran, Component::Mingw32Fortran, Component::Mingw64Fortran];
        let expected = ["gfortran-multilib", "gfortran-mingw-w64-i686", "gfortran-mingw-w64-x86-64"];
        assert_eq!(packages(PackageManager::Apt, &fortran), expected);
    }

    #[test]
    fn a_package_for_two_components_is_named_once() {
        assert_eq!(packages(PackageManager::Pacman, &[Component::Mingw32, Component::Mingw64]), ["mingw-w64-gcc"]);
    }

    #[test]
    fn commands_are_shown_for_all_components_or_none() {
        assert!(commands(PackageManager::Dnf, &[Component::LinuxC, Component::RustSource]).is_empty());
        assert!(commands(PackageManager::Unknown, &[Component::LinuxC]).is_empty());
    }
}
