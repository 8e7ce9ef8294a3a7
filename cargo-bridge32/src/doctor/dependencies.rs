//! Finds the libraries that a library needs, and those that these need, on this machine.

use std::collections::VecDeque;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::doctor::file::{self, Content};
use crate::doctor::image::{Format, Image, Imports, SideBySide};
use crate::doctor::runtimes;
use crate::setup::wine;

/// A library that the file needs, itself or through another one.
#[derive(Debug, Serialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// The library that needs it, if that is not the file itself.
    pub(crate) needed_by: Option<String>,
    /// Whether it is only loaded when it is first used.
    pub(crate) is_delayed: bool,
    #[serde(flatten)]
    pub(crate) place: Place,
    /// What it belongs to, if it is well known.
    pub(crate) origin: Option<&'static str>,
    /// The imported functions that it does not export.
    pub(crate) missing_functions: Vec<String>,
    /// The versions of its symbols that are needed, and that it does not have; only Linux has them.
    pub(crate) missing_versions: Vec<String>,
}

/// Where a library was found.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Place {
    /// Next to the library, or in a folder that it names.
    Beside {
        path: PathBuf,
    },
    /// In the system, or in Wine.
    System {
        path: PathBuf,
    },
    /// A part of Windows that was not looked for: this machine has no Windows, or it is an API set.
    Windows,
    /// In a file of another width, and nowhere else.
    WrongWidth {
        path: PathBuf,
    },
    Missing,
}

/// A side-by-side assembly, and whether it is here.
#[derive(Debug, Serialize)]
pub(crate) struct FoundAssembly {
    #[serde(flatten)]
    pub(crate) assembly: SideBySide,
    pub(crate) is_found: bool,
}

/// The folders in which libraries of one format and width are looked for.
#[derive(Debug)]
pub(crate) struct Folders {
    format: Format,
    bits: u8,
    /// The folder of the file, and those that it names itself.
    beside: Vec<PathBuf>,
    system: Vec<PathBuf>,
    /// The folders of side-by-side assemblies.
    side_by_side: Vec<PathBuf>,
}

impl Folders {
    /// Returns the folders for a file.
    pub(crate) fn of(path: &Path, image: &Image) -> Self {
        let own = path.parent().map(Path::to_owned).unwrap_or_default();
        let own = if own.as_os_str().is_empty() { PathBuf::from(".") } else { own };
        let mut beside = vec![own.clone()];
        let origin = own.display().to_string();
        beside.extend(
            image.run_path.iter().map(|folder| folder.replace("${ORIGIN}", &origin).replace("$ORIGIN", &origin).into()),
        );
        let (system, side_by_side) = match image.format {
            Format::Pe => windows_folders(image.bits),
            Format::Elf => (linux_folders(image.bits), Vec::new()),
        };
        // The files of a private assembly are in a folder of its name.
        beside.extend(
            image.side_by_side.iter().map(|assembly| own.join(&assembly.name)).filter(|folder| folder.is_dir()),
        );
        Self { format: image.format, bits: image.bits, beside, system, side_by_side }
    }

    fn find(&self, name: &str) -> Place {
        if self.format == Format::Pe && runtimes::is_api_set(name) {
            return Place::Windows;
        }
        let mut wrong = None;
        let fits = |path: &PathBuf, wrong: &mut Option<PathBuf>| match read_image(path) {
            Some(image) if image.bits != self.bits => {
                wrong.get_or_insert_with(|| path.clone());
                false
            }
            Some(_) => true,
            None => false,
        };
        for folder in &self.beside {
            if let Some(path) = self.file_in(folder, name).filter(|path| fits(path, &mut wrong)) {
                return Place::Beside { path };
            }
        }
        for folder in &self.system {
            if let Some(path) = self.file_in(folder, name).filter(|path| fits(path, &mut wrong)) {
                return Place::System { path };
            }
        }
        match wrong {
            Some(path) => Place::WrongWidth { path },
            None if self.system.is_empty() && runtimes::is_part_of_windows(name) => Place::Windows,
            None => Place::Missing,
        }
    }

