//! How deep calls are nested in each other's callbacks.

/// The depth of a call that is not inside another call's callback. A call inside one callback has depth 2, and so on.
pub const OUTERMOST: u32 = 1;

/// The depth of the event connection, which carries callbacks outside any call.
pub const NO_CALL: u32 = 0;
