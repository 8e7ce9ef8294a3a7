//! The server of the library that writes down what it is given.

bridge32::server_main!(bridge32_tests::record::RecordLibrary);