    /// Returns the file of this name in a folder; names of Windows are the same in either case.
    fn file_in(&self, folder: &Path, name: &str) -> Option<PathBuf> {
        let path = folder.join(name);
        if path.is_file() {
            return Some(path);
        }
        if self.format == Format::Elf || cfg!(windows) {
            return None;
        }
        let entries = fs::read_dir(folder).ok()?.flatten();
        let mut fitting = entries.filter(|entry| entry.file_name().to_string_lossy().eq_ignore_ascii_case(name));
        fitting.next().map(|entry| entry.path()).filter(|path| path.is_file())
    }

    /// Whether a side-by-side assembly is next to the file or in the system.
    fn has_assembly(&self, assembly: &SideBySide) -> bool {
        let name = &assembly.name;
        let own = self.beside.first();
        let private = own.is_some_and(|own| {
            [
                format!("{name}.manifest"),
                format!("{name}/{name}.manifest"),
                format!("{name}.dll"),
                format!("{name}/{name}.dll"),
            ]
            .iter()
            .any(|file| own.join(file).is_file())
        });
        let beginning = format!("{}_{}_", if self.bits == 32 { "x86" } else { "amd64" }, name.to_lowercase());
        let in_system = self.side_by_side.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
        private
            || in_system
                .map(|entry| entry.file_name().to_string_lossy().to_lowercase())
                .any(|entry| entry.starts_with(&beginning))
    }
}

/// Finds the libraries that a file needs, and those that libraries next to it need.
pub(crate) fn find(image: &Image, folders: &Folders) -> Vec<Dependency> {
    // All that an assembly imports itself is the loader of the .NET Framework, instead of which Linux has Mono.
    if image.dotnet.is_some() && !cfg!(windows) {
        return Vec::new();
    }
    let mut found: Vec<Dependency> = Vec::new();
    let mut open = VecDeque::from([(None, needs(image))]);
    while let Some((needed_by, needs)) = open.pop_front() {
        for Need { name, symbols, versions, is_delayed } in needs {
            let is_new = !found.iter().any(|dependency| dependency.name.eq_ignore_ascii_case(&name));
            let place = folders.find(&name);
            let needed = match &place {
                Place::Beside { path } | Place::System { path } => read_image(path),
                _ => None,
            };
            // A library of the system or of Wine may have functions that only appear when it is loaded.
            let is_beside = matches!(place, Place::Beside { .. });
            let missing_functions =
                needed.iter().filter(|_| is_beside).flat_map(|needed| not_exported(&symbols, needed)).collect();
            let missing_versions = needed.iter().flat_map(|needed| not_defined(&versions, needed)).collect();
            if is_new && is_beside {
                open.extend(needed.map(|needed| (Some(name.clone()), self::needs(&needed))));
            }
            let origin = runtimes::origin(&name).filter(|_| image.format == Format::Pe).map(|origin| origin.what);
            let needed_by = needed_by.clone();
            let dependency =
                Dependency { name, needed_by, is_delayed, place, origin, missing_functions, missing_versions };
            if is_new || !dependency.missing_functions.is_empty() || !dependency.missing_versions.is_empty() {
                found.push(dependency);
            }
        }
    }
    found
}

/// A library that another one needs, and what it needs of it.
struct Need {
    name: String,
    symbols: Vec<String>,
    versions: Vec<String>,
    is_delayed: bool,
}

fn needs(image: &Image) -> Vec<Need> {
    let versions = |library: &str| {
        let versions = image.versions.iter().filter(|version| version.library == library);
        versions.map(|version| version.version.clone()).collect()
    };
    let need = |imports: &Imports| Need {
        name: imports.library.clone(),
        symbols: imports.symbols.clone(),
        versions: versions(&imports.library),
        is_delayed: imports.is_delayed,
    };
    image.imports.iter().map(need).collect()
}

/// Returns the versions that a library does not define. One without any is older than versions.
fn not_defined(versions: &[String], library: &Image) -> Vec<String> {
    let is_missing =
        |version: &&String| !library.defined_versions.is_empty() && !library.defined_versions.contains(version);
    versions.iter().filter(is_missing).cloned().collect()
}

/// Finds the side-by-side assemblies that a file needs.
pub(crate) fn find_assemblies(image: &Image, folders: &Folders) -> Vec<FoundAssembly> {
    let find =
        |assembly: &SideBySide| FoundAssembly { assembly: assembly.clone(), is_found: folders.has_assembly(assembly) };
    image.side_by_side.iter().map(find).collect()
}

