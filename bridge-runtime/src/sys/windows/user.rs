//! This program's user, and objects of the system that only this user may open.

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle};
use std::ptr::null_mut;

use widestring::U16CString;
use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo, SDDL_REVISION_1,
    SE_KERNEL_OBJECT,
};
use windows_sys::Win32::Security::{
    EqualSid, GetTokenInformation, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, SECURITY_ATTRIBUTES,
    TOKEN_ELEVATION_TYPE, TOKEN_QUERY, TOKEN_USER, TokenElevationType, TokenElevationTypeDefault,
    TokenElevationTypeFull, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// Whether this program was elevated: it has more rights than the user's other programs, from which it inherited its environment.
/// Source: <https://learn.microsoft.com/windows/win32/api/winnt/ne-winnt-token_elevation_type>.
pub(crate) fn is_privileged() -> bool {
    // Without an answer, the safe one.
    !super::is_wine() && elevation().is_none_or(|kind| kind == TokenElevationTypeFull)
}

fn elevation() -> Option<TOKEN_ELEVATION_TYPE> {
    let token = process_token().ok()?;
    let (mut kind, mut written) = (TokenElevationTypeDefault, 0);
    let size = size_of_val(&kind) as u32;
    // SAFETY: the handle is open, and the pointer is to a value of this kind and size.
    let done = unsafe {
        GetTokenInformation(token.as_raw_handle(), TokenElevationType, (&raw mut kind).cast(), size, &raw mut written)
    };
    (done != 0).then_some(kind)
}

/// Opens the token of this process, which says whose process it is.
fn process_token() -> io::Result<OwnedHandle> {
    let mut token = null_mut();
    // SAFETY: takes nothing.
    let this_process = unsafe { GetCurrentProcess() };
    // SAFETY: the pseudo handle of this process is always valid, and so is the pointer.
    succeeded(unsafe { OpenProcessToken(this_process, TOKEN_QUERY, &raw mut token) })?;
    // SAFETY: the handle was just created and is owned by nothing else.
    Ok(unsafe { OwnedHandle::from_raw_handle(token) })
}

/// The user of this process.
struct User {
    /// A `TOKEN_USER`, and the SID that it points to.
    information: Vec<u64>,
}

impl User {
    fn current() -> io::Result<Self> {
        // The longest SID takes 68 bytes.
        let mut information = vec![0_u64; 32];
        let size = size_of_val(information.as_slice()) as u32;
        let (token, mut written) = (process_token()?, 0);
        // SAFETY: the handle is open, and the buffer has this size.
        succeeded(unsafe {
            GetTokenInformation(
                token.as_raw_handle(),
                TokenUser,
                information.as_mut_ptr().cast(),
                size,
                &raw mut written,
            )
        })?;
        Ok(Self { information })
    }

    /// The user's SID, which is valid as long as this value.
    fn sid(&self) -> PSID {
        // SAFETY: the system has written this struct to the start of the buffer, which is aligned for it.
        unsafe { (*self.information.as_ptr().cast::<TOKEN_USER>()).User.Sid }
    }

    /// The user's SID as text, such as `S-1-5-21-…`.
    fn sid_text(&self) -> io::Result<String> {
        let mut text = null_mut();
        // SAFETY: both pointers are valid.
        succeeded(unsafe { ConvertSidToStringSidW(self.sid(), &raw mut text) })?;
        let text = Allocated(text.cast());
        // SAFETY: the system has just written text that ends with a NUL.
        Ok(unsafe { U16CString::from_ptr_str(text.0.cast()) }.to_string_lossy())
    }
}

/// Returns the security descriptor, as text, of an object that belongs to this user, to which the user has full access, and nobody
/// else any. It names the user, because the owner of what an elevated administrator creates is otherwise the group of all
/// administrators. "P" excludes inherited entries. Source: <https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format>.
pub(crate) fn private_access() -> io::Result<U16CString> {
    let user = User::current()?.sid_text()?;
    U16CString::from_str(format!("O:{user}D:P(A;;GA;;;{user})")).map_err(io::Error::other)
}

/// Whether an object that this process has opened belongs to this user: another user cannot create one that does.
pub(crate) fn belongs_to_this_user(object: BorrowedHandle<'_>) -> io::Result<bool> {
    let (mut owner, mut descriptor) = (null_mut(), null_mut());
    // SAFETY: the handle is open, and the pointers for information that is not requested may be null.
    let code = unsafe {
        GetSecurityInfo(
            object.as_raw_handle(),
            SE_KERNEL_OBJECT,
            OWNER_SECURITY_INFORMATION,
            &raw mut owner,
            null_mut(),
            null_mut(),
            null_mut(),
            &raw mut descriptor,
        )
    };
    if code != 0 {
        return Err(io::Error::from_raw_os_error(code.cast_signed()));
    }
    // It contains the owner's SID.
    let _descriptor = Allocated(descriptor);
    let user = User::current()?;
    // SAFETY: both SIDs are valid: their memory is freed at the end of this function.
    Ok(!owner.is_null() && unsafe { EqualSid(owner, user.sid()) } != 0)
}

/// The attributes of a new object that only this user may open.
pub(crate) struct PrivateAttributes {
    attributes: SECURITY_ATTRIBUTES,
    _descriptor: Allocated,
}

impl PrivateAttributes {
    /// # Errors
    /// The system's.
    pub(crate) fn new() -> io::Result<Self> {
        let text = private_access()?;
        let mut descriptor: PSECURITY_DESCRIPTOR = null_mut();
        // SAFETY: the text ends with a NUL; the pointer is valid, and the size is not asked for.
        succeeded(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                null_mut(),
            )
        })?;
        let attributes = SECURITY_ATTRIBUTES {
            nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
            lpSecurityDescriptor: descriptor,
            bInheritHandle: 0,
        };
        Ok(Self { attributes, _descriptor: Allocated(descriptor) })
    }

    /// The pointer is valid as long as this value.
    pub(crate) fn as_ptr(&self) -> *const SECURITY_ATTRIBUTES {
        &raw const self.attributes
    }
}

