//! Sets a setting in the file; every other line stays as it is.

use std::path::Path;

use super::table::Setting;
use crate::error::Result;
use crate::files::edit::{self, Edited};
use crate::files::folder::Privacy;
use crate::files::{atomic, encoding};

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Sets a setting, and creates the file if there is none.
pub(crate) fn set(path: &Path, setting: &Setting, value: &str) -> Result<Edited<()>> {
    edit::edit(path, Privacy::Secret, |before| {
        encoding::check_to_write(path, before)?;
        Ok((with(before, setting, value), ()))
    })
}

/// Takes such an edit back, unless the file was changed since.
pub(crate) fn take_back(path: &Path, edited: &Edited<()>) -> Result<()> {
    let taken = edit::edit(path, Privacy::Secret, |now| {
        let is_ours = now == edited.after;
        Ok((if is_ours { edited.before.clone() } else { now.to_vec() }, is_ours))
    })?;
    if taken.outcome && edited.before.is_empty() { atomic::remove(path) } else { Ok(()) }
}

/// The file's content with this setting.
pub(crate) fn with(before: &[u8], setting: &Setting, value: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(before);
    // It stays at the start of the file, whatever the first line is then.
    let (mark, text) = text.split_at(if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 });
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let line = format!("{} = {value}{newline}", setting.key);
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
        last.push_str(newline);
    }
    let place = Place::of(&lines, setting);
    match place {
        Place::Here(at) => lines[at] = line,
        Place::After(at) => lines.insert(at + 1, line),
        // Above the first section, and what introduces that.
        Place::Top => {
            if lines.first().is_some_and(|first| !first.trim().is_empty()) {
                lines.insert(0, newline.to_owned());
            }
            lines.insert(0, line);
        }
        Place::NewSection => {
            if !lines.is_empty() {
                lines.push(newline.to_owned());
            }
            lines.push(format!("[{}]{newline}{line}", setting.section));
        }
    }
    [mark, &lines.concat()].concat().into_bytes()
}

/// Where a setting goes.
enum Place {
    /// The line that sets it.
    Here(usize),
    /// The last setting of its section.
    After(usize),
    Top,
    NewSection,
}

impl Place {
    fn of(lines: &[String], setting: &Setting) -> Self {
        let mut section = String::new();
        let (mut here, mut last) = (None, None);
        for (at, line) in lines.iter().enumerate() {
            let line = line.trim();
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.trim().clone_into(&mut section);
                if section == setting.section {
                    last = Some(at);
                }
            } else if !line.is_empty() && !line.starts_with(['#', ';']) && section == setting.section {
                last = Some(at);
                if line.split(['=', ':']).next().is_some_and(|key| key.trim() == setting.key) {
                    here = Some(at);
                }
            }
        }
        match (here, last) {
            (Some(at), _) => Self::Here(at),
            (None, Some(at)) => Self::After(at),
            (None, None) if setting.section.is_empty() => Self::Top,
            (None, None) => Self::NewSection,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{DISCOVER_NAME, REGION};
    use super::*;

    #[test]
    fn a_setting_is_set_and_every_other_line_stays() {
        let cases = [
            (&REGION, "", "region = x\n"),
            (&REGION, "# mine\n", "region = x\n\n# mine\n"),
            (&REGION, "profile = corp\n\n[alias]\na = b\n", "profile = corp\nregion = x\n\n[alias]\na = b\n"),
            (&REGION, "[alias]\nregion = b\n", "region = x\n\n[alias]\nregion = b\n"),
            (&REGION, "region=y\r\n# z\r\nregion: w", "region=y\r\n# z\r\nregion = x\r\n"),
            (&REGION, "region =\n", "region = x\n"),
            (&REGION, "\u{feff}", "\u{feff}region = x\n"),
            (&REGION, "\u{feff}# mine\n", "\u{feff}region = x\n\n# mine\n"),
            (&REGION, "\u{feff}region = y\r\n", "\u{feff}region = x\r\n"),
            (&DISCOVER_NAME, "", "[discover]\nname = x\n"),
            (&DISCOVER_NAME, "profile = corp", "profile = corp\n\n[discover]\nname = x\n"),
            (&DISCOVER_NAME, "[discover]\n\n[alias]\nname = b\n", "[discover]\nname = x\n\n[alias]\nname = b\n"),
            (&DISCOVER_NAME, "[discover]\n# old\nname = {role}\n", "[discover]\n# old\nname = x\n"),
        ];
        for (setting, before, after) in cases {
            let written = with(before.as_bytes(), setting, "x");
            assert_eq!(String::from_utf8_lossy(&written), after, "{before:?}");
            assert_eq!(with(&written, setting, "x"), written, "{before:?}");
        }
    }
}
