//! The server of a library whose plug-ins see its symbols.

bridge32::server_main!(bridge32_tests::plug_ins::PluggedLibrary);
