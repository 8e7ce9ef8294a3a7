//! The CLR of the installed .NET Framework, through its COM hosting interfaces.
//!
//! An interface is a table of function pointers; `place` has the indices of those that are called. Sources: `metahost.h` and
//! `mscoree.h` of the Windows SDK, and the type library `mscorlib.tlb` of the .NET Framework.

use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};

use libloading::os::windows::Library;
use windows_sys::Win32::Foundation::{SysAllocString, SysFreeString};
use windows_sys::Win32::System::Com::SAFEARRAY;
use windows_sys::Win32::System::Ole::{
    SafeArrayAccessData, SafeArrayCreateVector, SafeArrayDestroy, SafeArrayUnaccessData,
};
use windows_sys::Win32::System::Variant::{VARIANT, VT_I8, VT_UI1, VariantClear};
use windows_sys::core::{BSTR, GUID, HRESULT};

use super::shim::{CLASS, SHIM, START, ShimEntry, entry};
use crate::library::system_error;

const CLSID_CLR_META_HOST: GUID = GUID::from_u128(0x9280188d_0e8e_4867_b30c_7fa83884e8de);
const IID_CLR_META_HOST: GUID = GUID::from_u128(0xd332db9e_b9b3_4125_8207_a14884f53216);
const IID_CLR_RUNTIME_INFO: GUID = GUID::from_u128(0xbd39d1d2_ba2f_486a_89b0_b4b0cb466891);
const CLSID_COR_RUNTIME_HOST: GUID = GUID::from_u128(0xcb2f6723_ab3a_11d2_9c40_00c04fa30a3e);
const IID_COR_RUNTIME_HOST: GUID = GUID::from_u128(0xcb2f6722_ab3a_11d2_9c40_00c04fa30a3e);
const IID_APP_DOMAIN: GUID = GUID::from_u128(0x05f696dc_2b29_3663_ad8b_c4389cf2a713);

/// The indices of functions in the tables of their interfaces. Each table begins with those of `IUnknown`.
mod place {
    /// `IUnknown`.
    pub(super) const QUERY_INTERFACE: usize = 0;
    pub(super) const RELEASE: usize = 2;
    /// `ICLRMetaHost`.
    pub(super) const GET_RUNTIME: usize = 3;
    /// `ICLRRuntimeInfo`.
    pub(super) const GET_INTERFACE: usize = 9;
    pub(super) const BIND_AS_LEGACY_V2_RUNTIME: usize = 13;
    /// `ICorRuntimeHost`.
    pub(super) const START: usize = 10;
    pub(super) const GET_DEFAULT_DOMAIN: usize = 13;
    /// `_AppDomain`: `Load_3`, which takes an assembly's bytes.
    pub(super) const LOAD: usize = 45;
    /// `_Assembly`: `GetType_2`, which takes a name.
    pub(super) const GET_TYPE: usize = 17;
    /// `_Type`: `InvokeMember_3`, which takes no names of parameters and no culture.
    pub(super) const INVOKE_MEMBER: usize = 57;
}

/// `BindingFlags.Static | BindingFlags.Public | BindingFlags.InvokeMethod`.
/// Source: <https://learn.microsoft.com/dotnet/api/system.reflection.bindingflags>.
const STATIC_METHOD: i32 = 8 | 16 | 256;

/// The version of every .NET Framework since 4.0.
const VERSION: &str = "v4.0.30319";

/// Loads and starts the CLR, and the shim in it.
pub(super) fn start() -> Result<ShimEntry, String> {
    try_start().map_err(|error| format!("the .NET Framework: {error}"))
}

fn try_start() -> Result<ShimEntry, String> {
    // SAFETY: the system's library.
    let library = unsafe { Library::new("mscoree.dll") };
    let library = library.map_err(|error| format!("mscoree.dll could not be loaded ({})", system_error(error)))?;
    type Create = unsafe extern "system" fn(*const GUID, *const GUID, *mut *mut c_void) -> HRESULT;
    // SAFETY: `HRESULT CLRCreateInstance(REFCLSID, REFIID, LPVOID *)`.
    let create = unsafe { library.get::<Create>("CLRCreateInstance") };
    let create = *create.map_err(|error| format!("it is older than 4.0 ({})", system_error(error)))?;
    let domain = default_domain(create)?;
    let address = call_start(&load_shim(&domain)?)?;
    // The CLR runs until the process ends, so its library stays loaded.
    std::mem::forget(library);
    entry(address)
}

