//! What will go wrong with a library, or needs care, each with its remedy.

use serde::Serialize;

use crate::doctor::dependencies::{Dependency, FoundAssembly, Place};
use crate::doctor::image::{Assembly, Format, Image, Trait};
use crate::doctor::runtimes;
use crate::package_manager::PackageManager;

/// Something that the user should know.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Advice {
    pub(crate) level: Level,
    pub(crate) problem: String,
    pub(crate) remedy: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// The library cannot be called on this machine.
    Error,
    /// It may fail.
    Warning,
    /// It needs something special in the trait.
    Note,
}

impl Advice {
    pub(crate) fn error(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Error, problem: problem.into(), remedy: remedy.into() }
    }

    fn warning(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Warning, problem: problem.into(), remedy: remedy.into() }
    }

    fn note(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Note, problem: problem.into(), remedy: remedy.into() }
    }
}

/// The machine on which a library is to be called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings {
    pub(crate) is_windows: bool,
    pub(crate) has_wine: bool,
    pub(crate) manager: PackageManager,
}

/// Lists what will go wrong, the worst first.
pub(crate) fn advise(
    image: &Image,
    dependencies: &[Dependency],
    assemblies: &[FoundAssembly],
    surroundings: Surroundings,
) -> Vec<Advice> {
    let mut advice = Vec::new();
    about_the_file(image, surroundings, &mut advice);
    advice.extend(dependencies.iter().flat_map(|dependency| about_a_dependency(dependency, image, surroundings)));
    advice.extend(assemblies.iter().filter(|assembly| !assembly.is_found).map(about_an_assembly));
    about_the_exports(image, &mut advice);
    advice.sort_by_key(|advice| advice.level);
    advice
}

fn about_the_file(image: &Image, surroundings: Surroundings, advice: &mut Vec<Advice>) {
    if image.is_program {
        advice.push(Advice::error(
            "it is a program, which cannot be loaded into another one",
            "name a library, or start the program and talk to it",
        ));
    }
    match (image.processor.as_str(), image.bits) {
        // An assembly for either width has a header for 32 bits.
        ("x86", 32) if image.dotnet.as_ref().is_none_or(|assembly| !assembly.is_any_cpu) => {}
        ("x86", 32) => advice.push(Advice::note(
            "it runs in processes of either width, so a 64-bit program of .NET can use it directly",
            "use bridge32 only if it needs 32-bit libraries itself, or if your program is in Rust",
        )),
        ("x86_64", 64) => advice.push(Advice::error(
            "it is 64-bit, and a 32-bit server cannot load it",
            "call it directly: a 64-bit program needs no bridge for it",
        )),
        (processor, bits) => advice.push(Advice::error(
            format!("it is for another processor ({processor}, {bits}-bit)"),
            "get the library for 32-bit x86 (also called i386, i686 or Win32)",
        )),
    }
    match image.format {
        Format::Elf if surroundings.is_windows => advice.push(Advice::error(
            "it is for Linux, and this is Windows",
            "get the vendor's DLL, or run your program in WSL",
        )),
        Format::Pe if !surroundings.is_windows && !surroundings.has_wine && image.bits == 32 => {
            advice.push(Advice::error(
                "it is for Windows, and Wine is not installed",
                "cargo bridge32 setup --target i686-pc-windows-gnu --wine",
            ))
        }
        _ => {}
    }
    // If the file ends early, what was at its end cannot be read either.
    let ends_early = image.damaged.iter().find(|part| part.starts_with("the file"));
    let damaged = ends_early.map_or(image.damaged.as_slice(), std::slice::from_ref);
    for part in damaged {
        let problem = match ends_early {
            Some(_) => part.clone(),
            None => format!("{part} cannot be read: the file is damaged, or a packer has changed it"),
        };
        advice.push(Advice::error(problem, "copy or download it again, and compare the sizes"));
    }
    if let Some(assembly) = &image.dotnet {
        about_the_assembly(assembly, surroundings, advice);
    }
    if let Some(packer) = image.packer {
        advice.push(about_a_packer(packer));
    } else if let Some(section) = image.sections.iter().find(|section| section.is_unusual()) {
        advice.push(Advice::warning(
            format!(
                "its section {} contains code that changes while it runs, as packers and copy protections need it",
                section.name
            ),
            "if a virus scanner or a sandbox stops the server, make an exception for it",
        ));
    }
    advice.extend(image.traits.iter().map(|it| about_a_trait(*it)));
}

