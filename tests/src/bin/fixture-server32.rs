//! The server of the fixture library.

bridge32::server_main!(bridge32_tests::interfaces::FixtureLibrary);
