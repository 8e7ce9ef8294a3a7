//! `doctor`: reports what this machine can build and run, or what a library is and what will go wrong with it.

mod advice;
pub(crate) mod dependencies;
pub(crate) mod file;
pub(crate) mod image;
pub(crate) mod library;
mod machine;
mod report;
pub(crate) mod runtimes;
mod text;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::cli;
use crate::exit_status::{FAILURE, SUCCESS};
use advice::Level;
use machine::Machine;
use report::FileReport;

/// Runs the subcommand, and returns its exit status: failure if the library cannot be called here, or the machine can run no
/// server.
///
/// # Errors
/// Fails if the file cannot be read.
pub(crate) fn main(options: &cli::Doctor) -> Result<i32> {
    match &options.file {
        Some(path) => {
            let report = FileReport::of(path)?;
            print(&report, options.json)?;
            let fails = report.advice.iter().any(|advice| advice.level == Level::Error);
            Ok(if fails { FAILURE } else { SUCCESS })
        }
        None => {
            let machine = Machine::find()?;
            print(&machine, options.json)?;
            let is_ready =
                machine.abilities.iter().any(|ability| ability.what.starts_with("run ") && ability.is_ready());
            Ok(if is_ready { SUCCESS } else { FAILURE })
        }
    }
}

fn print(report: &(impl Serialize + std::fmt::Display), json: bool) -> Result<()> {
    let text = match json {
        true => serde_json::to_string_pretty(report).context("the report cannot be written as JSON")? + "\n",
        false => report.to_string(),
    };
    // A reader such as `head` may have seen enough.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes());
    Ok(())
}
