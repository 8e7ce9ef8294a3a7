//! The server of a library that one thread calls.

bridge32::server_main!(bridge32_tests::threads::SingleLibrary);
