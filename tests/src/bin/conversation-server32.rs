//! The server of the conversation.

bridge32::server_main!(bridge32_tests::conversation::ConversationLibrary);
