//! Time against size as a drawing: one line for each way to save a tree, both axes logarithmic.
//!
//! It has two sets of colours and lets the viewer's own setting choose.

use std::fmt::Write;

use serde_json::Value;

use super::table::{p50, text};

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 590.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 372.0;
/// What the drawing covers: 10 MB to 1 GB, and 0.1 ms to 100 s.
const SIZES: [(f64, &str); 3] = [(1e7, "10 MB"), (1e8, "100 MB"), (1e9, "1 GB")];
const TIMES: (f64, f64) = (0.1, 100_000.0);
/// The least distance of two names at the right, in pixels.
const LINE_HEIGHT: f64 = 17.0;

const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1f2328}.grid{stroke:#d1d9e0}\
.faint{fill:#59636e}path{fill:none;stroke:#818b98;stroke-width:1.5}circle{fill:#818b98}\
.ours path{stroke:#0969da;stroke-width:3}.ours circle{fill:#0969da}.ours text{fill:#0969da;font-weight:600}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.grid{stroke:#3d444d}.faint{fill:#9198a1}\
.ours path{stroke:#4493f8}.ours circle{fill:#4493f8}.ours text{fill:#4493f8}}";

/// Draws the rows that have a series and a size.
pub(super) fn draw(rows: &[Value]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\
         <title>Time to save a tree, against its size</title><style>{STYLE}</style>\n"
    );
    let _ = writeln!(
        svg,
        "<text class=\"faint\" x=\"{LEFT}\" y=\"24\">Time to save a tree of files, against its size \
         (both axes logarithmic)</text>"
    );
    grid(&mut svg);
    let series = series(rows);
    for (line, label_y) in series.iter().zip(spread(&series)) {
        draw_line(&mut svg, line, label_y);
    }
    svg + "</svg>\n"
}

/// One way to save a tree: its name, and size and milliseconds of each point.
#[derive(Debug)]
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

impl Line {
    fn last_y(&self) -> f64 {
        self.points.last().map_or(BOTTOM, |(_, time)| y(*time))
    }
}

/// The lines, the one that ends highest first.
fn series(rows: &[Value]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for row in rows {
        let (name, size) = (
            text(row, "series"),
            row.get("bytes").and_then(Value::as_f64),
        );
        let (false, Some(size)) = (name.is_empty(), size) else {
            continue;
        };
        let point = (size, p50(row));
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.points.push(point),
            None => lines.push(Line {
                name: name.to_owned(),
                points: vec![point],
            }),
        }
    }
    for line in &mut lines {
        line.points.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    }
    lines.sort_by(|a, b| a.last_y().total_cmp(&b.last_y()));
    lines
}

/// Where the names stand, so that none covers another.
fn spread(lines: &[Line]) -> Vec<f64> {
    let mut free = f64::NEG_INFINITY;
    let places = lines.iter().map(|line| {
        let place = line.last_y().max(free);
        free = place + LINE_HEIGHT;
        place
    });
    places.collect()
}

fn grid(svg: &mut String) {
    let decades = (TIMES.1 / TIMES.0).log10().round();
    let mut time = TIMES.0;
    for _ in 0..=decades as u32 {
        let (at, label) = (y(time), duration(time));
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"faint\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT - 10.0,
            at + 4.0
        );
        time *= 10.0;
    }
    for (size, label) in SIZES {
        let _ = writeln!(
            svg,
            "<text class=\"faint\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
            x(size),
            BOTTOM + 24.0
        );
    }
}

fn draw_line(svg: &mut String, line: &Line, label_y: f64) {
    let ours = line.name == "box-server";
    let class = if ours { "ours" } else { "peer" };
    let mut path = String::new();
    let mut dots = String::new();
    for (index, (size, time)) in line.points.iter().enumerate() {
        let (at_x, at_y) = (x(*size), y(*time));
        let step = if index == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{step}{at_x:.1} {at_y:.1}");
        let _ = write!(
            dots,
            "<circle cx=\"{at_x:.1}\" cy=\"{at_y:.1}\" r=\"3.5\"/>"
        );
    }
    let last = line.points.last().map_or(0.0, |(_, time)| *time);
    let name = line.name.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        svg,
        "<g class=\"{class}\"><path d=\"{path}\"/>{dots}\
         <text x=\"{:.1}\" y=\"{:.1}\">{name}, {}</text></g>",
        RIGHT + 8.0,
        label_y + 4.0,
        duration(last)
    );
}

/// Rounded: the drawing is for the eye.
fn duration(milliseconds: f64) -> String {
    let (number, unit) = if milliseconds < 1000.0 {
        (milliseconds, "ms")
    } else {
        (milliseconds / 1000.0, "s")
    };
    let digits = usize::from(number < 10.0);
    let number = format!("{number:.digits$}");
    let number = number.strip_suffix(".0").unwrap_or(&number);
    format!("{number} {unit}")
}

fn x(size: f64) -> f64 {
    LEFT + 30.0 + (size / 1e7).log10() / 2.0 * (RIGHT - LEFT - 60.0)
}

fn y(milliseconds: f64) -> f64 {
    let decades = (TIMES.1 / TIMES.0).log10();
    let share = (milliseconds.clamp(TIMES.0, TIMES.1) / TIMES.0).log10() / decades;
    BOTTOM - share * (BOTTOM - TOP)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_end_at_the_same_place_stand_below_each_other() {
        let row = |series: &str, p50: f64| json!({ "series": series, "bytes": 1e9, "p50": p50 });
        let lines = series(&[row("slow", 900.0), row("a & b", 1000.0), row("fast", 1.0)]);
        let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["a & b", "slow", "fast"]);
        let places = spread(&lines);
        assert!(
            places.is_sorted_by(|a, b| b - a >= LINE_HEIGHT),
            "{places:?}"
        );
        assert!(draw(&[row("a & b", 1.0)]).contains("a &amp; b, 1 ms"));
    }
}
