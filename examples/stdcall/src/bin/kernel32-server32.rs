//! The 32-bit server.

bridge32::server_main!(stdcall::Kernel32Library);
