//! What `cargo bridge32 build` adds to a server's program for Windows.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::fs;

use bridge32_tests::interfaces::FixtureClient;
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::processes::copy_program;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;
use object::LittleEndian as LE;
use object::pe::{IMAGE_DLLCHARACTERISTICS_NX_COMPAT, ImageNtHeaders32, RT_MANIFEST};
use object::read::pe::{PeFile, ResourceDirectoryEntryData, ResourceNameOrId};

#[test]
fn a_server_for_windows_has_a_manifest_and_a_stack_as_on_linux() {
    skip_on!(Pair::Linux, "only programs for Windows have a manifest");
    let _watchdog = Watchdog::new("manifest");
    let program = fs::read(pair::server("fixture")).unwrap();
    let file = PeFile::<ImageNtHeaders32>::parse(&*program).unwrap();
    let header = &file.nt_headers().optional_header;
    assert_eq!(header.size_of_stack_reserve.get(LE), 8 << 20);
    assert!(header.dll_characteristics.get(LE).contains(IMAGE_DLLCHARACTERISTICS_NX_COMPAT));
    assert!(manifest(&file, &program).contains(r#"<requestedExecutionLevel level="asInvoker" uiAccess="false"/>"#));
}

/// Most machines do not have the 32-bit libraries of compilers, and those of Visual C++ would have to be installed.
#[test]
fn a_server_for_windows_needs_no_library_of_a_compiler() {
    skip_on!(Pair::Linux, "a server for Linux uses libraries of the system");
    let _watchdog = Watchdog::new("imports");
    let program = fs::read(pair::server("fixture")).unwrap();
    let file = PeFile::<ImageNtHeaders32>::parse(&*program).unwrap();
    let table = file.import_table().unwrap().unwrap();
    let mut imports = table.descriptors().unwrap();
    let mut names = Vec::new();
    while let Some(import) = imports.next().unwrap() {
        names.push(String::from_utf8_lossy(table.name(import.name.get(LE)).unwrap()).to_ascii_lowercase());
    }
    assert!(names.contains(&"kernel32.dll".to_owned()), "{names:?}");
    let of_compilers = ["vcruntime", "msvcp", "msvcr1", "ucrtbased", "libgcc", "libstdc++", "libwinpthread"];
    names.retain(|name| of_compilers.iter().any(|start| name.starts_with(start)));
    assert_eq!(names, [""; 0]);
}

/// Returns the manifest in a program.
fn manifest(file: &PeFile<'_, ImageNtHeaders32>, program: &[u8]) -> String {
    let sections = file.section_table();
    let resources = file.data_directories().resource_directory(program, &sections).unwrap().unwrap();
    let kinds = resources.root().unwrap();
    let kind = kinds.entries.iter().find(|entry| matches!(entry.name_or_id(), ResourceNameOrId::Id(RT_MANIFEST)));
    let mut data = kind.unwrap().data(resources).unwrap();
    while let ResourceDirectoryEntryData::Table(table) = data {
        data = table.entries[0].data(resources).unwrap();
    }
    let entry = data.data().unwrap();
    let bytes = sections.pe_data_at(program, entry.offset_to_data.get(LE)).unwrap();
    String::from_utf8(bytes[..entry.size.get(LE) as usize].to_vec()).unwrap()
}

/// Without a manifest, Windows would take this program for one that installs others, and refuse to start it with error 740. Wine
/// does not.
#[test]
fn a_server_with_setup_in_its_name_starts() {
    skip_on!(Pair::Linux, "only Windows looks at the name");
    let _watchdog = Watchdog::new("setup");
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("device-setup-server32.exe");
    copy_program(&pair::server("fixture"), &program).unwrap();
    let client = FixtureClient::builder().server(&program).library(pair::library("fixture")).launch().unwrap();
    assert_eq!(client.echo_i32(7).unwrap(), 7);
}
