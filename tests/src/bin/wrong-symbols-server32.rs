//! The server of an interface that declares the symbols library wrongly.

bridge32::server_main!(bridge32_tests::symbols::WrongSymbolsLibrary);
