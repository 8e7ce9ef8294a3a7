//! The server of a library that several threads may call at once.

bridge32::server_main!(bridge32_tests::threads::MultiLibrary);
