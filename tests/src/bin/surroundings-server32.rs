//! The server of the library that reports what it sees of the system around it.

bridge32::server_main!(bridge32_tests::surroundings::SurroundingsLibrary);
