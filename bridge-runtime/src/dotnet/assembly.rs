//! An assembly with the methods of an interface bound.

use std::cell::Cell;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use super::call::ManagedCall;
use super::host::{Host, Operation};
use super::managed::{Element as _, Managed as _, put_text};
use super::object::Object;
use super::request::Refusal;
use super::value::{Kind, Value};
use crate::error::{LibraryError, MissingMethod};
use crate::fault::Fault;
use crate::interface::{
    Access, Description, Form, LibraryName, ManagedMethod, ManagedParameter, ManagedPassing, Target, csharp,
};
use crate::library::{Image, bits, program_dir};
use crate::native::Scope;

/// A loaded assembly, with the methods of an interface bound.
#[derive(Debug)]
pub struct ManagedLibrary {
    host: &'static Host,
    description: &'static Description,
    path: String,
    /// The shim's number for each method, by the method's number; `None` for one that is missing.
    methods: Box<[Option<i32>]>,
    /// Not `Sync`: the assembly need not be thread-safe.
    _one_thread: PhantomData<Cell<()>>,
}

impl ManagedLibrary {
    /// Loads the assembly of an interface, the file `path` or the one that the interface names, and binds its methods.
    ///
    /// # Errors
    /// [`LibraryError`].
    pub fn load(
        description: &'static Description,
        path: Option<&Path>,
        dirs: &[PathBuf],
    ) -> Result<Self, LibraryError> {
        let (library, missing) = Self::load_partly(description, path, dirs)?;
        match library.missing_methods(missing) {
            None => Ok(library),
            Some(error) => Err(error),
        }
    }

    /// As [`ManagedLibrary::load`], but it may lack methods that are not optional: they are returned as well.
    pub(crate) fn load_partly(
        description: &'static Description,
        path: Option<&Path>,
        dirs: &[PathBuf],
    ) -> Result<(Self, Vec<MissingMethod>), LibraryError> {
        let name = match description.library {
            Some(LibraryName::Assembly(name)) => name,
            _ => description.name,
        };
        let path = find(name, path, dirs)?;
        check_image(&path)?;
        let host = Host::get()?;
        let folders: Vec<_> = dirs.iter().map(|dir| dir.display().to_string()).collect();
        let path = path.display().to_string();
        let assembly = load(host, &path, &folders)?;
        let mut missing = Vec::new();
        let methods = description.methods.iter().map(|method| {
            let Some(Target::Managed(managed)) = &method.target else { return Ok(None) };
            if managed.form == Form::Release {
                return Ok(None);
            }
            match bind(host, assembly, &path, method.name, managed)? {
                Ok(number) => Ok(Some(number)),
                Err(_) if managed.optional => Ok(None),
                Err(found) => {
                    missing.push(found);
                    Ok(None)
                }
            }
        });
        let methods = methods.collect::<Result<_, LibraryError>>()?;
        Ok((Self { host, description, path, methods, _one_thread: PhantomData }, missing))
    }

    /// Begins a call of the managed method that implements `method`.
    ///
    /// # Errors
    /// [`Fault::SymbolMissing`] if the assembly does not have it.
    pub fn call(&self, method: u32) -> Result<ManagedCall<'_>, Fault> {
        let number = self.methods.get(method as usize).copied().flatten();
        let number =
            number.ok_or_else(|| Fault::SymbolMissing { symbol: self.signature(method), similar: Vec::new() })?;
        Ok(ManagedCall::new(self.host, self.description, method, number))
    }

    /// Releases an object, the argument `parameter`. A null pointer of a C program is none.
    ///
    /// # Errors
    /// [`Fault::Argument`] if there is no such object.
    pub fn release<T: super::Class>(&self, parameter: &str, object: &Object<T>) -> Result<(), Fault> {
        let object = object.put(&mut Scope::new());
        if object.kind == Kind::NULL {
            return Ok(());
        }
        // SAFETY: the argument is a number, not an address.
        let released = unsafe { self.host.ask(Operation::Release, 0, &mut [object]) };
        released.map(drop).map_err(|refusal| refusal.into_fault(|_| parameter))
    }

    /// The managed methods of the interface, and whether the assembly has each.
    pub(crate) fn methods(&self) -> impl Iterator<Item = (&'static ManagedMethod, bool)> {
        let methods = self.description.methods.iter().zip(&self.methods);
        methods.filter_map(|(method, number)| match &method.target {
            Some(Target::Managed(managed)) if managed.form != Form::Release => Some((managed, number.is_some())),
            _ => None,
        })
    }

    /// The error for missing methods, if there are any.
    pub(crate) fn missing_methods(&self, missing: Vec<MissingMethod>) -> Option<LibraryError> {
        (!missing.is_empty()).then(|| LibraryError::MissingMethods { path: self.path.clone(), missing })
    }

    /// The assembly's file.
    pub fn path(&self) -> &str {
        &self.path
    }

    fn signature(&self, method: u32) -> String {
        let target = self.description.methods.get(method as usize).and_then(|method| method.target.as_ref());
        target.map(Target::signature).unwrap_or_default()
    }
}

impl Refusal {
    /// The refusal as the reason why an assembly was not loaded.
    fn into_error(self, path: &str) -> LibraryError {
        let path = path.to_owned();
        match self {
            Self::Thrown { class, message, .. } if class == "System.BadImageFormatException" => {
                LibraryError::NotAnAssembly { path, found: format!("refused by .NET ({message})") }
            }
            Self::Thrown { class, message, .. } => LibraryError::Exception { path, class, message },
            refusal => {
                let message = refusal.into_fault(|_| "").to_string();
                LibraryError::Exception { path, class: "bridge32".to_owned(), message }
            }
        }
    }
}

