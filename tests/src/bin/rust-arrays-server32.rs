//! The server of the Rust implementation that takes arrays as slices.

bridge32::server_main!(bridge32_tests::arrays::RustArrays);
