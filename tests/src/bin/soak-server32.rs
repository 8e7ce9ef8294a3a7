//! The server of the soak test, which counts its heap memory.

#[global_allocator]
static ALLOCATOR: bridge32_tests::counting::Counting = bridge32_tests::counting::Counting;

bridge32::server_main!(bridge32_tests::soak::SoakLibrary);
