//! The server of a library whose threads share an apartment.

bridge32::server_main!(bridge32_tests::messages::MtaLibrary);
