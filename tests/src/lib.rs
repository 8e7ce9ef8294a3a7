//! The interfaces that the end-to-end tests call, and helpers of the tests.

pub mod arrays;
pub mod callbacks;
pub mod conventions;
pub mod conversation;
pub mod counting;
pub mod devices;
pub mod endings;
pub mod extremes;
pub mod faults;
pub mod floats;
pub mod interfaces;
pub mod lengths;
pub mod listening;
pub mod messages;
pub mod pair;
pub mod processes;
pub mod record;
pub mod resources;
pub mod skip;
pub mod soak;
pub mod surroundings;
pub mod symbols;
pub mod system;
pub mod threads;
pub mod vocabulary;
pub mod watchdog;
