//! The server of a library with a window that nobody looks after.

bridge32::server_main!(bridge32_tests::messages::WindowedLibrary);
