//! The server of the pointers library.

bridge32::server_main!(bridge32_tests::pointers::PointersLibrary);
