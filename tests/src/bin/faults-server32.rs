//! The server of the misbehaving library.

bridge32::server_main!(bridge32_tests::faults::FaultsLibrary);
