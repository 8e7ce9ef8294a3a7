//! `wrap`: from a C header and a 32-bit library, or from an assembly of .NET, to a 64-bit library, for users of other languages.
//!
//! The trait is written once, into a package of its own. After that, it belongs to the user: running the command again builds what the
//! package has then.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cli;
use crate::copying;
use crate::doctor::image::{Format, Image};
use crate::doctor::library;
use crate::drop_in;
use crate::import::{self, Options};
use crate::new::{self, NewPackage};
use crate::setup::{self, Needs};
use crate::target::{Language, Sides, Target};
use crate::toolchain::Toolchains;

/// Runs the subcommand.
///
/// # Errors
/// Fails if the library cannot be called by a 32-bit server, the header cannot be read, something cannot be installed or built, or
/// a folder cannot be written.
pub(crate) fn main(options: &cli::Wrap) -> Result<()> {
    if options.cargo.manifest_path.is_some() {
        bail!("`wrap` makes a package of its own; choose its folder with --package");
    }
    let image = match &options.header {
        Some(_) => library::read_native(&options.library, None)?,
        None => library::read(&options.library, None)?,
    };
    if options.header.is_none() && image.dotnet.is_none() {
        bail!(
            "{} needs a header, which says what its functions take; name it in front of --library",
            options.library.display()
        );
    }
    let toolchains = Toolchains::find()?;
    let host = toolchains.host()?;
    let sides = sides(options.target, host, &image);
    // Says so if the target is not the library's.
    library::read(&options.library, Some(format_of(sides.server)))?;
    let name = options.library.file_name().context("the library has no name")?.to_string_lossy().into_owned();
    let stem = library::stem(&name);
    let package = options.package.clone().unwrap_or_else(|| package_name(&stem).into());
    let out = options.out.clone().unwrap_or_else(|| format!("{stem}64").into());

    drop_in::check_folder(&out, &options.library, sides.client)?;
    if let Some(header) =
        options.header.as_ref().filter(|header| copying::is_same(&out.join(format!("{stem}.h")), header))
    {
        bail!(
            "{} would be replaced by the 64-bit library's header; choose another folder with --out",
            header.display()
        );
    }

    let language = if image.dotnet.is_some() { Language::DotNet } else { Language::Import };
    let needs = Needs::to_run(host, sides).with_languages([language]);
    setup::ensure(&needs, host, &toolchains)?;
    if package.join("Cargo.toml").is_file() {
        let source = if options.header.is_some() { "header" } else { "assembly" };
        step(&format!("keeping {} as it is; to read the {source} again, remove that folder", package.display()));
        new::copy_library(&options.library, &package)?;
    } else {
        let source = options.header.as_ref().unwrap_or(&options.library);
        step(&format!("reading {} into the package {}", source.display(), package.display()));
        make_package(options, &image, &name, &package, sides.server)?;
    }

    step(&format!("building the 32-bit server and the 64-bit library for {}", sides.client.system()));
    let cargo = options.cargo.clone().in_package(&package).or_release();
    let made = drop_in::make(&cli::DropIn {
        package: None,
        servers: Vec::new(),
        library: Some(options.library.clone()),
        out: Some(out.clone()),
        cargo,
        target: Some(if sides.client == host { sides.server } else { sides.client }),
    })?;

    let interface = package.join("src/lib.rs");
    let source = fs::read_to_string(&interface).with_context(|| format!("cannot read {}", interface.display()))?;
    let guesses = import::list_guesses(&source, &interface.display().to_string());
    if !guesses.is_empty() {
        eprintln!(
            "\nThe header does not say these things about the functions, so they are guessed. Compare them with the library's\n\
             documentation. Where one is wrong, change the lines below it; then run this command again:\n{guesses}"
        );
    }
    for file in made {
        eprintln!("{} is ready; copy the folder {} to where it is used", file.display(), out.display());
    }
    Ok(())
}

/// Chooses the targets: without `--target`, a library for this machine.
fn sides(target: Option<Target>, host: Target, image: &Image) -> Sides {
    match target {
        Some(target) => Sides::choose(host, target),
        // Only mingw links drop-in libraries.
        None if host.is_windows() => Sides::choose(host, Target::X64WindowsGnu),
        // Every system runs an assembly.
        None if image.dotnet.is_some() => Sides { client: host, server: host.server() },
        None => Sides { client: host, server: library::target(image.format) },
    }
}

/// Returns a name for the package that cargo accepts.
fn package_name(stem: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    let name: String = stem.chars().map(plain).collect();
    let prefix = if name.starts_with(|c: char| c.is_ascii_lowercase()) { "" } else { "lib" };
    format!("{prefix}{name}-bridge32")
}

fn format_of(server: Target) -> Format {
    if server.is_windows() { Format::Pe } else { Format::Elf }
}

/// Makes the package with the trait.
fn make_package(options: &cli::Wrap, image: &Image, name: &str, package: &Path, server: Target) -> Result<()> {
    let wanted = Options { library_name: Some(name.to_owned()), ..Options::new(&options.reading)? };
    let imported = match &options.header {
        Some(header) => {
            let library = Some(options.library.clone());
            import::trait_from_header(header, &Options { target: Some(server), library, ..wanted })?
        }
        None => import::trait_from_library(&options.library, &wanted)?,
    };
    let made = NewPackage {
        folder: package,
        name: None,
        library_name: Some(name),
        library: Some(&options.library),
        image: Some(image),
        imported: Some(&imported),
    };
    made.make()?;
    import::print_notes(&imported);
    Ok(())
}

/// Says what is done next.
fn step(what: &str) {
    eprintln!("==> {what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_accepts_the_packages_name() {
        for (stem, expected) in [
            ("Meter", "meter-bridge32"),
            ("My Meter.v2", "my-meter-v2-bridge32"),
            ("3com", "lib3com-bridge32"),
            ("\u{e4}", "lib--bridge32"),
        ] {
            assert_eq!(package_name(stem), expected);
        }
    }
}
