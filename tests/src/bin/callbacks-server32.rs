//! The server of the library that calls back.

bridge32::server_main!(bridge32_tests::callbacks::CallbacksLibrary);
