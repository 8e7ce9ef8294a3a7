//! Mono, through its embedding interface. Source: <https://www.mono-project.com/docs/advanced/embedding/>.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr::null_mut;

#[cfg(unix)]
use libloading::os::unix::Library;
#[cfg(windows)]
use libloading::os::windows::Library;

use super::shim::{CLASS, SHIM, START, ShimEntry, entry};
use crate::library::system_error;

/// The names of Mono's library: that with the newer garbage collector, with its version and without, first.
const LIBRARIES: &[&str] = if cfg!(windows) {
    &["mono-2.0-sgen.dll", "mono-2.0.dll"]
} else if cfg!(target_vendor = "apple") {
    &["libmonosgen-2.0.1.dylib", "libmono-2.0.1.dylib"]
} else {
    &["libmonosgen-2.0.so.1", "libmonosgen-2.0.so", "libmono-2.0.so.1"]
};

/// The version of .NET's class library that is asked for: that of every .NET Framework since 4.0.
const VERSION: &CStr = c"v4.0.30319";

/// Loads and starts Mono, and the shim in it.
pub(super) fn start() -> Result<ShimEntry, String> {
    let mut tried = Vec::new();
    for file in LIBRARIES.iter().map(PathBuf::from).chain(installed()) {
        // SAFETY: Mono's library may initialise itself.
        match unsafe { Library::open_at(&file) } {
            Ok(library) => {
                return Mono { library }.start(&file).map_err(|error| format!("{}: {error}", file.display()));
            }
            Err(error) => tried.push(format!("{} ({})", file.display(), system_error(error))),
        }
    }
    Err(format!("Mono: {}", tried.join(", ")))
}

/// Where Mono's installer for Windows puts its library, which is in no search path. `ProgramFiles` is the folder for
/// programs of this process's width.
fn installed() -> Option<PathBuf> {
    let programs = std::env::var_os("ProgramFiles").filter(|_| cfg!(windows))?;
    Some(Path::new(&programs).join(r"Mono\bin\mono-2.0-sgen.dll"))
}

/// Opens a library as each system does.
trait OpenAt: Sized {
    /// # Safety
    /// The library's initialisation runs.
    unsafe fn open_at(path: &Path) -> Result<Self, libloading::Error>;
}

impl OpenAt for Library {
    #[cfg(unix)]
    unsafe fn open_at(path: &Path) -> Result<Self, libloading::Error> {
        use libloading::os::unix::{RTLD_LOCAL, RTLD_NOW};
        // SAFETY: guaranteed by the caller: the library's initialisation may run.
        unsafe { Self::open(Some(path), RTLD_NOW | RTLD_LOCAL) }
    }

    #[cfg(windows)]
    unsafe fn open_at(path: &Path) -> Result<Self, libloading::Error> {
        // SAFETY: guaranteed by the caller: the library's initialisation may run.
        unsafe { Self::new(path) }
    }
}

struct Mono {
    library: Library,
}

// Pointers to Mono's opaque types.
type MonoDomain = *mut c_void;
type MonoImage = *mut c_void;
type MonoAssembly = *mut c_void;
type MonoClass = *mut c_void;
type MonoMethod = *mut c_void;
type MonoObject = *mut c_void;

impl Mono {
    /// Looks up a function of Mono's library.
    ///
    /// # Safety
    /// `F` is the type of a pointer to it.
    unsafe fn function<F: Copy>(&self, name: &str) -> Result<F, String> {
        // SAFETY: guaranteed by the caller: `F` is the type of a pointer to it.
        let symbol = unsafe { self.library.get::<F>(name) };
        symbol.map(|symbol| *symbol).map_err(|error| format!("it lacks `{name}` ({})", system_error(error)))
    }

    /// Starts the runtime, loads the shim from memory, and starts that. Mono runs until the process ends, so its library
    /// stays loaded.
    fn start(self, file: &Path) -> Result<ShimEntry, String> {
        if let Some(root) = file.parent().and_then(Path::parent).filter(|_| file.is_absolute()) {
            self.set_dirs(root)?;
        }
        let domain = self.init()?;
        self.set_base(domain)?;
        let image = self.shim()?;
        let address = self.call_start(image)?;
        std::mem::forget(self.library);
        entry(address)
    }

    /// Sets the folder of Mono's class library, which may not be the one that it was built for.
    fn set_dirs(&self, root: &Path) -> Result<(), String> {
        // SAFETY: `void mono_set_dirs(const char *assembly_dir, const char *config_dir)`.
        let set_dirs: unsafe extern "C" fn(*const c_char, *const c_char) = unsafe { self.function("mono_set_dirs") }?;
        let (library, config) = (c_path(&root.join("lib"))?, c_path(&root.join("etc"))?);
        // SAFETY: both are text, which Mono copies.
        unsafe { set_dirs(library.as_ptr(), config.as_ptr()) };
        Ok(())
    }

