//! The server of a library that needs a single-threaded apartment.

bridge32::server_main!(bridge32_tests::messages::StaLibrary);
