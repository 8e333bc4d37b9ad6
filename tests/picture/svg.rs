//! The screen of a terminal as SVG: plain text in a monospace font, on a background of its own.

use std::fmt::Write as _;

use vt100::{Cell, Color, Screen};

/// The size of a character, and of what surrounds the text.
const CHARACTER: (f32, u16) = (7.8, 18);
const MARGIN: u16 = 14;
const BAR: u16 = 26;
const GAP: u16 = 10;

const BACKGROUND: &str = "#1c2128";
const TEXT: &str = "#d3dae3";
/// The sixteen colours of a dark terminal.
const PALETTE: [&str; 16] = [
    "#545d68", "#f47067", "#6bc46d", "#daaa3f", "#6cb6ff", "#dcbdfb", "#56d4dd", "#909dab", "#768390", "#ff938a",
    "#8ddb8c", "#eac55f", "#96d0ff", "#eedcff", "#8de6ec", "#ffffff",
];

/// A part of the picture: a caption, and the first rows of a screen.
pub(super) struct Panel {
    caption: &'static str,
    columns: u16,
    rows: Vec<String>,
}

impl Panel {
    pub(super) fn of(screen: &Screen, caption: &'static str) -> Self {
        let (rows, columns) = screen.size();
        let mut rows: Vec<_> = (0..rows.get()).map(|row| drawn_row(screen, row, columns.get())).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        Self { caption, columns: columns.get(), rows }
    }

    /// The text inside, from its first tag to its last, without the place of the panel.
    pub(super) fn body(&self) -> String {
        format!("<svg x=\"{MARGIN}\" y=\"{BAR}\" overflow=\"visible\">\n{}</svg>\n", self.rows.concat())
    }

    fn height(&self) -> u16 {
        BAR + MARGIN + u16::try_from(self.rows.len()).unwrap() * CHARACTER.1
    }

    fn width(&self) -> u16 {
        // As many columns of 7.8 pixels.
        2 * MARGIN + (self.columns * 39).div_ceil(5)
    }
}

/// A picture of these panels, one below the other, with this description for those who do not see it.
pub(super) fn picture(panels: &[Panel], description: &str) -> String {
    let width = panels.iter().map(Panel::width).max().unwrap_or_default();
    let height: u16 = panels.iter().map(|panel| panel.height() + GAP).sum::<u16>() - GAP;
    let font = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{0}\">\n<title>{0}</title>\n\
         <g font-family=\"{font}\" font-size=\"13\" fill=\"{TEXT}\">\n",
        escaped(description)
    );
    let mut top = 0;
    for panel in panels {
        let _ = write!(
            svg,
            "<svg y=\"{top}\" width=\"{width}\" height=\"{height}\">\n\
             <rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{BACKGROUND}\" stroke=\"#444c56\"/>\n\
             <text x=\"{MARGIN}\" y=\"18\" fill=\"#909dab\" font-family=\"sans-serif\">{}</text>\n\
             {}</svg>\n",
            width - 1,
            panel.height() - 1,
            escaped(panel.caption),
            panel.body(),
            height = panel.height(),
        );
        top += panel.height() + GAP;
    }
    svg + "</g>\n</svg>\n"
}

/// What a run of cells has in common.
#[allow(clippy::struct_excessive_bools, reason = "the attributes of a terminal's cell")]
#[derive(Clone, Copy, PartialEq)]
struct Style {
    text: Color,
    ground: Color,
    is_reversed: bool,
    is_bold: bool,
    is_dim: bool,
    is_underlined: bool,
    is_italic: bool,
}

impl Style {
    fn of(cell: &Cell) -> Self {
        Self {
            text: cell.fgcolor(),
            ground: cell.bgcolor(),
            is_reversed: cell.inverse(),
            is_bold: cell.bold(),
            is_dim: cell.dim(),
            is_underlined: cell.underline(),
            is_italic: cell.italic(),
        }
    }

    /// The colour behind the text, if it is not that of the whole screen.
    fn ground(self) -> Option<String> {
        let reversed = || named(self.text).unwrap_or_else(|| TEXT.to_owned());
        if self.is_reversed { Some(reversed()) } else { named(self.ground) }
    }

    fn attributes(self) -> String {
        let reversed = || named(self.ground).unwrap_or_else(|| BACKGROUND.to_owned());
        let colour = if self.is_reversed { Some(reversed()) } else { named(self.text) };
        let colour = colour.map(|colour| format!(" fill=\"{colour}\"")).unwrap_or_default();
        let others = [
            (self.is_bold, " font-weight=\"bold\""),
            (self.is_dim, " opacity=\".65\""),
            (self.is_underlined, " text-decoration=\"underline\""),
            (self.is_italic, " font-style=\"italic\""),
        ];
        others.into_iter().filter(|(is_so, _)| *is_so).fold(colour, |all, (_, attribute)| all + attribute)
    }
}

/// Adjacent cells of one style.
struct Run {
    style: Style,
    start: u16,
    width: u16,
    text: String,
}

/// A row of the screen; empty if nothing is in it.
fn drawn_row(screen: &Screen, row: u16, columns: u16) -> String {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
        let (style, width) = (Style::of(cell), if cell.is_wide() { 2 } else { 1 });
        let text = if cell.has_contents() { cell.contents() } else { " " };
        match runs.last_mut() {
            Some(run) if run.style == style => {
                run.width += width;
                run.text.push_str(text);
            }
            _ => runs.push(Run { style, start: column, width, text: text.to_owned() }),
        }
    }
    runs.iter().map(|run| drawn_run(run, row)).collect()
}

fn drawn_run(run: &Run, row: u16) -> String {
    let mut svg = String::new();
    if let Some(colour) = run.style.ground() {
        let (x, width, (_, height)) = (place(run.start), place(run.width), CHARACTER);
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"{height}\" fill=\"{colour}\"/>",
            row * height
        );
    }
    let before = run.text.len() - run.text.trim_start().len();
    let text = run.text.trim();
    if !text.is_empty() {
        let x = place(run.start + u16::try_from(before).unwrap());
        // The length keeps columns in line, whatever font is there.
        let length = place(run.width - u16::try_from(run.text.len() - text.len()).unwrap());
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{}\" textLength=\"{length:.1}\" xml:space=\"preserve\"{}>{}</text>",
            row * CHARACTER.1 + 13,
            run.style.attributes(),
            escaped(text)
        );
    }
    svg
}

/// Where a column is.
fn place(column: u16) -> f32 {
    f32::from(column) * CHARACTER.0
}

/// A colour of the terminal; `None` for the default one.
fn named(colour: Color) -> Option<String> {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match colour {
        Color::Default => None,
        Color::Idx(index @ 0..16) => Some(PALETTE[usize::from(index)].to_owned()),
        Color::Idx(index @ 16..232) => {
            let index = index - 16;
            Some(format!("#{:02x}{:02x}{:02x}", level(index / 36), level(index / 6 % 6), level(index % 6)))
        }
        Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            Some(format!("#{grey:02x}{grey:02x}{grey:02x}"))
        }
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
