//! The server of the library with functions of every calling convention.

bridge32::server_main!(bridge32_tests::conventions::ConventionsLibrary);
