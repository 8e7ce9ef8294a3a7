//! Parses a header with libclang, for a 32-bit target and with that target's headers.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use clang::diagnostic::Severity;
use clang::{Index, TranslationUnit, Unsaved};

use crate::command::clean;
use crate::target::Target;

/// What the user says about how a header is compiled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compilation {
    pub(crate) include_folders: Vec<PathBuf>,
    /// Macros, as `NAME` or `NAME=VALUE`.
    pub(crate) defines: Vec<String>,
    /// Headers that are included first.
    pub(crate) includes: Vec<String>,
    /// Whether the header is read as C++.
    pub(crate) is_cpp: bool,
}

impl Compilation {
    /// Returns clang's arguments for a target.
    fn arguments(&self, target: Target) -> Vec<String> {
        let mut arguments = vec![
            if self.is_cpp { "-xc++" } else { "-xc" }.to_owned(),
            format!("--target={}", target.triple()),
            "-fparse-all-comments".into(),
            "-ferror-limit=0".into(),
            "-Wno-everything".into(),
        ];
        arguments
            .extend(system_folders(target, self.is_cpp).into_iter().flat_map(|folder| ["-isystem".into(), folder]));
        arguments.extend(self.include_folders.iter().map(|folder| format!("-I{}", folder.display())));
        arguments.extend(self.defines.iter().map(|define| format!("-D{define}")));
        arguments.extend(self.includes.iter().flat_map(|header| ["-include".into(), header.clone()]));
        arguments
    }

    /// Parses a header.
    ///
    /// # Errors
    /// Fails if libclang does; mistakes in the header are [`errors`] of the result.
    pub(crate) fn parse<'i>(
        &self,
        index: &'i Index<'i>,
        header: &Path,
        target: Target,
        unsaved: &[Unsaved],
    ) -> Result<TranslationUnit<'i>> {
        let mut parser = index.parser(header);
        parser.arguments(&self.arguments(target)).unsaved(unsaved);
        parser.detailed_preprocessing_record(true).skip_function_bodies(true).keep_going(true);
        parser.parse().map_err(|error| anyhow!("clang cannot read {}: {error}", header.display()))
    }
}

/// Returns clang's errors.
pub(crate) fn errors(unit: &TranslationUnit<'_>) -> Vec<String> {
    let all = unit.get_diagnostics().into_iter();
    let errors = all.filter(|diagnostic| diagnostic.get_severity() >= Severity::Error);
    errors.map(|error| error.formatter().format()).collect()
}

/// Finds a header: a path, or a name that the target's compiler finds, such as `winscard.h`.
///
/// # Errors
/// Fails if there is no such file.
pub(crate) fn find_header(header: &Path, compilation: &Compilation, target: Target) -> Result<PathBuf> {
    if header.is_dir() {
        bail!("{} is a folder; name a header in it", header.display());
    }
    if header.is_file() {
        return Ok(header.to_owned());
    }
    let system = system_folders(target, compilation.is_cpp).into_iter().map(PathBuf::from);
    let found = compilation.include_folders.iter().cloned().chain(system).map(|folder| folder.join(header));
    found.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        anyhow!("there is no file {}, and the compiler for {target} finds no header of that name", header.display())
    })
}

/// Returns the folders of the target's own headers: those that its C compiler lists, with clang's own instead of GCC's.
fn system_folders(target: Target, is_cpp: bool) -> Vec<String> {
    let mut command = match target {
        Target::I686WindowsGnu => clean("i686-w64-mingw32-gcc"),
        Target::I686Linux => {
            let mut command = clean("cc");
            command.arg("-m32");
            command
        }
        // clang finds Visual Studio's by itself.
        _ => return Vec::new(),
    };
    // With `-v`, GCC lists the folders on stderr, and fails for nothing else.
    let null = if cfg!(windows) { "NUL" } else { "/dev/null" };
    let output = command
        .args(["-E", "-v", if is_cpp { "-xc++" } else { "-xc" }, null])
        .stdin(std::process::Stdio::null())
        .output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).unwrap_or_default();
    let lines = text.lines().skip_while(|line| !line.starts_with("#include <")).skip(1);
    let all: Vec<String> = lines.take_while(|line| line.starts_with(' ')).map(|line| line.trim().to_owned()).collect();
    let of_gcc = |folder: &str| folder.contains("/lib/gcc/") && !folder.contains("/../");
    let of_clang = clang_folder();
    let rest = all.into_iter().filter(|folder| of_clang.is_none() || !of_gcc(folder));
    // Debian's packages with headers that differ between architectures are mostly installed for the 64-bit one only.
    let of_64_bits = (target == Target::I686Linux).then(|| "/usr/include/x86_64-linux-gnu".to_owned());
    let of_64_bits = of_64_bits.filter(|folder| Path::new(folder).is_dir());
    of_clang.clone().into_iter().chain(rest).chain(of_64_bits).collect()
}

/// Returns the folder of clang's own headers, such as `stddef.h`; `None` if this libclang comes without them.
fn clang_folder() -> Option<String> {
    let library = clang_sys::get_library()?.path().canonicalize().ok()?;
    let roots = library.ancestors().skip(1).take(2).map(|folder| folder.join("lib/clang")).chain(
        // Windows has the library next to the programs.
        library.parent().map(|folder| folder.join("clang")),
    );
    let versions = roots.filter_map(|root| std::fs::read_dir(root).ok()).flatten().flatten();
    let mut folders: Vec<_> = versions.map(|version| version.path().join("include")).collect();
    // Debian keeps the library in another folder than the rest of its version.
    let version = clang::get_version();
    let version = version.split("version ").nth(1).unwrap_or_default();
    let number: String = version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let major = number.split('.').next().unwrap_or_default();
    for name in [number.as_str(), major] {
        folders.push(format!("/usr/lib/clang/{name}/include").into());
        folders.push(format!("/usr/lib/llvm-{major}/lib/clang/{name}/include").into());
    }
    folders.into_iter().find(|folder| folder.join("stddef.h").is_file()).map(|folder| folder.display().to_string())
}