fn about_the_assembly(assembly: &Assembly, surroundings: Surroundings, advice: &mut Vec<Advice>) {
    advice.push(Advice::note(
        "it is an assembly of .NET",
        "`cargo bridge32 import FILE` declares its classes, for bridge32's feature `dotnet`; `cargo bridge32 wrap --library FILE` makes a 64-bit library of them",
    ));
    let framework = assembly.framework.as_deref().unwrap_or_default();
    if framework.starts_with(".NETCoreApp") {
        advice.push(Advice::error(
            format!("it is for {framework}, and bridge32 runs the .NET Framework and Mono"),
            "get the vendor's build for .NET Framework or .NET Standard 2.0",
        ));
    } else if assembly.has_native_code && !surroundings.is_windows {
        advice.push(Advice::error("it contains native code (C++/CLI), which only Windows runs", "use it on Windows"));
    } else if assembly.runtime.starts_with("v2") || assembly.runtime.starts_with("v1") {
        advice.push(Advice::note(
            format!("it was built for .NET {}; the .NET Framework 4 and Mono run it", &assembly.runtime[1..]),
            "if it asks for the .NET Framework 3.5, turn on that feature of Windows",
        ));
    }
    if !surroundings.is_windows {
        advice.push(Advice::note(
            "on Linux it runs in a Linux server with Mono; Wine has no .NET",
            "cargo bridge32 setup --target i686-unknown-linux-gnu --with dotnet",
        ));
    }
}

fn about_a_packer(packer: &str) -> Advice {
    let remedy = match packer {
        "UPX" => "it usually works; if not, unpack it (`upx -d FILE`)",
        "VMProtect" | "Themida" | "WinLicense" | "Enigma Protector" | "StarForce" | "ASProtect" => {
            "try `--check` of the server; if the protection refuses to run in it or under Wine, ask the vendor"
        }
        _ => "it usually works; if a virus scanner stops the server, make an exception for it",
    };
    Advice::warning(
        format!("it was packed by {packer}: the file shows only a part of the libraries that it needs"),
        remedy,
    )
}

fn about_a_trait(it: Trait) -> Advice {
    match it {
        Trait::FixedAddress => Advice::warning(
            "it has no relocations, so it loads only at its own address",
            "if loading fails, the address is taken; ask the vendor for a build with relocations",
        ),
        Trait::ExecutableStack => Advice::warning(
            "it asks for an executable stack, which hardened systems and glibc 2.41 refuse",
            "clear the mark with `patchelf --clear-execstack FILE`, unless the library really runs code on its stack",
        ),
        Trait::TextRelocations => Advice::note(
            "its code is changed when it is loaded (it was not compiled with -fPIC)",
            "SELinux may refuse that; then allow it with `chcon -t textrel_shlib_t FILE`",
        ),
        Trait::StaticTls => Advice::note(
            "its thread-local variables need space that is reserved when a process starts",
            "if loading fails with `static TLS block`, set GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096 with `Builder::env`",
        ),
        Trait::NotForDlopen => Advice::error(
            "it says that it must not be loaded at run time (DF_1_NOOPEN)",
            "ask the vendor for a build that is linked without `-z nodlopen`",
        ),
        Trait::ManifestOfProgram => Advice::warning(
            "its manifest has number 1, a program's, and Windows ignores it in a library",
            "give it number 2: `mt -manifest FILE.manifest -outputresource:FILE;2`",
        ),
    }
}

