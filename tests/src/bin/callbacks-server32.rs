//! The server of the library with callbacks.

bridge32::server_main!(bridge32_tests::callbacks::CallbacksLibrary);
