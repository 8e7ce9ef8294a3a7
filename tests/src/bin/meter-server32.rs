//! A server that is one version behind.

bridge32::server_main!(bridge32_tests::interfaces::old::OldMeter);
