//! How figures are printed.

/// Formats nanoseconds in a readable unit.
pub(crate) fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        small if small < 1e3 => format!("{small:.1} ns"),
        small if small < 1e6 => format!("{:.1} µs", small / 1e3),
        large => format!("{:.2} ms", large / 1e6),
    }
}
