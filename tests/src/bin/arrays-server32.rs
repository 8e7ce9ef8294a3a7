//! The server of arrays, which are the library's.

bridge32::server_main!(bridge32_tests::arrays::ArraysLibrary);
