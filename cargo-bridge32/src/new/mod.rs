//! `new`: makes a package that calls a library.

mod template;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cli;
use crate::command::clean;
use crate::dist::libraries;
use crate::doctor::file::{self, Content};
use crate::doctor::image::{Format, Image};
use crate::exit_status::{self, SUCCESS};
use template::Template;

/// Runs the subcommand.
///
/// # Errors
/// Fails if the library cannot be called by a 32-bit server, cargo refuses the name, or a file cannot be written. What was made is
/// removed then.
pub(crate) fn main(options: &cli::New) -> Result<()> {
    let image = options.library.as_deref().map(read_library).transpose()?;
    let library = match (&options.library, &options.lib) {
        (_, Some(name)) => Some(name.clone()),
        (Some(file), None) => file.file_name().map(|name| name.to_string_lossy().into_owned()),
        (None, None) => None,
    };
    if library.as_ref().is_some_and(|name| template::words(name).is_empty()) {
        bail!("the library's name has no letters of which a trait's name could consist; name it with --lib");
    }
    let folder = &options.path;
    let shown = folder.display();
    // Cargo checks the name, makes a repository, and adds the package to the workspace in which it is.
    let mut cargo = clean("cargo");
    cargo
        .args(["new", "--quiet", "--lib"])
        .args(options.name.iter().flat_map(|name| ["--name", name]))
        .arg("--")
        .arg(folder);
    let is_new = !folder.exists();
    if exit_status::of(&mut cargo)? != SUCCESS {
        bail!("cargo did not make {shown}; it says why above");
    }
    let filled = fill(folder, library.as_deref(), image.as_ref(), options.library.as_deref());
    if filled.is_err() && is_new {
        // The error of the first failure is the one that matters.
        let _ = fs::remove_dir_all(folder);
    }
    let server = filled.with_context(|| format!("cannot fill {shown}"))?;
    eprintln!(
        "{shown}: declare the library's functions in src/lib.rs, and call them in src/main.rs; the server is src/bin/{server}.rs"
    );
    if library.is_some() && image.is_none() {
        eprintln!("put the library into {}", folder.join("vendor").display());
    }
    eprintln!("run it there with `cargo bridge32 run`");
    Ok(())
}

/// Reads a library that a server is to call.
fn read_library(path: &Path) -> Result<Image> {
    let format = match file::read(path) {
        Ok(Content::Image(image)) => image.format,
        _ => Format::Pe,
    };
    libraries::check(path, format)?;
    match file::read(path) {
        Ok(Content::Image(image)) if image.dotnet.is_some() => bail!(
            "{} is an assembly of .NET, whose trait is declared with `dotnet = …`; the guide's page on .NET shows such a package",
            path.display()
        ),
        Ok(Content::Image(image)) => Ok(*image),
        _ => bail!("cannot read {}", path.display()),
    }
}

/// Writes the files of a package that cargo has made, and returns the name of its server.
fn fill(folder: &Path, library: Option<&str>, image: Option<&Image>, file: Option<&Path>) -> Result<String> {
    let manifest = folder.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).context("cannot read its Cargo.toml")?;
    let package: toml::Table = text.parse().context("its Cargo.toml is invalid")?;
    let name = package.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    let template = Template::new(name.context("its Cargo.toml has no name")?, library, image);
    let write = |name: &str, text: String| {
        let file = folder.join(name);
        let folder = file.parent().unwrap_or(folder);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&file, text))
            .with_context(|| format!("cannot write {}", file.display()))
    };
    write("Cargo.toml", template.manifest(&text, repository().as_deref()))?;
    write("src/lib.rs", template.library())?;
    write("src/main.rs", template.program())?;
    write(&format!("src/bin/{}.rs", template.server()), template.server_program())?;
    if library.is_some() {
        write("build.rs", template.build_script().to_owned())?;
        fs::create_dir_all(folder.join("vendor")).context("cannot make the folder vendor")?;
    }
    if let Some(file) = file {
        let own = file.file_name().context("the library has no name")?;
        let needed = libraries::needed_by(&[file.to_owned()])?;
        let all = needed.iter().map(|library| (library.file.as_path(), library.name.as_path()));
        for (from, to) in all.chain([(file, Path::new(own))]) {
            let to = folder.join("vendor").join(to);
            fs::create_dir_all(to.parent().unwrap_or(folder))
                .and_then(|()| fs::copy(from, &to))
                .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
        }
    }
    Ok(template.server())
}

/// Returns the clone of bridge32's repository in which this tool was built, if it is still there. Otherwise the package depends on
/// the published crate.
fn repository() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let manifest: toml::Table = fs::read_to_string(folder.join("Cargo.toml")).ok()?.parse().ok()?;
    let name = manifest.get("package")?.get("name")?.as_str()?;
    (name == "bridge32").then(|| folder.to_owned())
}
