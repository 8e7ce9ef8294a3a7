//! The server of a library with threads of its own.

bridge32::server_main!(bridge32_tests::endings::EndingsLibrary);