/// Starts the CLR; the domain is `_AppDomain`.
fn default_domain(
    create: unsafe extern "system" fn(*const GUID, *const GUID, *mut *mut c_void) -> HRESULT,
) -> Result<ComInterface, String> {
    let meta_host = ComInterface::from("CLRCreateInstance", |result| {
        // SAFETY: the constants name a class and its interface.
        unsafe { create(&CLSID_CLR_META_HOST, &IID_CLR_META_HOST, result) }
    })?;
    type GetRuntime = unsafe extern "system" fn(*mut c_void, *const u16, *const GUID, *mut *mut c_void) -> HRESULT;
    // SAFETY: `HRESULT GetRuntime(LPCWSTR, REFIID, LPVOID *)`.
    let get_runtime: GetRuntime = unsafe { meta_host.function(place::GET_RUNTIME) };
    let version: Vec<u16> = VERSION.encode_utf16().chain([0]).collect();
    let runtime = ComInterface::from("ICLRMetaHost::GetRuntime", |result| {
        // SAFETY: the text ends with a zero, and the constant names an interface.
        unsafe { get_runtime(meta_host.pointer(), version.as_ptr(), &IID_CLR_RUNTIME_INFO, result) }
    })?;
    type Bind = unsafe extern "system" fn(*mut c_void) -> HRESULT;
    // SAFETY: `HRESULT BindAsLegacyV2Runtime()`.
    let bind: Bind = unsafe { runtime.function(place::BIND_AS_LEGACY_V2_RUNTIME) };
    // An assembly of .NET 2.0 to 3.5 that contains native code asks for that version otherwise, and is refused. It fails only if
    // something in this process has chosen another version before; then such assemblies alone do not load.
    // Source: <https://learn.microsoft.com/dotnet/framework/unmanaged-api/hosting/iclrruntimeinfo-bindaslegacyv2runtime-method>.
    // SAFETY: takes nothing.
    unsafe { bind(runtime.pointer()) };
    type GetInterface = unsafe extern "system" fn(*mut c_void, *const GUID, *const GUID, *mut *mut c_void) -> HRESULT;
    // SAFETY: `HRESULT GetInterface(REFCLSID, REFIID, LPVOID *)`.
    let get_interface: GetInterface = unsafe { runtime.function(place::GET_INTERFACE) };
    let host = ComInterface::from("ICLRRuntimeInfo::GetInterface", |result| {
        // SAFETY: the constants name a class and its interface.
        unsafe { get_interface(runtime.pointer(), &CLSID_COR_RUNTIME_HOST, &IID_COR_RUNTIME_HOST, result) }
    })?;
    type Start = unsafe extern "system" fn(*mut c_void) -> HRESULT;
    // SAFETY: `HRESULT Start()`.
    let start: Start = unsafe { host.function(place::START) };
    // SAFETY: takes nothing.
    succeeded("ICorRuntimeHost::Start", unsafe { start(host.pointer()) })?;
    type GetDomain = unsafe extern "system" fn(*mut c_void, *mut *mut c_void) -> HRESULT;
    // SAFETY: `HRESULT GetDefaultDomain(IUnknown **)`.
    let get_domain: GetDomain = unsafe { host.function(place::GET_DEFAULT_DOMAIN) };
    let domain = ComInterface::from("ICorRuntimeHost::GetDefaultDomain", |result| {
        // SAFETY: takes nothing else.
        unsafe { get_domain(host.pointer(), result) }
    })?;
    type Query = unsafe extern "system" fn(*mut c_void, *const GUID, *mut *mut c_void) -> HRESULT;
    // SAFETY: `HRESULT QueryInterface(REFIID, void **)`.
    let query: Query = unsafe { domain.function(place::QUERY_INTERFACE) };
    ComInterface::from("the interface _AppDomain", |result| {
        // SAFETY: the constant names an interface.
        unsafe { query(domain.pointer(), &IID_APP_DOMAIN, result) }
    })
}

/// Loads the shim from memory; returns the `_Type` of its class.
fn load_shim(domain: &ComInterface) -> Result<ComInterface, String> {
    let bytes = ByteArray::new(SHIM)?;
    type Load = unsafe extern "system" fn(*mut c_void, *mut SAFEARRAY, *mut *mut c_void) -> HRESULT;
    // SAFETY: `HRESULT Load_3(SAFEARRAY *, _Assembly **)`.
    let load: Load = unsafe { domain.function(place::LOAD) };
    let assembly = ComInterface::from("_AppDomain::Load_3", |result| {
        // SAFETY: the array lives.
        unsafe { load(domain.pointer(), bytes.0, result) }
    })?;
    let name = ComString::new(&format!("{}.{}", CLASS.0, CLASS.1));
    type GetType = unsafe extern "system" fn(*mut c_void, BSTR, *mut *mut c_void) -> HRESULT;
    // SAFETY: `HRESULT GetType_2(BSTR, _Type **)`.
    let get_type: GetType = unsafe { assembly.function(place::GET_TYPE) };
    ComInterface::from("_Assembly::GetType_2", |result| {
        // SAFETY: the text lives.
        unsafe { get_type(assembly.pointer(), name.0, result) }
    })
}

