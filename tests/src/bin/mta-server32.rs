//! The server of a library whose threads are in the multithreaded apartment.

bridge32::server_main!(bridge32_tests::messages::MtaLibrary);
