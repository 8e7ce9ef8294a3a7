//! The server of the library that changes the processor's floating-point state, with a thread for each connection.

bridge32::server_main!(bridge32_tests::floats::FloatThreadsLibrary);
