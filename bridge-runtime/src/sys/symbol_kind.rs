//! What is at the address of an exported symbol. Calling a variable would execute its bytes.

use std::ffi::c_void;

#[cfg(target_os = "linux")]
use super::mappings;

/// What the system knows about the address of a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SymbolKind {
    /// A function.
    #[cfg_attr(not(all(target_os = "linux", target_env = "gnu")), allow(dead_code, reason = "a DLL does not say it"))]
    Function,
    /// A variable, of this many bytes if that is known.
    Variable(Option<usize>),
    /// Either.
    Unknown,
}

/// What the symbol at an address of a loaded library is. An ELF file says it; otherwise what cannot be executed is a variable.
pub(crate) fn symbol_kind(address: *const c_void) -> SymbolKind {
    match declared_kind(address) {
        SymbolKind::Unknown if !is_code(address) => SymbolKind::Variable(None),
        kind => kind,
    }
}

/// The type in the symbol table of the ELF file that the address belongs to.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn declared_kind(address: *const c_void) -> SymbolKind {
    #[cfg(target_pointer_width = "32")]
    use libc::Elf32_Sym as Symbol;
    #[cfg(target_pointer_width = "64")]
    use libc::Elf64_Sym as Symbol;

    // From `dlfcn.h` and `elf.h`, which the crate `libc` has only in part.
    const RTLD_DL_SYMENT: libc::c_int = 1;
    const STT_OBJECT: u8 = 1;
    const STT_FUNC: u8 = 2;
    const STT_GNU_IFUNC: u8 = 10;

    let mut info = libc::Dl_info {
        dli_fname: std::ptr::null(),
        dli_fbase: std::ptr::null_mut(),
        dli_sname: std::ptr::null(),
        dli_saddr: std::ptr::null_mut(),
    };
    let mut symbol: *const Symbol = std::ptr::null();
    let entry = (&raw mut symbol).cast::<*mut c_void>();
    // SAFETY: both results are valid for writes, and the address is only looked up.
    let is_found = unsafe { libc::dladdr1(address, &raw mut info, entry, RTLD_DL_SYMENT) } != 0;
    if !is_found || symbol.is_null() || !std::ptr::eq(info.dli_saddr, address) {
        return SymbolKind::Unknown;
    }
    // SAFETY: the entry is in the symbol table of a loaded library, which stays loaded while its address is asked about.
    let symbol = unsafe { symbol.read_unaligned() };
    match symbol.st_info & 0xf {
        STT_OBJECT => SymbolKind::Variable(usize::try_from(symbol.st_size).ok().filter(|size| *size > 0)),
        STT_FUNC | STT_GNU_IFUNC => SymbolKind::Function,
        _ => SymbolKind::Unknown,
    }
}

/// Only glibc is asked for it. A DLL does not say it.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn declared_kind(_: *const c_void) -> SymbolKind {
    SymbolKind::Unknown
}

/// Whether an address is in a part of a loaded program or library that can be executed.
#[cfg(target_os = "linux")]
pub(crate) fn is_code(address: *const c_void) -> bool {
    use libc::{PF_X, PT_LOAD, c_int, dl_phdr_info, size_t};

    struct Search {
        address: usize,
        is_found: bool,
    }

    unsafe extern "C" fn look(info: *mut dl_phdr_info, _: size_t, search: *mut c_void) -> c_int {
        // SAFETY: `dl_iterate_phdr` passes a valid description for the time of the call.
        let info = unsafe { &*info };
        // SAFETY: this is the `Search` below, which nothing else uses meanwhile.
        let search = unsafe { &mut *search.cast::<Search>() };
        if info.dlpi_phdr.is_null() {
            return 0;
        }
        // SAFETY: the description has that many headers.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
        search.is_found = headers.iter().any(|header| {
            let start = (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize);
            let is_code = header.p_type == PT_LOAD && header.p_flags & PF_X != 0;
            is_code && search.address.wrapping_sub(start) < header.p_memsz as usize
        });
        search.is_found.into()
    }

    let mut search = Search { address: address.addr(), is_found: false };
    // SAFETY: `look` has the required type, and uses the search only during the call.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut search).cast()) };
    search.is_found || is_in_executable_mapping(address.addr())
}

/// Whether an address is in memory that can be executed, as code is that a program generates.
#[cfg(target_os = "linux")]
fn is_in_executable_mapping(address: usize) -> bool {
    // Without the file nothing counts as generated code.
    mappings::parse(&mappings::read()).any(|map| map.is_executable && map.addresses.contains(&address))
}

/// Whether an address is in memory that can be executed now. Exported data is in sections that cannot.
#[cfg(windows)]
pub(crate) fn is_code(address: *const c_void) -> bool {
    use windows_sys::Win32::System::Memory::{
        MEM_COMMIT, MEMORY_BASIC_INFORMATION, PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE,
        PAGE_EXECUTE_WRITECOPY, VirtualQuery,
    };

    let mut info = MEMORY_BASIC_INFORMATION::default();
    // SAFETY: the result is valid for writes of this size, and the address is only looked up.
    let written = unsafe { VirtualQuery(address, &raw mut info, size_of_val(&info)) };
    let executable = PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    written != 0 && info.State == MEM_COMMIT && info.Protect & executable != 0
}

/// Other systems are not asked.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn is_code(_: *const c_void) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    extern "C" fn function() {}

    #[test]
    fn code_can_be_executed_and_data_cannot() {
        static DATA: [u64; 2] = [1, 2];
        let local = 3;
        assert!(is_code(function as *const c_void));
        for data in
            [(&raw const DATA).cast(), (&raw const local).cast(), std::ptr::null(), std::ptr::without_provenance(8)]
        {
            assert!(!is_code(data), "{data:?}");
            assert!(matches!(symbol_kind(data), SymbolKind::Variable(_)), "{data:?}");
        }
        assert!(!matches!(symbol_kind(function as *const c_void), SymbolKind::Variable(_)));
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn an_elf_file_says_what_a_symbol_is() {
        unsafe extern "C" {
            static environ: *const c_void;
        }
        assert_eq!(symbol_kind(libc::qsort as *const c_void), SymbolKind::Function);
        assert_eq!(symbol_kind((&raw const environ).cast()), SymbolKind::Variable(Some(size_of::<usize>())));
    }
}