    fn init(&self) -> Result<MonoDomain, String> {
        // SAFETY: `void mono_set_signal_chaining(mono_bool chain_signals)`.
        let chain: unsafe extern "C" fn(c_int) = unsafe { self.function("mono_set_signal_chaining") }?;
        // SAFETY: `void mono_set_crash_chaining(mono_bool chain_crashes)`.
        let chain_crashes: unsafe extern "C" fn(c_int) = unsafe { self.function("mono_set_crash_chaining") }?;
        // SAFETY: `void mono_config_parse(const char *filename)`; null is the system's configuration.
        let configure: unsafe extern "C" fn(*const c_char) = unsafe { self.function("mono_config_parse") }?;
        // SAFETY: `MonoDomain *mono_jit_init_version(const char *root_domain_name, const char *runtime_version)`.
        let init: unsafe extern "C" fn(*const c_char, *const c_char) -> MonoDomain =
            unsafe { self.function("mono_jit_init_version") }?;
        // A signal that is not of managed code ends the process as it would without Mono, which otherwise asks a debugger
        // and leaves a file.
        // SAFETY: takes a truth value.
        unsafe { chain(1) };
        // SAFETY: as above.
        unsafe { chain_crashes(1) };
        // SAFETY: null is allowed.
        unsafe { configure(std::ptr::null()) };
        // SAFETY: both are text.
        let domain = unsafe { init(c"bridge32".as_ptr(), VERSION.as_ptr()) };
        if domain.is_null() { Err("it does not start".to_owned()) } else { Ok(domain) }
    }

    /// Gives the domain the folder of this program, where assemblies and its configuration are looked for.
    fn set_base(&self, domain: MonoDomain) -> Result<(), String> {
        // SAFETY: `void mono_domain_set_config(MonoDomain *domain, const char *base_dir, const char *config_file_name)`.
        let set_config: unsafe extern "C" fn(MonoDomain, *const c_char, *const c_char) =
            unsafe { self.function("mono_domain_set_config") }?;
        let program = std::env::current_exe().map_err(|error| format!("this program is nowhere ({error})"))?;
        let folder = c_path(program.parent().unwrap_or(&program))?;
        let mut config = program.into_os_string();
        config.push(".config");
        let config = c_path(Path::new(&config))?;
        // SAFETY: the domain is Mono's, and both are text, which Mono copies.
        unsafe { set_config(domain, folder.as_ptr(), config.as_ptr()) };
        Ok(())
    }

    /// Loads the shim.
    fn shim(&self) -> Result<MonoImage, String> {
        // SAFETY: `MonoImage *mono_image_open_from_data(char *data, uint32_t data_len, gboolean need_copy,
        // MonoImageOpenStatus *status)`.
        let open: unsafe extern "C" fn(*const u8, u32, c_int, *mut c_int) -> MonoImage =
            unsafe { self.function("mono_image_open_from_data") }?;
        // SAFETY: `MonoAssembly *mono_assembly_load_from(MonoImage *image, const char *fname, MonoImageOpenStatus *status)`.
        let load: unsafe extern "C" fn(MonoImage, *const c_char, *mut c_int) -> MonoAssembly =
            unsafe { self.function("mono_assembly_load_from") }?;
        let mut status = 0;
        // SAFETY: the pointer and length are those of a slice, which Mono copies.
        #[allow(clippy::cast_possible_truncation, reason = "the size of a small file")]
        let image = unsafe { open(SHIM.as_ptr(), SHIM.len() as u32, 1, &raw mut status) };
        if image.is_null() {
            return Err(format!("it does not open the shim (status {status})"));
        }
        // SAFETY: the image was just opened; the name is text.
        let assembly = unsafe { load(image, c"bridge32-shim".as_ptr(), &raw mut status) };
        if assembly.is_null() { Err(format!("it does not load the shim (status {status})")) } else { Ok(image) }
    }

    /// Calls the shim's start, which returns a boxed number.
    fn call_start(&self, image: MonoImage) -> Result<i64, String> {
        // SAFETY: `MonoClass *mono_class_from_name(MonoImage *image, const char *name_space, const char *name)`.
        let class: unsafe extern "C" fn(MonoImage, *const c_char, *const c_char) -> MonoClass =
            unsafe { self.function("mono_class_from_name") }?;
        // SAFETY: `MonoMethod *mono_class_get_method_from_name(MonoClass *klass, const char *name, int param_count)`.
        let method: unsafe extern "C" fn(MonoClass, *const c_char, c_int) -> MonoMethod =
            unsafe { self.function("mono_class_get_method_from_name") }?;
        // SAFETY: `MonoObject *mono_runtime_invoke(MonoMethod *method, void *obj, void **params, MonoObject **exc)`.
        let invoke: unsafe extern "C" fn(MonoMethod, *mut c_void, *mut *mut c_void, *mut MonoObject) -> MonoObject =
            unsafe { self.function("mono_runtime_invoke") }?;
        // SAFETY: `void *mono_object_unbox(MonoObject *obj)`.
        let unbox: unsafe extern "C" fn(MonoObject) -> *const i64 = unsafe { self.function("mono_object_unbox") }?;
        let (namespace, name, start) = (c_text(CLASS.0)?, c_text(CLASS.1)?, c_text(START)?);
        // SAFETY: the image is the shim's; both are text.
        let class = unsafe { class(image, namespace.as_ptr(), name.as_ptr()) };
        // SAFETY: the class is the shim's; the name is text.
        let method = if class.is_null() { null_mut() } else { unsafe { method(class, start.as_ptr(), 0) } };
        if method.is_null() {
            return Err("it does not find the shim's start".to_owned());
        }
        let mut exception = null_mut();
        // SAFETY: the method is static and takes nothing.
        let boxed = unsafe { invoke(method, null_mut(), null_mut(), &raw mut exception) };
        if boxed.is_null() || !exception.is_null() {
            return Err("the shim's start threw an exception".to_owned());
        }
        // SAFETY: the method returns a `long`, which was boxed.
        let number = unsafe { unbox(boxed) };
        // SAFETY: as above; nothing has run since that could move it.
        Ok(unsafe { number.read_unaligned() })
    }
}

fn c_text(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|_| format!("{text:?} has a NUL in it"))
}

/// A path as Mono takes it, in UTF-8.
fn c_path(path: &Path) -> Result<CString, String> {
    c_text(path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()))?)
}
