//! The server of the C library.

bridge32::server_main!(bridge32_tests::system::CLibraryLibrary);
