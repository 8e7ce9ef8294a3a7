//! The server of the symbols library.

bridge32::server_main!(bridge32_tests::symbols::SymbolsLibrary);
