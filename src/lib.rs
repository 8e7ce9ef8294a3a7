//! Calls 32-bit native libraries from 64-bit programs.
