//! The 32-bit server.

bridge32::server_main!(instrument::InstrumentLibrary);
