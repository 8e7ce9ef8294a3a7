//! The server of the vocabulary library.

bridge32::server_main!(bridge32_tests::vocabulary::VocabularyLibrary);
