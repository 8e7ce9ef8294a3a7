//! The interface of a library that misbehaves.

use std::process::{Command, Stdio};

use bridge32::bridge32;

use crate::processes::kill;

/// The misbehaving library.
#[bridge32(lib = "faults", server = "faults-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Faults {
    fn exit_with(&self, code: i32);
    fn abort_now(&self);
    fn fail_fast(&self);
    fn write_to_nowhere(&self);
    fn divide(&self, a: i32, b: i32) -> i32;
    fn overflow_stack(&self, depth: i32) -> i32;
    fn raise_exception(&self, code: u32);
    fn exhaust_memory(&self) -> i32;
    fn spin(&self);
    fn nap(&self, milliseconds: i32);
    fn print_without_end(&self);
    fn hang_with_a_will(&self, path: &str);
    fn hang_stubbornly(&self);
    #[symbol("nap")]
    #[timeout("400ms")]
    fn short_nap(&self, milliseconds: i32);
    #[symbol("nap")]
    #[timeout("1min")]
    fn long_nap(&self, milliseconds: i32);
    fn write_stderr(&self, line: &str);
    fn set_mode(&self, value: i32);
    fn get_mode(&self) -> i32;

    /// Returns the length of a text.
    fn count_bytes(&self, text: &str) -> u32 {
        u32::try_from(text.len()).unwrap_or(u32::MAX)
    }

    /// Starts a process that outlives this one and keeps its standard output open; returns the process id.
    fn start_helper(&self, name: &str) -> Result<u32, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        // Printing that it listens would fail after the reader has closed the output.
        let helper = Command::new(program).args(["--listen", name]).stderr(Stdio::null()).spawn();
        Ok(helper.map_err(|error| error.to_string())?.id())
    }

    /// Ends these processes.
    fn end_helpers(&self, pids: &[u32]) {
        pids.iter().copied().for_each(kill);
    }

    /// Sends this process the event of a key of the console; returns whether the system did it. Only Windows has such events.
    fn interrupt(&self, with_break: bool) -> bool {
        crate::processes::interrupt_this_console(with_break)
    }

    /// Returns the flags of the server's error reports, and whether it has a console with a window. Only Windows has either.
    fn settings(&self) -> (u32, bool) {
        crate::processes::settings_of_this_process()
    }

    /// Allocates in Rust until there is no memory.
    fn allocate_without_end(&self) {
        let mut blocks = Vec::new();
        loop {
            blocks.push(vec![1u8; 16 << 20]);
        }
    }
}
