//! The server of an interface whose assembly cannot be loaded.

bridge32::server_main!(bridge32_tests::interfaces::AssemblyLibrary);