/// Memory that the system has allocated for its caller.
struct Allocated(*mut c_void);

impl Drop for Allocated {
    fn drop(&mut self) {
        // SAFETY: the system has allocated it with `LocalAlloc`, and nothing uses it any more.
        unsafe { LocalFree(self.0) };
    }
}

fn succeeded(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Checks that an object belongs to this user, and that nobody else may open it, as the system reports both.
#[cfg(test)]
pub(crate) fn assert_private(object: BorrowedHandle<'_>) {
    use windows_sys::Win32::Security::Authorization::ConvertSecurityDescriptorToStringSecurityDescriptorW;
    use windows_sys::Win32::Security::DACL_SECURITY_INFORMATION;

    const OWNER_AND_ACCESS: u32 = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    let text_of = |descriptor: PSECURITY_DESCRIPTOR| {
        let (revision, mut text) = (SDDL_REVISION_1, null_mut());
        // SAFETY: the descriptor is valid, and so is the pointer; the length is not asked for.
        succeeded(unsafe {
            ConvertSecurityDescriptorToStringSecurityDescriptorW(
                descriptor,
                revision,
                OWNER_AND_ACCESS,
                &raw mut text,
                null_mut(),
            )
        })
        .unwrap();
        let text = Allocated(text.cast());
        // SAFETY: the system has just written text that ends with a NUL.
        unsafe { U16CString::from_ptr_str(text.0.cast()) }.to_string_lossy()
    };

    let mut descriptor = null_mut();
    // SAFETY: the handle is open, and the pointers for information that is not requested may be null.
    let code = unsafe {
        GetSecurityInfo(
            object.as_raw_handle(),
            SE_KERNEL_OBJECT,
            OWNER_AND_ACCESS,
            null_mut(),
            null_mut(),
            null_mut(),
            null_mut(),
            &raw mut descriptor,
        )
    };
    assert_eq!(code, 0, "{}", io::Error::from_raw_os_error(code.cast_signed()));
    let found = text_of(Allocated(descriptor).0);

    // The system abbreviates the SIDs of some users, so the text of this user's is taken from the system, too.
    let private = PrivateAttributes::new().unwrap();
    let private = text_of(private.attributes.lpSecurityDescriptor);
    let (start, user) = private.split_once("(A;;GA;;;").unwrap();
    // "FA" is full access to a file or pipe, and the last one to shared memory.
    let expected = ["GA", "FA", "0x1f01ff", "0xf001f"].map(|rights| format!("{start}(A;;{rights};;;{user}"));
    assert!(expected.contains(&found), "{found}, not {expected:?}");
}
