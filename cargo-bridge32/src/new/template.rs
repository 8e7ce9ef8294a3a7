//! The files of a new package.

use std::path::Path;

use crate::doctor::image::{Format, Image};
use crate::import::Imported;
use crate::server;

/// The C library, which every system has. Packages without a library of their own call it, so that they run at once.
const C_LIBRARY: &str = if cfg!(windows) { "msvcrt.dll" } else { "libc.so.6" };

const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// What the files of a new package have in common.
pub(super) struct Template<'a> {
    pub(super) package: &'a str,
    /// The library that the user has named.
    pub(super) library: Option<&'a str>,
    pub(super) image: Option<&'a Image>,
    pub(super) imported: Option<&'a Imported>,
}

impl Template<'_> {
    /// Returns the name of the trait.
    fn interface(&self) -> String {
        if let Some(imported) = self.imported {
            return imported.trait_name.clone();
        }
        let words = self.library.map_or_else(|| vec!["c".into(), "library".into()], words);
        let capitalized = |word: &String| word[..1].to_uppercase() + &word[1..];
        words.iter().map(capitalized).collect()
    }

    /// Whether it calls a library of its own.
    pub(super) fn has_library(&self) -> bool {
        self.library.is_some() || self.imported.is_some()
    }

    /// Returns the name of the server's program.
    pub(super) fn server(&self) -> String {
        server::default_name(&self.interface())
    }

    /// Returns the system whose libraries the package calls, if it is only one.
    fn system(&self) -> Option<Format> {
        if self.is_dotnet() {
            return None;
        }
        let target = self.imported.and_then(|imported| imported.target);
        let of_header = target.filter(|target| target.is_windows()).map(|_| Format::Pe);
        self.image.map(|image| image.format).or(of_header)
    }

    /// Whether the library is an assembly of .NET, which every system runs.
    fn is_dotnet(&self) -> bool {
        self.image.is_some_and(|image| image.dotnet.is_some())
    }

    /// Returns the package's name as Rust's code has it.
    fn crate_name(&self) -> String {
        self.package.replace('-', "_")
    }

    /// Adds to the manifest that cargo has made.
    pub(super) fn manifest(&self, made: &str, repository: Option<&Path>) -> String {
        let source = match repository {
            Some(folder) => format!("path = {:?}", folder.display().to_string()),
            None => format!("version = {:?}", env!("CARGO_PKG_VERSION")),
        };
        let features = if self.is_dotnet() { ", features = [\"dotnet\"]" } else { "" };
        let mut text = format!("{}\nbridge32 = {{ {source}{features} }}\n", made.trim_end());
        if self.is_dotnet() {
            text += "\n# On Linux, Mono runs the library.\n[package.metadata.bridge32]\nneeds = [\"dotnet\"]\n";
        }
        if let Some(system) = self.system() {
            let targets = match system {
                Format::Pe => r#""i686-pc-windows-gnu", "i686-pc-windows-msvc""#,
                Format::Elf => r#""i686-unknown-linux-gnu""#,
            };
            text += &format!(
                "\n# The library is for this system only.\n[package.metadata.bridge32]\nserver-targets = [{targets}]\n"
            );
        }
        text
    }

    /// Returns `src/lib.rs`.
    pub(super) fn library(&self) -> String {
        if let Some(imported) = self.imported {
            return imported.source.clone();
        }
        let interface = self.interface();
        let functions = match self.library {
            None => {
                "    /// int abs(int value);\n    fn abs(&self, value: i32) -> i32;\n\n    \
                 /// size_t strlen(const char *text);\n    fn strlen(&self, text: &str) -> Size;\n"
            }
            Some(_) => {
                "    // Declare the functions that you call, as the library's header does:\n    //\n    \
                 //     /// int32_t add(int32_t a, int32_t b);\n    //     fn add(&self, a: i32, b: i32) -> i32;\n"
            }
        };
        let (uses, about) = match self.library {
            None => (
                "{Size, bridge32}",
                "Functions of C's library, as an example: replace them by those of your library.".to_owned(),
            ),
            Some(library) => ("bridge32", format!("The functions of {library}.")),
        };
        let library = self.library.unwrap_or(C_LIBRARY);
        format!(
            "//! The interface of a 32-bit library.\n\nuse bridge32::{uses};\n\n/// {about}\n#[bridge32(lib = {library:?})]\n\
             pub trait {interface} {{\n{functions}}}\n"
        )
    }

    /// Returns `src/main.rs`.
    pub(super) fn program(&self) -> String {
        let (package, interface) = (self.crate_name(), self.interface());
        let calls = match self.has_library() {
            false => {
                "    println!(\"abs(-7) = {}\", client.abs(-7)?);\n    println!(\"strlen(\\\"bridge\\\") = {}\", client.strlen(\"bridge\")?);\n"
            }
            true => "    println!(\"{:#?}\", client.server_info());\n",
        };
        format!(
            "//! Calls the library.\n\nuse {package}::{interface}Client;\n\nfn main() -> Result<(), bridge32::Error> {{\n    \
             let client = {interface}Client::launch()?;\n{calls}    Ok(())\n}}\n"
        )
    }

    /// Returns `README.md`.
    pub(super) fn readme(&self) -> String {
        let (package, interface, server) = (self.package, self.interface(), self.server());
        let of = match (self.library, self.imported) {
            (Some(library), _) => format!("`{library}`"),
            (None, Some(_)) => "a 32-bit library".to_owned(),
            (None, None) => "C's library, as an example".to_owned(),
        };
        let guesses = match self.imported {
            Some(_) if !self.is_dotnet() => {
                " Lines with `// check:` are guesses: compare them with the library's documentation, and remove the mark."
            }
            _ => "",
        };
        let vendor = match self.has_library() {
            true => "| `vendor` | the library, and what else it needs; `build.rs` copies it next to the server |\n",
            false => "",
        };
        format!(
            "# {package}\n\nCalls {of} from 64-bit programs, with [bridge32]({REPOSITORY}).\n\n\
             | file | content |\n|---|---|\n\
             | `src/lib.rs` | the trait `{interface}`, which declares the library's functions.{guesses} |\n\
             | `src/main.rs` | a program that calls them |\n\
             | `src/bin/{server}.rs` | the 32-bit server |\n{vendor}\n\
             ```console\n\
             $ cargo bridge32 run                   # builds both sides, and runs the program\n\
             $ cargo bridge32 dist DIR              # puts the program and what it needs into a folder, to be shipped\n\
             $ cargo bridge32 drop-in --out DIR     # makes a 64-bit library of the same name, for other languages\n\
             ```\n"
        )
    }

    /// Returns the file of the server's program.
    pub(super) fn server_program(&self) -> String {
        format!(
            "//! The 32-bit server, which loads the library.\n\nbridge32::server_main!({}::{}Library);\n",
            self.crate_name(),
            self.interface()
        )
    }

    /// Returns `build.rs`.
    pub(super) fn build_script(&self) -> &'static str {
        BUILD_SCRIPT
    }
}

