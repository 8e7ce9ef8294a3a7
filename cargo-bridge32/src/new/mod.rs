//! `new`: makes a package that calls a library.

mod template;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cli;
use crate::command::clean;
use crate::copying;
use crate::dist::libraries;
use crate::doctor::image::Image;
use crate::doctor::library;
use crate::exit_status::{self, SUCCESS};
use crate::import::{self, Imported, Options};
use template::Template;

/// A package to make.
pub(crate) struct NewPackage<'p> {
    pub(crate) folder: &'p Path,
    /// The package's name; if `None`, that of the folder.
    pub(crate) name: Option<&'p str>,
    /// The library's name in the trait; if `None`, the package calls C's library.
    pub(crate) library_name: Option<&'p str>,
    /// The library's file, which is copied.
    pub(crate) library: Option<&'p Path>,
    /// What the library consists of.
    pub(crate) image: Option<&'p Image>,
    /// The trait, if it was made from a header or the library.
    pub(crate) imported: Option<&'p Imported>,
}

/// Runs the subcommand.
///
/// # Errors
/// Fails if the library cannot be called by a 32-bit server, the header cannot be read, cargo refuses the name, or a file cannot be
/// written. What was made is removed then.
pub(crate) fn main(options: &cli::New) -> Result<()> {
    let library = options.library.as_deref();
    let read = if options.header.is_some() { library::read_native } else { library::read };
    let image = library.map(|file| read(file, None)).transpose()?;
    let library_name = match (library, &options.lib) {
        (_, Some(name)) => Some(name.clone()),
        (Some(file), None) => file.file_name().map(|name| name.to_string_lossy().into_owned()),
        (None, None) => None,
    };
    let wanted = Options { library_name: library_name.clone(), ..Options::new(&options.reading)? };
    let imported = match (&options.header, library) {
        (Some(header), _) => {
            let wanted = Options { library: options.library.clone(), ..wanted };
            Some(import::trait_from_header(header, &wanted)?)
        }
        (None, Some(file)) => Some(import::trait_from_library(file, &wanted)?),
        (None, None) => None,
    };
    let has_library = library_name.is_some() || imported.is_some();
    let folder = &options.path;
    let package = NewPackage {
        folder,
        name: options.name.as_deref(),
        library_name: library_name.as_deref(),
        library,
        image: image.as_ref(),
        imported: imported.as_ref(),
    };
    let server = package.make()?;
    let shown = folder.display();
    let declare = if imported.is_some() { "check" } else { "declare" };
    eprintln!(
        "{shown}: {declare} the library's functions in src/lib.rs, and call them in src/main.rs; the server is src/bin/{server}.rs"
    );
    if let Some(imported) = &imported {
        import::print_notes(imported);
        print_guesses(&imported.source, &folder.join("src/lib.rs"));
    }
    if has_library && image.is_none() {
        eprintln!("put the library into {}", folder.join("vendor").display());
    }
    eprintln!("run it there with `cargo bridge32 run`");
    Ok(())
}

/// Lists the guesses in a trait.
pub(crate) fn print_guesses(source: &str, file: &Path) {
    let list = import::list_guesses(source, &file.display().to_string());
    if !list.is_empty() {
        eprintln!("compare these lines with the library's documentation, and correct those that are wrong:\n{list}");
    }
}

impl NewPackage<'_> {
    /// Makes the package, and returns the name of its server.
    ///
    /// # Errors
    /// Fails if the library's name has no letters, cargo refuses the package's, or a file cannot be written. What was made is
    /// removed then.
    pub(crate) fn make(&self) -> Result<String> {
        let is_named =
            self.imported.is_some() || self.library_name.is_none_or(|name| !template::words(name).is_empty());
        if !is_named {
            bail!("the library's name has no letters of which a trait's name could consist; name it with --lib");
        }
        let folder = self.folder;
        let shown = folder.display();
        // Cargo checks the name, makes a repository, and adds the package to the workspace in which it is.
        let mut cargo = clean("cargo");
        cargo
            .args(["new", "--quiet", "--lib"])
            .args(self.name.iter().flat_map(|name| ["--name", name]))
            .arg("--")
            .arg(folder);
        let is_new = !folder.exists();
        if exit_status::of(&mut cargo)? != SUCCESS {
            bail!("cargo did not make {shown}; it says why above");
        }
        let filled = self.fill();
        if filled.is_err() && is_new {
            // The error of the first failure is the one that matters.
            let _ = fs::remove_dir_all(folder);
        }
        filled.with_context(|| format!("cannot fill {shown}"))
    }

    /// Writes the files of a package that cargo has made, and returns the name of its server.
    fn fill(&self) -> Result<String> {
        let manifest = self.folder.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).context("cannot read its Cargo.toml")?;
        let package: toml::Table = text.parse().context("its Cargo.toml is invalid")?;
        let name = package.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        let template = Template {
            package: name.context("its Cargo.toml has no name")?,
            library: self.library_name,
            image: self.image,
            imported: self.imported,
        };
        let write = |name: &str, text: &str| {
            let file = self.folder.join(name);
            let folder = file.parent().unwrap_or(self.folder);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&file, text))
                .with_context(|| format!("cannot write {}", file.display()))
        };
        write("Cargo.toml", &template.manifest(&text, repository().as_deref()))?;
        write("README.md", &template.readme())?;
        write("src/lib.rs", &template.library())?;
        write("src/main.rs", &template.program())?;
        write(&format!("src/bin/{}.rs", template.server()), &template.server_program())?;
        if template.has_library() {
            write("build.rs", template.build_script())?;
            fs::create_dir_all(self.folder.join("vendor")).context("cannot make the folder vendor")?;
        }
        if let Some(file) = self.library {
            copy_library(file, self.folder)?;
        }
        Ok(template.server())
    }
}

/// Copies a library, and those that it needs from its own folder, to a package's folder `vendor`.
///
/// # Errors
/// Fails if one is missing or cannot be copied.
pub(crate) fn copy_library(file: &Path, package: &Path) -> Result<()> {
    let own = file.file_name().context("the library has no name")?;
    let needed = libraries::needed_by(&[file.to_owned()])?;
    let all = needed.iter().map(|library| (library.file.as_path(), library.name.as_path()));
    for (from, to) in all.chain([(file, Path::new(own))]) {
        let to = package.join("vendor").join(to);
        copying::copy(from, &to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    }
    Ok(())
}

/// Returns the clone of bridge32's repository in which this tool was built, if it is still there. Otherwise the package depends on
/// the published crate.
fn repository() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let manifest: toml::Table = fs::read_to_string(folder.join("Cargo.toml")).ok()?.parse().ok()?;
    let name = manifest.get("package")?.get("name")?.as_str()?;
    (name == "bridge32").then(|| folder.to_owned())
}
