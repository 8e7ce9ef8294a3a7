//! What this machine can build and run.

use std::process::Stdio;

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::command::{clean, query};
use crate::setup::{self, Needs};
use crate::target::{Language, Pair, Sides, Target};
use crate::toolchain::Toolchains;

/// A machine.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    /// The target of its own programs.
    pub(crate) host: String,
    /// The version of its Rust compiler.
    pub(crate) rustc: String,
    pub(crate) abilities: Vec<Ability>,
}

/// Something that a machine may be able to do.
#[derive(Debug, Serialize)]
pub(crate) struct Ability {
    pub(crate) what: String,
    /// What is not there; if nothing, the machine can do it.
    pub(crate) missing: Vec<String>,
    /// The command that adds what is missing.
    pub(crate) remedy: Option<String>,
}

impl Ability {
    pub(crate) fn is_ready(&self) -> bool {
        self.missing.is_empty()
    }
}

impl Machine {
    /// Examines this machine.
    ///
    /// # Errors
    /// Fails if rustc does not run, or the machine is none for bridge32.
    pub(crate) fn find() -> Result<Self> {
        let toolchains = Toolchains::find()?;
        let host = toolchains.host()?;
        let rustc = query(clean("rustc").arg("--version")).context("rustc does not run")?.trim().to_owned();
        let ability = |what: String, needs: &Needs, remedy: String| -> Result<Ability> {
            let missing: Vec<_> = setup::missing(needs, host, &toolchains)?;
            let remedy = (!missing.is_empty()).then_some(remedy);
            Ok(Ability { what, missing, remedy })
        };
        let mut abilities = Vec::new();
        for target in Target::ALL.into_iter().filter(|target| target.can_be_built_on(host) && target.is_32bit()) {
            let what = format!("build 32-bit servers for {} ({target})", target.system());
            abilities.push(ability(
                what,
                &Needs::to_build([target]),
                format!("cargo bridge32 setup --target {target}"),
            )?);
        }
        for pair in Pair::on(host) {
            let sides = pair.sides(host);
            let mut run = ability(describe(sides, host), &Needs::to_run(host, sides), remedy(sides, host))?;
            if sides.server == Target::I686Linux && run.is_ready() && !runs_32bit_programs() {
                run.missing.push(
                    "a kernel and C library that run 32-bit programs (CONFIG_IA32_EMULATION, /lib/ld-linux.so.2)"
                        .into(),
                );
                run.remedy =
                    Some("start this machine, or its container, with a kernel that runs 32-bit programs".into());
            }
            abilities.push(run);
        }
        for (name, what, language) in [
            ("fortran", "build libraries in Fortran for the tests and examples", Language::Fortran),
            ("dotnet", "run assemblies of .NET in 32-bit servers, and compile C#", Language::DotNet),
        ] {
            let needs = Needs::to_build([host.server()]).with_languages([language]);
            abilities.push(ability(what.into(), &needs, format!("cargo bridge32 setup --with {name}"))?);
        }
        Ok(Self { host: host.to_string(), rustc, abilities })
    }
}

fn describe(sides: Sides, host: Target) -> String {
    let wine = if host.is_windows() { "" } else { ", under Wine" };
    match (sides.client.is_windows(), sides.server.is_windows()) {
        (true, _) => format!("run Windows programs with 32-bit Windows servers{wine}"),
        (false, true) => format!("run Linux programs with 32-bit Windows servers{wine}"),
        (false, false) => "run Linux programs with 32-bit Linux servers".to_owned(),
    }
}

fn remedy(sides: Sides, host: Target) -> String {
    let targets = [sides.client, sides.server].into_iter().filter(|target| *target != host);
    let targets: String = targets.map(|target| format!(" --target {target}")).collect();
    let needs_wine = !host.is_windows() && sides.server.is_windows();
    format!("cargo bridge32 setup{targets}{}", if needs_wine { " --wine" } else { "" })
}

/// Whether the system starts 32-bit programs: the loader of 32-bit libraries is one.
fn runs_32bit_programs() -> bool {
    let mut loader = clean("/lib/ld-linux.so.2");
    loader.arg("--help").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Old versions do not know `--help`; they have run then, too.
    loader.status().is_ok_and(|status| status.code().is_some())
}
