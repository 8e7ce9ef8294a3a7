//! The 32-bit server.

bridge32::server_main!(bridge32_benches::MeasuredLibrary);