/// Returns the symbols that a library does not export.
fn not_exported(symbols: &[String], library: &Image) -> Vec<String> {
    if library.damaged.iter().any(|part| part == "its exports") {
        return Vec::new();
    }
    let is_exported = |symbol: &String| match symbol.strip_prefix('#').and_then(|ordinal| ordinal.parse().ok()) {
        Some(ordinal) => library.exports.iter().any(|export| export.ordinal == Some(ordinal)),
        None => library.exports.iter().any(|export| export.name.as_deref() == Some(symbol)),
    };
    symbols.iter().filter(|symbol| !is_exported(symbol)).cloned().collect()
}

fn read_image(path: &Path) -> Option<Image> {
    match file::read(path) {
        Ok(Content::Image(image)) => Some(*image),
        _ => None,
    }
}

/// Returns the folders of Windows's own libraries, and those of side-by-side assemblies: of this Windows, or of Wine.
fn windows_folders(bits: u8) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (native, wine_builtin) = if bits == 32 { ("SysWOW64", "i386-windows") } else { ("System32", "x86_64-windows") };
    if cfg!(windows) {
        let windows = env::var_os("SystemRoot").map_or_else(|| PathBuf::from(r"C:\Windows"), PathBuf::from);
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = [windows.join(native)].into_iter().chain(env::split_paths(&path)).collect();
        return (folders, vec![windows.join("WinSxS/Manifests"), windows.join("WinSxS")]);
    }
    if which::which("wine").is_err() {
        return (Vec::new(), Vec::new());
    }
    let mut folders = Vec::new();
    let mut side_by_side = Vec::new();
    if let Ok(prefix) = wine::Prefix::find() {
        let windows = prefix.folder().join("drive_c/windows");
        folders.push(windows.join(native.to_lowercase()));
        side_by_side.extend([windows.join("winsxs/manifests"), windows.join("winsxs")]);
    }
    // The folders of distributions, and of Wine's own packages.
    let installed = ["/usr/lib/i386-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib", "/usr/lib32", "/usr/lib64"];
    let own = ["/opt/wine-stable/lib", "/opt/wine-devel/lib", "/opt/wine-staging/lib"];
    let own64 = ["/opt/wine-stable/lib64", "/opt/wine-devel/lib64", "/opt/wine-staging/lib64"];
    let all = installed.iter().chain(&own).chain(&own64);
    folders.extend(all.map(|folder| Path::new(folder).join("wine").join(wine_builtin)));
    folders.retain(|folder| folder.is_dir());
    (folders, side_by_side)
}

/// Returns the folders in which the loader of Linux looks for libraries of this width.
fn linux_folders(bits: u8) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("LD_LIBRARY_PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    folders.extend(configured_folders(Path::new("/etc/ld.so.conf"), 0));
    let own: &[&str] = match bits {
        32 => &["/lib/i386-linux-gnu", "/usr/lib/i386-linux-gnu", "/lib32", "/usr/lib32", "/usr/lib/i686-linux-gnu"],
        _ => &["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64"],
    };
    folders.extend(own.iter().chain(&["/lib", "/usr/lib"]).map(PathBuf::from));
    folders.retain(|folder| folder.is_dir());
    folders
}

/// Reads the loader's configuration, a list of folders and of further files.
fn configured_folders(file: &Path, depth: u32) -> Vec<PathBuf> {
    let Ok(text) = fs::read_to_string(file) else { return Vec::new() };
    let mut folders = Vec::new();
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
        match line.strip_prefix("include") {
            // Includes are patterns such as `/etc/ld.so.conf.d/*.conf`.
            Some(pattern) if depth < 3 => {
                let pattern = Path::new(pattern.trim());
                let folder = file.parent().unwrap_or(Path::new("/")).join(pattern.parent().unwrap_or(Path::new("")));
                let mut files: Vec<_> =
                    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
                files.retain(|path| path.extension() == pattern.extension());
                files.sort();
                folders.extend(files.iter().flat_map(|path| configured_folders(path, depth + 1)));
            }
            None if line.starts_with('/') => folders.push(line.into()),
            _ => {}
        }
    }
    folders
}
