//! A server that counts its allocations.

#[global_allocator]
static ALLOCATOR: bridge32_tests::counting::Counting = bridge32_tests::counting::Counting;

bridge32::server_main!(bridge32_tests::counting::CountedLibrary);
