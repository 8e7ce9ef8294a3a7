//! Calls to the operating system, in safe functions that exist on every system. No other module of the runtime calls it
//! directly, except `dotnet::host`, which uses the interfaces of .NET.

mod control;
mod crash;
mod exit_status;
pub(crate) mod float_state;
#[cfg(target_os = "linux")]
mod mappings;
mod memory;
mod own_memory;
mod symbol_kind;
mod system_error;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(feature = "testing")]
pub(crate) use control::read_line;
#[cfg(unix)]
pub(crate) use control::take_handed_over;
pub(crate) use control::{Control, ControlSender};
#[cfg(not(windows))]
pub(crate) use crash::report_crashes;
pub(crate) use crash::{CrashedIn, Executing, WINDOW_MESSAGE, crashed_in};
pub use exit_status::ExitStatus;
pub(crate) use memory::{MemoryOffer, Shareable, SharedMemory, SharedWords};
pub(crate) use own_memory::{read_own, write_own};
pub(crate) use symbol_kind::{SymbolKind, is_code, symbol_kind};
pub use system_error::SystemError;
#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;
