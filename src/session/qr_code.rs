//! The link of a device sign-in as a QR code, for the phone beside a terminal.

use qrcode::{Color, EcLevel, QrCode};

use crate::environment;
use crate::terminal::Terminal;

/// The light modules around the code, in both directions. The standard asks for four; every camera takes two.
const MARGIN: usize = 2;

/// Black on white, whatever the terminal's colours are: a camera reads no code that is white on black. This is no
/// decoration, so `NO_COLOR` does not apply.
const COLORS: &str = "\x1b[38;5;16;48;5;231m";
const PLAIN: &str = "\x1b[0m";

/// The lines of the code, or the line that says why there is none.
pub(super) fn shown(link: &str) -> String {
    let terminal = Terminal::open_to_write().filter(|_| !environment::is_dumb_terminal());
    let drawn = match terminal {
        None => Err("there is no terminal that can show it".to_owned()),
        Some(_) if !environment::is_utf8() => Err("the locale is not UTF-8".to_owned()),
        Some(terminal) => drawn(link, terminal.size()),
    };
    drawn.unwrap_or_else(|why| format!("aws-sso: no QR code is shown: {why}\n"))
}

/// Two rows of modules in each line; `Err` with the reason if a terminal of so many columns and rows has no room.
fn drawn(link: &str, (columns, rows): (usize, usize)) -> Result<String, String> {
    let code = QrCode::with_error_correction_level(link, EcLevel::L).map_err(|_| "the link is too long".to_owned())?;
    let width = code.width();
    let side = width + 2 * MARGIN;
    let lines = side.div_ceil(2);
    if side > columns || lines >= rows {
        return Err(format!("the window has {columns} columns and {rows} lines, it takes {side} and {}", lines + 1));
    }
    let colors = code.to_colors();
    let is_dark = |row: usize, column: usize| {
        let inside = |place: usize| place.checked_sub(MARGIN).filter(|place| *place < width);
        inside(row).zip(inside(column)).is_some_and(|(row, column)| colors[row * width + column] == Color::Dark)
    };
    let drawn_line = |number: usize| {
        let module = |column| match (is_dark(2 * number, column), is_dark(2 * number + 1, column)) {
            (true, true) => '\u{2588}',
            (true, false) => '\u{2580}',
            (false, true) => '\u{2584}',
            (false, false) => ' ',
        };
        let modules: String = (0..side).map(module).collect();
        format!("{COLORS}{modules}{PLAIN}\n")
    };
    Ok((0..lines).map(drawn_line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH";

    #[test]
    fn a_code_has_room_or_says_what_it_takes() {
        let code = drawn(LINK, (80, 24)).unwrap();
        let lines: Vec<_> = code.lines().collect();
        let side = lines[0].chars().filter(|c| *c == ' ').count();
        assert_eq!((side, lines.len()), (37, 19), "{code}");
        assert!(lines.iter().all(|line| line.starts_with(COLORS) && line.ends_with(PLAIN)), "{code}");
        assert!(drawn(LINK, (37, 20)).is_ok());
        for size in [(36, 24), (80, 19)] {
            let why = drawn(LINK, size).unwrap_err();
            assert!(why.ends_with("it takes 37 and 20"), "{why}");
        }
        assert!(drawn(&"x".repeat(4000), (500, 500)).unwrap_err().contains("too long"));
    }
}
