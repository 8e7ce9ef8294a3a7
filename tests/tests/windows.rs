//! What Windows does, and Wine does not or differently: most of these tests are not run under Wine.

#![cfg(windows)]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::path::Path;
use std::process::{Command, Stdio};
use std::ptr::null_mut;

use bridge32_runtime::testing::is_real_windows;
use bridge32_runtime::testing::transport::both_pipe_ends;
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::interfaces::FixtureClient;
use bridge32_tests::listening::Listening;
use bridge32_tests::processes::copy_program;
use bridge32_tests::surroundings::SurroundingsClient;
use bridge32_tests::vocabulary::VocabularyClient;
use bridge32_tests::watchdog::Watchdog;
use bridge32_tests::{pair, skip_unless};
use windows_sys::Win32::Security::{
    GetTokenInformation, RevertToSelf, SecurityAnonymous, SecurityIdentification, TOKEN_QUERY, TokenImpersonationLevel,
};
use windows_sys::Win32::System::ErrorReporting::WER_FAULT_REPORTING_NO_UI;
use windows_sys::Win32::System::LibraryLoader::{BeginUpdateResourceW, EndUpdateResourceW, UpdateResourceW};
use windows_sys::Win32::System::Pipes::ImpersonateNamedPipeClient;
use windows_sys::Win32::System::Threading::{GetCurrentThread, OpenThreadToken};

#[test]
fn a_pipe_s_name_is_taken_once() {
    skip_unless!(is_real_windows(), "Wine 8 ignores the flag for a pipe's first instance");
    let _watchdog = Watchdog::new("first instance");
    let first = Listening::start("fixture");
    let mut second = Command::new(pair::server("fixture"));
    let mut second = second.args(["--listen", &first.name]).stderr(Stdio::piped()).spawn().unwrap();
    // It would listen forever otherwise.
    let mut words = String::new();
    second.stderr.take().unwrap().read_to_string(&mut words).unwrap();
    assert!(words.contains("cannot listen as"), "{words}");
    assert!(!second.wait().unwrap().success());
    let client = FixtureClient::connect(&first.name).unwrap();
    assert_eq!(client.echo_i32(7).unwrap(), 7);
}

#[test]
fn who_serves_a_pipe_cannot_act_as_the_process_that_opens_it() {
    skip_unless!(is_real_windows(), "under Wine, it could");
    let _watchdog = Watchdog::new("identification");
    let [accepted, connected] = both_pipe_ends().unwrap();
    // The system takes the identity of the process whose bytes were read last.
    File::from(connected.try_clone().unwrap()).write_all(b"x").unwrap();
    let accepted = File::from(accepted);
    (&accepted).read_exact(&mut [0]).unwrap();
    // SAFETY: the handle is open.
    let impersonated = unsafe { ImpersonateNamedPipeClient(accepted.as_raw_handle()) };
    assert_ne!(impersonated, 0, "{}", io::Error::last_os_error());
    let level = impersonation_level();
    // SAFETY: takes nothing.
    assert_ne!(unsafe { RevertToSelf() }, 0);
    assert!(level == SecurityIdentification || level == SecurityAnonymous, "{level}");
}

/// What this thread may do as the user that it impersonates.
fn impersonation_level() -> i32 {
    let (mut token, mut level, mut written) = (null_mut(), 0, 0);
    // SAFETY: takes nothing.
    let this_thread = unsafe { GetCurrentThread() };
    // The process itself opens the token, because the thread may not be allowed to.
    // SAFETY: the pseudo handle of this thread is always valid, and so is the pointer.
    let opened = unsafe { OpenThreadToken(this_thread, TOKEN_QUERY, 1, &raw mut token) };
    assert_ne!(opened, 0, "{}", io::Error::last_os_error());
    // SAFETY: the handle was just created and has no other owner.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    let size = size_of_val(&level) as u32;
    // SAFETY: the handle is open, and the pointer is to a value of this kind and size.
    let done = unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenImpersonationLevel,
            (&raw mut level).cast(),
            size,
            &raw mut written,
        )
    };
    assert_ne!(done, 0, "{}", io::Error::last_os_error());
    level
}

#[test]
fn a_server_s_crash_shows_no_dialog_of_the_error_reporting() {
    skip_unless!(is_real_windows(), "Wine has no error reporting");
    let _watchdog = Watchdog::new("error reporting");
    let (flags, _) = FaultsClient::launch().unwrap().settings().unwrap();
    assert_eq!(flags & WER_FAULT_REPORTING_NO_UI, WER_FAULT_REPORTING_NO_UI, "{flags:#x}");
}

#[test]
fn a_server_shows_no_console_window() {
    let _watchdog = Watchdog::new("console window");
    assert!(!FaultsClient::launch().unwrap().settings().unwrap().1);
}

/// A manifest can make UTF-8 the code page of a program.
#[test]
fn text_is_right_where_the_code_page_is_utf_8() {
    const UTF_8: u32 = 65001;
    let _watchdog = Watchdog::new("code page");
    let folder = tempfile::tempdir().unwrap();
    let copy_of = |name: &str| {
        let server = folder.path().join(format!("{name}-server32.exe"));
        copy_program(&pair::server(name), &server).unwrap();
        set_manifest(&server);
        server
    };
    let client = SurroundingsClient::builder().server(copy_of("surroundings"));
    let client = client.library(pair::library("surroundings")).launch().unwrap();
    let code_page = client.code_page().unwrap();
    skip_unless!(code_page == UTF_8, "this system ignores the code page in a manifest");
    let client = VocabularyClient::builder().server(copy_of("vocabulary"));
    let client = client.library(pair::library("vocabulary")).launch().unwrap();
    let text = "Prüfstand \u{4e00}";
    let bytes: Vec<u8> = (0..text.len()).map(|i| client.ansi_byte_at(text, i.try_into().unwrap()).unwrap()).collect();
    assert_eq!(bytes, text.as_bytes());
}

/// Replaces the manifest of a program by one that makes UTF-8 its code page.
fn set_manifest(program: &Path) {
    const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <application>
    <windowsSettings>
      <activeCodePage xmlns="http://schemas.microsoft.com/SMI/2019/WindowsSettings">UTF-8</activeCodePage>
    </windowsSettings>
  </application>
</assembly>
"#;
    // `RT_MANIFEST`, and the name of a program's manifest. Numbers stand where text could.
    let (kind, name) = (24 as *const u16, 1 as *const u16);
    let path: Vec<u16> = program.as_os_str().encode_wide().chain([0]).collect();
    // SAFETY: the path ends with a NUL.
    let update = unsafe { BeginUpdateResourceW(path.as_ptr(), 0) };
    assert!(!update.is_null(), "{}", io::Error::last_os_error());
    let length = MANIFEST.len() as u32;
    // SAFETY: the handle is that of an update, and the data has this length.
    let updated = unsafe { UpdateResourceW(update, kind, name, 0, MANIFEST.as_ptr().cast(), length) };
    assert_ne!(updated, 0, "{}", io::Error::last_os_error());
    // SAFETY: the update is ended once.
    assert_ne!(unsafe { EndUpdateResourceW(update, 0) }, 0, "{}", io::Error::last_os_error());
}
