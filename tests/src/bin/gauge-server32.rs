//! A server whose interface is one version older than the client's.

bridge32::server_main!(bridge32_tests::interfaces::old::OldGauge);
