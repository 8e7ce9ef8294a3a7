//! Plots one table as SVG: a bar for each case, with a logarithmic scale.

use std::fmt::Write as _;

use crate::format::duration;
use crate::tables::MeasuredTable;

const WIDTH: f64 = 760.0;
const ROW: f64 = 34.0;
const TOP: f64 = 46.0;
/// The left end of the bars.
const LEFT: f64 = 250.0;
/// Room for the figure after the longest bar.
const RIGHT: f64 = 80.0;

/// Draws the bars, the shortest first; those of this project have a color of their own.
pub(crate) fn bars(table: &MeasuredTable) -> String {
    let mut rows: Vec<_> = table.rows.iter().collect();
    rows.sort_by(|a, b| a.median.total_cmp(&b.median));
    let decades = |time: f64| time.max(1.0).log10();
    let longest = rows.last().map_or(1.0, |timing| decades(timing.median));
    let height = TOP + ROW * rows.len() as f64 + 10.0;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="14">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="12" y="26" font-size="16">{}: time of one call, logarithmic</text>
"##,
        table.title.replace('`', "")
    );
    for (row, timing) in rows.iter().enumerate() {
        let y = TOP + ROW * row as f64;
        let length = (decades(timing.median) / longest * (WIDTH - LEFT - RIGHT)).max(2.0);
        let color = if timing.name.starts_with("bridge32") { "#c2410c" } else { "#94a3b8" };
        let middle = y + ROW / 2.0 + 1.0;
        let label = duration(timing.median);
        // Writing to a string does not fail.
        let _ = writeln!(
            svg,
            r##"<text x="{:.0}" y="{middle:.0}" text-anchor="end">{}</text>
<rect x="{LEFT:.0}" y="{:.0}" width="{length:.0}" height="{:.0}" fill="{color}"/>
<text x="{:.0}" y="{middle:.0}">{label}</text>"##,
            LEFT - 10.0,
            timing.name,
            y + 3.0,
            ROW - 10.0,
            LEFT + length + 8.0,
        );
    }
    svg + "</svg>\n"
}
