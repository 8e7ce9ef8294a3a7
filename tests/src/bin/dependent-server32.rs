//! The server of a library that needs another one.

bridge32::server_main!(bridge32_tests::interfaces::DependentLibrary);
