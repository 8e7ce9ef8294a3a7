//! The files of a new package.

use std::path::Path;

use crate::doctor::image::{ExportedSymbol, Format, Image};

/// The C library, which every system has. Packages without a library of their own call it, so that they run at once.
const C_LIBRARY: &str = if cfg!(windows) { "msvcrt.dll" } else { "libc.so.6" };

/// How many exports of a library are listed; a vendor's header is the better source.
const LISTED: usize = 200;

/// What the files of a new package have in common.
pub(super) struct Template<'a> {
    package: &'a str,
    /// The library that the user has named.
    library: Option<&'a str>,
    image: Option<&'a Image>,
}

impl<'a> Template<'a> {
    pub(super) fn new(package: &'a str, library: Option<&'a str>, image: Option<&'a Image>) -> Self {
        Self { package, library, image }
    }

    /// Returns the words of the trait's name.
    fn words(&self) -> Vec<String> {
        self.library.map_or_else(|| vec!["c".into(), "library".into()], words)
    }

    /// Returns the name of the trait.
    fn interface(&self) -> String {
        let capitalized = |word: &String| word[..1].to_uppercase() + &word[1..];
        self.words().iter().map(capitalized).collect()
    }

    /// Returns the name of the server's program.
    pub(super) fn server(&self) -> String {
        format!("{}-server32", self.words().join("-"))
    }

    /// Returns the package's name as Rust's code has it.
    fn crate_name(&self) -> String {
        self.package.replace('-', "_")
    }

    /// Adds to the manifest that cargo has made.
    pub(super) fn manifest(&self, made: &str, repository: Option<&Path>) -> String {
        let dependency = match repository {
            Some(folder) => format!("bridge32 = {{ path = {:?} }}", folder.display().to_string()),
            None => format!("bridge32 = \"{}\"", env!("CARGO_PKG_VERSION")),
        };
        let mut text = format!("{}\n{dependency}\n", made.trim_end());
        if let Some(image) = self.image {
            let targets = match image.format {
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
        let interface = self.interface();
        let functions = match (self.library, self.image) {
            (None, _) => "    /// int abs(int value);\n    fn abs(&self, value: i32) -> i32;\n\n    /// size_t strlen(const char *text);\n    fn strlen(&self, text: &str) -> Size;\n".to_owned(),
            (Some(_), image) => self.functions_to_declare(image),
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

    /// Returns what the trait says about a library whose functions have unknown types.
    fn functions_to_declare(&self, image: Option<&Image>) -> String {
        let mut text = "    // Declare the functions that you call, as the library's header does:\n    //\n    //     /// int32_t add(int32_t a, int32_t b);\n    //     fn add(&self, a: i32, b: i32) -> i32;\n".to_owned();
        let exports = image.map(|image| image.exports.as_slice()).unwrap_or_default();
        if !exports.is_empty() {
            text += "    //\n    // The library exports:\n";
        }
        let listed = exports.iter().take(LISTED);
        text.extend(listed.map(|export| format!("    // - {}\n", describe(export))));
        if exports.len() > LISTED {
            text += &format!("    // and {} more, which `cargo bridge32 doctor` lists\n", exports.len() - LISTED);
        }
        text
    }

    /// Returns `src/main.rs`.
    pub(super) fn program(&self) -> String {
        let (package, interface) = (self.crate_name(), self.interface());
        let calls = match self.library {
            None => {
                "    println!(\"abs(-7) = {}\", client.abs(-7)?);\n    println!(\"strlen(\\\"bridge\\\") = {}\", client.strlen(\"bridge\")?);\n"
            }
            Some(_) => "    println!(\"{:#?}\", client.server_info());\n",
        };
        format!(
            "//! Calls the library.\n\nuse {package}::{interface}Client;\n\nfn main() -> Result<(), bridge32::Error> {{\n    \
             let client = {interface}Client::launch()?;\n{calls}    Ok(())\n}}\n"
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
    // It is target/…/build/<package>/out, and the programs are in the folder of `build`.
    match out.ancestors().nth(3) {
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

/// Describes an export in a comment.
fn describe(export: &ExportedSymbol) -> String {
    let name = export.name.clone().unwrap_or_else(|| format!("number {}", export.ordinal.unwrap_or_default()));
    let convention = export.convention.map(|convention| format!(", {convention}")).unwrap_or_default();
    let bytes = export.argument_bytes.map(|bytes| format!(", {bytes} bytes of arguments")).unwrap_or_default();
    let variable = if export.is_variable { ", a variable" } else { "" };
    // A name from a file may contain anything.
    format!("{name}{convention}{bytes}{variable}").replace(|c: char| c.is_control(), "?")
}

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
        let template = Template::new("my-app", Some("MyMeter.dll"), None);
        assert_eq!((template.interface().as_str(), template.server().as_str()), ("MyMeter", "my-meter-server32"));
    }
}
