//! The server of a library that needs an apartment of one thread.

bridge32::server_main!(bridge32_tests::messages::StaLibrary);
