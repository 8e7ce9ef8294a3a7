//! A server of the library whose types have other widths in other processes.

bridge32::server_main!(bridge32_tests::types::TypesLibrary);
