//! The targets of clients and servers, and the pairs of them that are tested.

use std::fmt;
use std::str::FromStr;

/// A target of clients or servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A 32-bit Linux program.
    I686Linux,
    /// A 64-bit Linux program.
    X64Linux,
    /// A 32-bit Windows program, linked by mingw.
    I686WindowsGnu,
    /// A 64-bit Windows program, linked by mingw.
    X64WindowsGnu,
    /// A 32-bit Windows program, linked by Visual Studio's tools.
    I686WindowsMsvc,
    /// A 64-bit Windows program, linked by Visual Studio's tools.
    X64WindowsMsvc,
    /// A Windows program for 64-bit ARM processors, on which Windows runs 32-bit x86 servers by emulation.
    Arm64WindowsMsvc,
}

impl Target {
    /// Every target, in the order in which they are listed to users.
    pub(crate) const ALL: [Self; 7] = [
        Self::I686Linux,
        Self::X64Linux,
        Self::I686WindowsGnu,
        Self::X64WindowsGnu,
        Self::I686WindowsMsvc,
        Self::X64WindowsMsvc,
        Self::Arm64WindowsMsvc,
    ];

    /// Returns rustc's name for it.
    pub(crate) fn triple(self) -> &'static str {
        match self {
            Self::I686Linux => "i686-unknown-linux-gnu",
            Self::X64Linux => "x86_64-unknown-linux-gnu",
            Self::I686WindowsGnu => "i686-pc-windows-gnu",
            Self::X64WindowsGnu => "x86_64-pc-windows-gnu",
            Self::I686WindowsMsvc => "i686-pc-windows-msvc",
            Self::X64WindowsMsvc => "x86_64-pc-windows-msvc",
            Self::Arm64WindowsMsvc => "aarch64-pc-windows-msvc",
        }
    }

    /// Whether its programs are 32-bit; if so, it is a server's target, otherwise a client's.
    pub(crate) fn is_32bit(self) -> bool {
        matches!(self, Self::I686Linux | Self::I686WindowsGnu | Self::I686WindowsMsvc)
    }

    /// Whether its programs run on Windows or Wine.
    pub(crate) fn is_windows(self) -> bool {
        !matches!(self, Self::I686Linux | Self::X64Linux)
    }

    /// Returns the name of the system that runs its programs.
    pub(crate) fn system(self) -> &'static str {
        if self.is_windows() { "Windows" } else { "Linux" }
    }

    /// Whether this host has a linker for it, or setup can install one.
    pub(crate) fn can_be_built_on(self, host: Self) -> bool {
        match self {
            Self::I686Linux | Self::X64Linux => host == Self::X64Linux,
            Self::I686WindowsGnu | Self::X64WindowsGnu => true,
            Self::I686WindowsMsvc | Self::X64WindowsMsvc | Self::Arm64WindowsMsvc => host.is_windows(),
        }
    }

    /// Whether mingw links its programs.
    pub(crate) fn is_windows_gnu(self) -> bool {
        matches!(self, Self::I686WindowsGnu | Self::X64WindowsGnu)
    }

    /// Whether Visual Studio's tools link its programs.
    pub(crate) fn is_windows_msvc(self) -> bool {
        self.is_windows() && !self.is_windows_gnu()
    }

    /// Returns the target of the servers for a client of this target; for a server's target, the target itself.
    pub(crate) fn server(self) -> Self {
        match self {
            Self::I686Linux | Self::X64Linux => Self::I686Linux,
            Self::I686WindowsGnu | Self::X64WindowsGnu => Self::I686WindowsGnu,
            Self::I686WindowsMsvc | Self::X64WindowsMsvc | Self::Arm64WindowsMsvc => Self::I686WindowsMsvc,
        }
    }

    /// Returns the extension of a program's file name, with its dot.
    pub(crate) fn exe_suffix(self) -> &'static str {
        if self.is_windows() { ".exe" } else { "" }
    }

    /// Returns the environment variable in which cargo looks for the runner of this target's programs.
    pub(crate) fn runner_variable(self) -> String {
        format!("CARGO_TARGET_{}_RUNNER", self.variable_name())
    }

    /// Returns its name in cargo's environment variables.
    pub(crate) fn variable_name(self) -> String {
        self.triple().to_uppercase().replace('-', "_")
    }

    /// Returns the prefix of mingw's tools for it, such as `i686-w64-mingw32` in `i686-w64-mingw32-gcc`.
    pub(crate) fn mingw_prefix(self) -> &'static str {
        if self.is_32bit() { "i686-w64-mingw32" } else { "x86_64-w64-mingw32" }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.triple())
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|target| target.triple() == name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|target| target.triple()).collect();
            format!("bridge32 does not know this target; use one of {}", known.join(", "))
        })
    }
}

/// A client and a server that are tested together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pair {
    /// Both on Linux.
    Linux,
    /// Both on Windows, or both under Wine.
    Windows,
    /// A Linux client and a Windows server under Wine.
    LinuxWindows,
}