fn about_a_dependency(dependency: &Dependency, image: &Image, surroundings: Surroundings) -> Vec<Advice> {
    let Dependency { name, needed_by, is_delayed, place, .. } = dependency;
    let for_whom = needed_by.as_ref().map(|library| format!(", which {library} needs")).unwrap_or_default();
    let known = runtimes::origin(name).filter(|_| image.format == Format::Pe);
    let what = known.map(|origin| format!(" ({})", origin.what)).unwrap_or_default();
    let mut advice = Vec::new();
    let at_start = if *is_delayed { Advice::warning } else { Advice::error };
    let remedy = || match (known, image.format) {
        (Some(origin), _) => origin.remedy.replace("NAME", name),
        (None, Format::Elf) => runtimes::linux_remedy(name, image.bits, surroundings.manager),
        (None, Format::Pe) => "copy it from the vendor's installation, next to the library".to_owned(),
    };
    match place {
        Place::Missing => advice.push(at_start(format!("{name}{what} is missing{for_whom}"), remedy())),
        Place::WrongWidth { path } => advice.push(at_start(
            format!("{name}{what} is here only in another width, as {}{for_whom}", path.display()),
            remedy(),
        )),
        Place::Beside { .. } | Place::System { .. } | Place::Windows => {}
    }
    if let Some(first) = dependency.missing_functions.first() {
        let others = match dependency.missing_functions.len() - 1 {
            0 => String::new(),
            others => format!(" and {others} others"),
        };
        advice.push(at_start(
            format!("{name} does not have the function {first}{others}{for_whom}: it is of another version"),
            "take both libraries from the same installation".to_owned(),
        ));
    }
    if let Some(newest) = dependency.missing_versions.last() {
        advice.push(Advice::error(
            format!("{name} is too old here: {newest} is needed{for_whom}"),
            "use a newer release of the distribution, or ask the vendor for a build for this one",
        ));
    }
    advice
}

fn about_an_assembly(missing: &FoundAssembly) -> Advice {
    let name = &missing.assembly.name;
    match runtimes::of_assembly(name) {
        Some(origin) => Advice::error(
            format!("the side-by-side assembly {name} {} ({}) is missing", missing.assembly.version, origin.what),
            origin.remedy,
        ),
        None => Advice::error(
            format!("the side-by-side assembly {name} {} is missing", missing.assembly.version),
            "copy its folder, or its .manifest and .dll, next to the library",
        ),
    }
}

fn about_the_exports(image: &Image, advice: &mut Vec<Advice>) {
    if image.is_program || image.dotnet.is_some() {
        return;
    }
    let count = |test: fn(&&crate::doctor::image::ExportedSymbol) -> bool| image.exports.iter().filter(test).count();
    if image.exports.is_empty() && !image.damaged.iter().any(|part| part == "its exports" || part == "its symbols") {
        advice.push(Advice::warning(
            "it exports nothing, so there is nothing to call",
            "name the library that the program calls",
        ));
    }
    if image.is_com_server {
        advice.push(Advice::note(
            "it creates COM objects: most of what it does is in their interfaces, not in its exports",
            "declare `apartment = \"sta\"`, and the interfaces' functions with `#[vtable(…)]`",
        ));
    }
    let by_number = count(|export| export.name.is_none());
    if by_number > 0 {
        advice.push(Advice::note(
            format!("{by_number} of its exports have only a number"),
            "declare them with `#[ordinal(…)]`",
        ));
    }
    for compiler in ["Visual C++", "GCC or Clang", "Delphi or C++Builder"] {
        let exports = image.exports.iter().filter(|export| export.mangled_by == Some(compiler));
        let exports = exports.count();
        if exports > 0 {
            advice.push(Advice::note(
                format!("{exports} of its exports have names of C++ or Pascal, by {compiler}"),
                "declare them with `#[symbol(\"…\")]` and the whole name; member functions take `this` first (`#[abi(\"thiscall\")]`)",
            ));
        }
    }
    let registers = count(|export| export.convention == Some("register"));
    if registers > 0 {
        advice.push(Advice::warning(
            format!("{registers} of its exports have Delphi's convention `register`, which bridge32 cannot call"),
            "use the exports with `stdcall` or `cdecl`; most libraries have them for other languages",
        ));
    }
}
