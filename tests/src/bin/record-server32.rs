//! The server of the library that records its arguments.

bridge32::server_main!(bridge32_tests::record::RecordLibrary);