impl Pair {
    /// Every pair, in the order in which they are tested.
    pub(crate) const ALL: [Self; 3] = [Self::Linux, Self::Windows, Self::LinuxWindows];

    /// Returns its name on the command line and in `test-pairs`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
            Self::LinuxWindows => "linux-windows",
        }
    }

    /// Returns the pairs that a machine with this host target can run.
    pub(crate) fn on(host: Target) -> &'static [Self] {
        match host {
            Target::X64Linux => &Self::ALL,
            Target::X64WindowsGnu | Target::X64WindowsMsvc | Target::Arm64WindowsMsvc => &[Self::Windows],
            _ => &[],
        }
    }

    /// Returns the targets of its client and server on this host.
    pub(crate) fn sides(self, host: Target) -> Sides {
        let client = match self {
            Self::Linux | Self::LinuxWindows => Target::X64Linux,
            Self::Windows if host.is_windows() => host,
            Self::Windows => Target::X64WindowsGnu,
        };
        let server = match self {
            Self::Linux | Self::Windows => client.server(),
            Self::LinuxWindows => Target::I686WindowsGnu,
        };
        Sides { client, server }
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Pair {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|pair| pair.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|pair| pair.name()).collect();
            format!("unknown pair `{name}`; use one of {}", known.join(", "))
        })
    }
}

/// The targets of a program and its servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sides {
    /// The program's target.
    pub(crate) client: Target,
    /// The servers' target.
    pub(crate) server: Target,
}

impl Sides {
    /// Returns the targets for `--target` on this host: a 32-bit target is the server's, a 64-bit one the client's.
    pub(crate) fn choose(host: Target, requested: Target) -> Self {
        match requested.is_32bit() {
            true => Self { client: host, server: requested },
            false => Self { client: requested, server: requested.server() },
        }
    }
}

/// A transport between client and server, over which a package is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Transport {
    /// Shared memory.
    SharedMemory,
    /// A pipe.
    Pipe,
}

impl Transport {
    /// Returns its name, in `test-transports` and `$BRIDGE32_TRANSPORT`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SharedMemory => "shared-memory",
            Self::Pipe => "pipe",
        }
    }
}

impl FromStr for Transport {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = [Self::SharedMemory, Self::Pipe].into_iter().find(|transport| transport.name() == name);
        known.ok_or_else(|| format!("unknown transport `{name}`; use shared-memory or pipe"))
    }
}

/// A language or platform of native code that only some packages need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    /// Fortran, compiled by gfortran.
    Fortran,
    /// .NET: a C# compiler, and a runtime for 32-bit processes.
    DotNet,
    /// C headers: libclang, for `import`.
    Import,
}

impl FromStr for Language {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "fortran" => Ok(Self::Fortran),
            "dotnet" => Ok(Self::DotNet),
            "import" => Ok(Self::Import),
            _ => Err(format!("bridge32 cannot install `{name}`; it can install fortran, dotnet and import")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_32_bit_target_is_the_servers() {
        let sides = Sides::choose(Target::X64Linux, Target::I686WindowsGnu);
        assert_eq!(sides, Sides { client: Target::X64Linux, server: Target::I686WindowsGnu });
    }

    #[test]
    fn a_64_bit_target_is_the_clients_and_determines_the_servers() {
        let sides = Sides::choose(Target::X64Linux, Target::X64WindowsGnu);
        assert_eq!(sides, Sides { client: Target::X64WindowsGnu, server: Target::I686WindowsGnu });
    }

    #[test]
    fn pairs_depend_on_the_host() {
        let linux = Target::X64Linux;
        let sides: Vec<_> = Pair::on(linux).iter().map(|pair| pair.sides(linux)).collect();
        assert_eq!(
            sides,
            [
                Sides { client: Target::X64Linux, server: Target::I686Linux },
                Sides { client: Target::X64WindowsGnu, server: Target::I686WindowsGnu },
                Sides { client: Target::X64Linux, server: Target::I686WindowsGnu },
            ]
        );
        assert_eq!(Pair::on(Target::X64WindowsMsvc), [Pair::Windows]);
        for host in [Target::X64WindowsMsvc, Target::Arm64WindowsMsvc] {
            assert_eq!(Pair::Windows.sides(host), Sides { client: host, server: Target::I686WindowsMsvc });
        }
    }

    #[test]
    fn names_are_parsed() {
        for target in Target::ALL {
            assert_eq!(target.triple().parse(), Ok(target));
        }
        for pair in Pair::ALL {
            assert_eq!(pair.name().parse(), Ok(pair));
        }
        assert!("i686-apple-darwin".parse::<Target>().is_err());
    }

    #[test]
    fn visual_studio_targets_are_for_windows() {
        assert!(!Target::I686WindowsMsvc.can_be_built_on(Target::X64Linux));
        assert!(Target::I686WindowsMsvc.can_be_built_on(Target::X64WindowsMsvc));
    }

    #[test]
    fn the_runner_variable_is_cargos() {
        assert_eq!(Target::X64WindowsGnu.runner_variable(), "CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER");
    }
}
