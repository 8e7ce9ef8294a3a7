//! The 32-bit server of this example.

bridge32::server_main!(drop_in::MeterLibrary);
