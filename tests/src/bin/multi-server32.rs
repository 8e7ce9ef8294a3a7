//! The server of a library that several threads call.

bridge32::server_main!(bridge32_tests::threads::MultiLibrary);
