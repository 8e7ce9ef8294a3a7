//! A server of the library whose functions return structs in different ways.

bridge32::server_main!(bridge32_tests::structs::GnuStructsLibrary);
