//! The server of arrays, which are slices.

bridge32::server_main!(bridge32_tests::arrays::RustArrays);