/// The public classes of all assemblies that this process has loaded for interfaces; none before the first.
pub fn class_names() -> Vec<String> {
    let Some(host) = Host::running() else { return Vec::new() };
    // SAFETY: there are no arguments.
    let names = unsafe { host.ask(Operation::Classes, 0, &mut []) };
    names.ok().and_then(|names| Vec::take(&names).ok()).unwrap_or_default()
}

/// The file of an assembly: the one that is named, or else one of the interface's name in the given folders or next to the
/// program.
fn find(name: &str, path: Option<&Path>, dirs: &[PathBuf]) -> Result<PathBuf, LibraryError> {
    let candidates: Vec<_> = match path {
        // A bare name that is not a file here is searched for like the interface's.
        Some(path) if path.components().count() > 1 || path.exists() => vec![path.to_owned()],
        path => {
            let mut file = path.unwrap_or(Path::new(name)).to_owned().into_os_string();
            let is_file = Path::new(&file).extension().is_some_and(|extension| {
                extension.eq_ignore_ascii_case("dll") || extension.eq_ignore_ascii_case("exe")
            });
            // A name may have dots in it, as `Vendor.Driver`.
            file.push(if is_file { "" } else { ".dll" });
            dirs.iter().cloned().chain(program_dir()).map(|dir| dir.join(&file)).collect()
        }
    };
    let found = candidates.iter().find(|path| path.is_file());
    found.and_then(|path| std::path::absolute(path).ok()).ok_or_else(|| LibraryError::NotFound {
        name: path.map_or_else(|| name.to_owned(), |path| path.display().to_string()),
        searched: candidates.iter().map(|path| path.display().to_string()).collect(),
        source: None,
    })
}

/// Refuses a file that is not an assembly by its header, and one for 64-bit processes in a 32-bit one.
fn check_image(path: &Path) -> Result<(), LibraryError> {
    let text = || path.display().to_string();
    match Image::read(path) {
        Ok(Ok(image)) if !image.is_windows() => {
            let found = format!("a {} library for {}", image.architecture(), image.format.system());
            Err(LibraryError::NotAnAssembly { path: text(), found })
        }
        Ok(Ok(image)) if image.is_64 && cfg!(target_pointer_width = "32") => Err(LibraryError::WrongArchitecture {
            path: text(),
            library: image.architecture(),
            process: bits(false, std::env::consts::ARCH),
        }),
        Ok(Ok(_)) => Ok(()),
        Ok(Err(found)) => Err(LibraryError::NotAnAssembly { path: text(), found }),
        Err(error) => Err(LibraryError::load(text(), error)),
    }
}

/// Loads an assembly; returns the shim's number for it.
fn load(host: &'static Host, path: &str, folders: &[String]) -> Result<i32, LibraryError> {
    let mut scope = Scope::new();
    let mut arguments = [put_text(path, &mut scope), String::put_all(folders, &mut scope)];
    // SAFETY: what the arguments point to is kept in the scope.
    let loaded = unsafe { host.ask(Operation::Load, 0, &mut arguments) };
    loaded
        .and_then(|number| i32::take(&number).map_err(Refusal::InvalidReply))
        .map_err(|refusal| refusal.into_error(path))
}

/// Binds a method; returns the shim's number for it.
fn bind(
    host: &'static Host,
    assembly: i32,
    path: &str,
    method: &str,
    managed: &ManagedMethod,
) -> Result<Result<i32, MissingMethod>, LibraryError> {
    let mut scope = Scope::new();
    let parameters: Vec<_> = managed.own_parameters().iter().map(reflected).collect();
    let form = match managed.form {
        Form::Plain | Form::Release => 0,
        Form::OnArgument => 1,
        Form::Constructor => 2,
    };
    let access = match managed.access {
        Access::Call => 0,
        Access::Get => 1,
        Access::Set => 2,
    };
    let mut arguments = [
        put_text(managed.class, &mut scope),
        put_text(managed.name, &mut scope),
        Value::scalar(Kind::INT32, form),
        put_text(&(managed.returns)(), &mut scope),
        String::put_all(&parameters, &mut scope),
        Value::scalar(Kind::INT32, access),
    ];
    // SAFETY: what the arguments point to is kept in the scope.
    let bound = unsafe { host.ask(Operation::Bind, assembly, &mut arguments) };
    match bound.and_then(|number| i32::take(&number).map_err(Refusal::InvalidReply)) {
        Ok(number) => Ok(Ok(number)),
        Err(Refusal::Mismatch(found)) => Ok(Err(missing(method, managed, found))),
        Err(refusal) => Err(refusal.into_error(path)),
    }
}

/// A parameter's type as reflection spells it.
fn reflected(parameter: &ManagedParameter) -> String {
    let by_reference = if parameter.passing == ManagedPassing::Value { "" } else { "&" };
    format!("{}{by_reference}", (parameter.type_name)())
}

/// The error for a method that the shim did not find. `found` begins with what is missing.
fn missing(method: &str, managed: &ManagedMethod, mut found: Vec<String>) -> MissingMethod {
    let what = if found.is_empty() { String::new() } else { found.remove(0) };
    let wanted = match what.as_str() {
        "class" => format!("class {}", managed.class),
        "object" => format!(
            "object to call {} on, which is not static, and whose class cannot be made without arguments; pass one with `#[this]`",
            managed.signature()
        ),
        _ => managed.signature(),
    };
    let found = found.iter().map(|found| csharp(found)).collect();
    MissingMethod { method: method.to_owned(), wanted, found }
}
