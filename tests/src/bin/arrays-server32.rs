//! The server of the native library that takes arrays.

bridge32::server_main!(bridge32_tests::arrays::ArraysLibrary);
