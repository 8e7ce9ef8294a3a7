//! The plot of one group, as SVG: a bar for each case, its length by the logarithm.

use std::fmt::Write as _;

use crate::report::{Group, duration};

const WIDTH: f64 = 760.0;
const ROW: f64 = 34.0;
const TOP: f64 = 46.0;
/// Where the bars begin.
const LEFT: f64 = 250.0;
/// Room for the figure behind the longest.
const RIGHT: f64 = 80.0;

/// Bars, the shortest first; those of this project stand out.
pub(crate) fn bars(group: &Group) -> String {
    let mut times: Vec<_> = group.times.iter().collect();
    times.sort_by(|a, b| a.median.total_cmp(&b.median));
    let decades = |time: f64| time.max(1.0).log10();
    let longest = times.last().map_or(1.0, |time| decades(time.median));
    let height = TOP + ROW * times.len() as f64 + 10.0;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="14">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="12" y="26" font-size="16">{}: time of one call, logarithmic</text>
"##,
        group.title.replace('`', "")
    );
    for (row, time) in times.iter().enumerate() {
        let y = TOP + ROW * row as f64;
        let length = (decades(time.median) / longest * (WIDTH - LEFT - RIGHT)).max(2.0);
        let color = if time.name.starts_with("bridge32") { "#c2410c" } else { "#94a3b8" };
        let middle = y + ROW / 2.0 + 1.0;
        let label = duration(time.median);
        // Writing to a string does not fail.
        let _ = writeln!(
            svg,
            r##"<text x="{:.0}" y="{middle:.0}" text-anchor="end">{}</text>
<rect x="{LEFT:.0}" y="{:.0}" width="{length:.0}" height="{:.0}" fill="{color}"/>
<text x="{:.0}" y="{middle:.0}">{label}</text>"##,
            LEFT - 10.0,
            time.name,
            y + 3.0,
            ROW - 10.0,
            LEFT + length + 8.0,
        );
    }
    svg + "</svg>\n"
}