/// Calls the shim's start, which returns a `long`.
fn call_start(shim: &ComInterface) -> Result<i64, String> {
    type InvokeMember = unsafe extern "system" fn(
        this: *mut c_void,
        name: BSTR,
        flags: i32,
        binder: *mut c_void,
        target: VARIANT,
        arguments: *mut SAFEARRAY,
        result: *mut VARIANT,
    ) -> HRESULT;
    // SAFETY: `HRESULT InvokeMember_3(BSTR, BindingFlags, _Binder *, VARIANT, SAFEARRAY *, VARIANT *)`.
    let invoke: InvokeMember = unsafe { shim.function(place::INVOKE_MEMBER) };
    let (name, no_target) = (ComString::new(START), VARIANT::default());
    let mut result = VARIANT::default();
    // SAFETY: the text lives; without a binder, a target and arguments all three are empty.
    let invoked =
        unsafe { invoke(shim.pointer(), name.0, STATIC_METHOD, null_mut(), no_target, null_mut(), &raw mut result) };
    succeeded("_Type::InvokeMember_3", invoked)?;
    // SAFETY: `vt` is valid in every variant.
    let value = unsafe { result.Anonymous.Anonymous };
    if value.vt != VT_I8 {
        // SAFETY: the variant is owned here and initialized.
        unsafe { VariantClear(&raw mut result) };
        return Err(format!("the shim's start returned a variant of type {}", value.vt));
    }
    // SAFETY: `vt` says that the variant holds this.
    Ok(unsafe { value.Anonymous.llVal })
}

/// A COM interface pointer, released when it is dropped.
struct ComInterface(NonNull<c_void>);

impl ComInterface {
    /// The interface that `get` stores.
    fn from(what: &str, get: impl FnOnce(*mut *mut c_void) -> HRESULT) -> Result<Self, String> {
        let mut pointer = null_mut();
        succeeded(what, get(&raw mut pointer))?;
        NonNull::new(pointer).map(Self).ok_or_else(|| format!("{what} stored no interface"))
    }

    fn pointer(&self) -> *mut c_void {
        self.0.as_ptr()
    }

    /// The function at an index of the interface's table.
    ///
    /// # Safety
    /// The table has this index, and `F` is the type of a pointer to the function there.
    unsafe fn function<F: Copy>(&self, place: usize) -> F {
        const { assert!(size_of::<F>() == size_of::<*const c_void>(), "`F` is a function pointer") };
        let this = self.0.cast::<*const *const c_void>();
        // SAFETY: an interface begins with the pointer to its table.
        let table = unsafe { this.read() };
        // SAFETY: guaranteed by the caller: the table has such a place.
        let function = unsafe { table.add(place) };
        // SAFETY: guaranteed by the caller: the function there is of type `F`.
        unsafe { function.cast::<F>().read() }
    }
}

impl Drop for ComInterface {
    fn drop(&mut self) {
        type Release = unsafe extern "system" fn(*mut c_void) -> u32;
        // SAFETY: `ULONG Release()`.
        let release: Release = unsafe { self.function(place::RELEASE) };
        // SAFETY: the interface is ours, and is given back once.
        unsafe { release(self.pointer()) };
    }
}

/// ComString as COM takes it; null without memory for it, which is empty text.
struct ComString(BSTR);

impl ComString {
    fn new(text: &str) -> Self {
        let wide: Vec<u16> = text.encode_utf16().chain([0]).collect();
        // SAFETY: the text ends with a zero.
        Self(unsafe { SysAllocString(wide.as_ptr()) })
    }
}

impl Drop for ComString {
    fn drop(&mut self) {
        // SAFETY: the text is ours.
        unsafe { SysFreeString(self.0) };
    }
}

/// ByteArray as COM takes them.
struct ByteArray(*mut SAFEARRAY);

impl ByteArray {
    fn new(bytes: &[u8]) -> Result<Self, String> {
        let no_memory = || "there is no memory for the shim".to_owned();
        let count = u32::try_from(bytes.len()).map_err(|_| no_memory())?;
        // SAFETY: takes numbers only.
        let array = unsafe { SafeArrayCreateVector(VT_UI1, 0, count) };
        if array.is_null() {
            return Err(no_memory());
        }
        let array = Self(array);
        let mut place = null_mut();
        // SAFETY: the array was just made.
        succeeded("SafeArrayAccessData", unsafe { SafeArrayAccessData(array.0, &raw mut place) })?;
        // SAFETY: the array has room for `bytes.len()` bytes.
        unsafe { bytes.as_ptr().copy_to_nonoverlapping(place.cast(), bytes.len()) };
        // SAFETY: as above.
        succeeded("SafeArrayUnaccessData", unsafe { SafeArrayUnaccessData(array.0) })?;
        Ok(array)
    }
}

impl Drop for ByteArray {
    fn drop(&mut self) {
        // SAFETY: the array is ours.
        unsafe { SafeArrayDestroy(self.0) };
    }
}

/// Whether a call succeeded.
fn succeeded(what: &str, result: HRESULT) -> Result<(), String> {
    match result {
        0.. => Ok(()),
        _ => Err(format!("{what} failed with {result:#010x}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_copied() {
        let bytes = ByteArray::new(SHIM).unwrap();
        let mut place = null_mut();
        // SAFETY: the array lives.
        assert_eq!(unsafe { SafeArrayAccessData(bytes.0, &raw mut place) }, 0);
        // SAFETY: it has as many bytes.
        assert_eq!(unsafe { std::slice::from_raw_parts(place.cast::<u8>(), SHIM.len()) }, SHIM);
        // SAFETY: the array lives.
        assert_eq!(unsafe { SafeArrayUnaccessData(bytes.0) }, 0);
    }
}
