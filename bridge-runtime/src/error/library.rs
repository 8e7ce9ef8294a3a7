//! Why a library could not be loaded.

use std::fmt::{self, Debug, Display, Formatter};

use serde::{Deserialize, Serialize};

use super::chain::{list, output, write_chain};
use crate::sys::SystemError;

/// Why a library could not be loaded. The server sends it to the client as it is.
///
/// `Debug` prints the text and its causes, as `Display` does; see [`Error`](crate::Error).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The library was not found.
    #[error("the library `{name}` was not found; put it next to the server, or name it with `.library(path)`; searched:{}", list(.searched))]
    #[non_exhaustive]
    NotFound {
        /// The library's name, as written.
        name: String,
        /// The places searched, in order.
        searched: Vec<String>,
        /// The system's error, if it was asked.
        source: Option<SystemError>,
    },

    /// The library was built for another architecture than that of the process that loads it.
    #[error("{path} is a {library} library; this server is {process}")]
    #[non_exhaustive]
    WrongArchitecture {
        /// The file.
        path: String,
        /// The library's architecture, such as `64-bit (x86_64)`.
        library: String,
        /// The server's, such as `32-bit (x86)`.
        process: String,
    },

    /// The file is not a shared library of this system.
    #[error("{path} is not a shared library for {os}: it is {found}")]
    #[non_exhaustive]
    NotALibrary {
        /// The file.
        path: String,
        /// What it is instead.
        found: String,
        /// The server's system.
        os: String,
    },

    /// A library that this one needs was not found.
    #[error("{path} needs {}, which {} not found; put it next to the library, or name its folder with `.library_dir(dir)`", .missing.join(", "), if .missing.len() == 1 { "was" } else { "were" })]
    #[non_exhaustive]
    MissingDependency {
        /// The file.
        path: String,
        /// The libraries that are missing.
        missing: Vec<String>,
        /// The system's error.
        source: SystemError,
    },

    /// A folder of libraries cannot be read.
    #[error("the folder {path}, which `.library_dir(…)` names, cannot be read")]
    #[non_exhaustive]
    NoFolder {
        /// The folder.
        path: String,
        /// The system's error.
        source: SystemError,
    },

    /// The system refused to load the library for none of the reasons above.
    #[error("{path} could not be loaded{}", output(.stdout, .stderr))]
    #[non_exhaustive]
    Load {
        /// The file.
        path: String,
        /// The system's error.
        source: SystemError,
        /// The end of the server's standard output, where the library may have given a reason; empty if this program did not
        /// start the server.
        stdout: String,
        /// The end of the server's standard error, in the same way.
        stderr: String,
    },

    /// The library lacks functions that the interface calls.
    #[error("{path} does not export what these methods call:{}", list(.missing))]
    #[non_exhaustive]
    MissingSymbols {
        /// The file.
        path: String,
        /// The methods, each with the names that were looked up.
        missing: Vec<MissingSymbol>,
    },

    /// Symbols of the library are variables where the interface declares functions, or the other way round.
    #[error("{path} exports something else than what these methods declare:{}", list(.wrong))]
    #[non_exhaustive]
    WrongSymbols {
        /// The file.
        path: String,
        /// The methods, each with its symbol.
        wrong: Vec<WrongSymbol>,
    },

    /// No .NET runtime was found that this process could load the assembly with.
    #[error("no .NET was found for a {process} process on {os}; install the .NET Framework (on Windows) or Mono; tried:{}", list(.tried))]
    #[non_exhaustive]
    NoManagedRuntime {
        /// The architecture of the server, such as `32-bit (x86)`.
        process: String,
        /// The server's system.
        os: String,
        /// The runtimes that were tried, each with the reason why it did not start.
        tried: Vec<String>,
    },

    /// The file is not an assembly of .NET.
    #[error("{path} is not a .NET assembly: it is {found}")]
    #[non_exhaustive]
    NotAnAssembly {
        /// The file.
        path: String,
        /// What it is instead.
        found: String,
    },

    /// Managed code threw an exception while the assembly was loaded or one of its objects was created.
    #[error("{path} could not be loaded: it threw {class}: {message}")]
    #[non_exhaustive]
    Exception {
        /// The file.
        path: String,
        /// The exception's class, with its namespace.
        class: String,
        /// Its message.
        message: String,
    },

    /// The assembly lacks methods that the interface calls.
    #[error("{path} does not have what these methods call:{}", list(.missing))]
    #[non_exhaustive]
    MissingMethods {
        /// The file.
        path: String,
        /// The methods, each with what the assembly has instead.
        missing: Vec<MissingMethod>,
    },
}

impl LibraryError {
    /// [`LibraryError::Load`] without output, which only the process that started the server has.
    pub(crate) fn load(path: String, source: impl Into<SystemError>) -> Self {
        Self::Load { path, source: source.into(), stdout: String::new(), stderr: String::new() }
    }
}

impl Debug for LibraryError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

/// A managed method that an assembly lacks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MissingMethod {
    /// The interface's method that calls it.
    pub method: String,
    /// The class, object or managed method that is missing.
    pub wanted: String,
    /// What the assembly has instead.
    pub found: Vec<String>,
}

impl Display for MissingMethod {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: no {}", self.method, self.wanted)?;
        if !self.found.is_empty() {
            let found: Vec<_> = self.found.iter().map(|found| format!("`{found}`")).collect();
            write!(f, "; there is {}", found.join(", "))?;
        }
        Ok(())
    }
}

/// A symbol that is something else in the library than in the interface.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WrongSymbol {
    /// The method that uses it.
    pub method: String,
    /// The symbol.
    pub symbol: String,
    /// Whether it is a variable, and not a function.
    pub is_variable: bool,
    /// The attribute to change.
    pub remedy: String,
}

impl Display for WrongSymbol {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let found = if self.is_variable { "a variable" } else { "a function" };
        write!(f, "`{}`: `{}` is {found}; {}", self.method, self.symbol, self.remedy)
    }
}

/// A symbol that a library lacks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MissingSymbol {
    /// The method that calls it.
    pub method: String,
    /// The names that were looked up.
    pub names: Vec<String>,
    /// Exported names that look alike.
    pub similar: Vec<String>,
}

impl Display for MissingSymbol {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: no symbol {}", self.method, self.names.join(" or "))?;
        if !self.similar.is_empty() {
            write!(f, "; the library has {}", self.similar.join(", "))?;
        }
        Ok(())
    }
}
