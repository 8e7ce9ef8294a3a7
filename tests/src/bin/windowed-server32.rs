//! The server of a library with a window whose messages are not dispatched.

bridge32::server_main!(bridge32_tests::messages::WindowedLibrary);
