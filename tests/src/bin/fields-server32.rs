//! A server of the library whose structs have more than numbers in them.

bridge32::server_main!(bridge32_tests::fields::FieldsLibrary);
