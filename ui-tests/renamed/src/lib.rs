//! A package that knows bridge32 by another name only; see its test.
