//! The server of the library that changes the processor's floating-point state.

bridge32::server_main!(bridge32_tests::floats::FloatsLibrary);