const BUILD_SCRIPT: &str = r#"//! Copies the library, and what else is in `vendor`, next to the server, which looks for it there.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=vendor");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    // It is in target/…/debug/build, and the programs are in the folder of `build`.
    let build = out.ancestors().find(|folder| folder.ends_with("build"));
    match build.and_then(Path::parent) {
        Some(programs) => copy(Path::new("vendor"), programs),
        None => Ok(()),
    }
}

/// Copies the files of a folder, and those of the folders in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let from = entry?.path();
        let to = to.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
"#;

/// Returns the words in a library's name, in lower case, without what says that it is a library: `libMyMeter.so.2` is `my`, `meter`.
pub(super) fn words(library: &str) -> Vec<String> {
    let stem = ["/", "\\"].iter().fold(library, |name, separator| name.rsplit(separator).next().unwrap_or(name));
    let stem = stem.split(".so").next().unwrap_or(stem);
    let lower = stem.to_ascii_lowercase();
    let stem = match [".dll", ".ocx"].iter().find(|extension| lower.ends_with(**extension)) {
        Some(extension) => &stem[..stem.len() - extension.len()],
        None => stem,
    };
    let stem = stem.strip_prefix("lib").filter(|rest| !rest.is_empty()).unwrap_or(stem);
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in stem.chars() {
        let starts = before.is_ascii_lowercase() && c.is_ascii_uppercase();
        if c.is_ascii_alphanumeric() {
            let is_new = starts || !before.is_ascii_alphanumeric();
            // Neither a trait's name nor a word in it can begin with a digit.
            match words.last_mut() {
                Some(word) if !is_new || c.is_ascii_digit() => word.push(c.to_ascii_lowercase()),
                None if c.is_ascii_digit() => {}
                _ => words.push(c.to_ascii_lowercase().to_string()),
            }
        }
        before = c;
    }
    if words == ["self"] {
        // `Self` is a keyword of Rust's.
        words.push("library".into());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_librarys_name_has_words() {
        for (library, expected) in [
            ("meter", "meter"),
            ("MyMeter.dll", "my meter"),
            ("libmy_meter.so.2", "my meter"),
            ("METER32.DLL", "meter32"),
            ("vendor/visa-32.dll", "visa32"),
            ("3com.dll", "com"),
            ("lib", "lib"),
            ("self.dll", "self library"),
            ("12.dll", ""),
            ("\u{e4}.dll", ""),
        ] {
            assert_eq!(words(library).join(" "), expected, "{library}");
        }
        let template = Template { package: "my-app", library: Some("MyMeter.dll"), image: None, imported: None };
        assert_eq!((template.interface().as_str(), template.server().as_str()), ("MyMeter", "my-meter-server32"));
    }
}
