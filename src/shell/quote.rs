//! One quoting rule per shell, each tested in the real shell. A value is always quoted, even one that looks safe.

/// Whether a value may be rendered at all: no NUL, no other control character.
#[must_use]
pub fn is_printable(value: &str) -> bool {
    !value.chars().any(char::is_control)
}

/// Whether no shell takes it for anything but a word.
pub(crate) fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c))
}

/// A word for each of the shells.
pub(crate) fn word(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { posix(text) }
}

/// bash, zsh, dash: within single quotes, only a single quote is special.
pub(super) fn posix(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// fish reads `\\` and `\'` within single quotes, so a value could break out of POSIX quoting.
pub(super) fn fish(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

/// PowerShell takes five characters for a single quote. Each is doubled.
pub(super) fn powershell(value: &str) -> String {
    let mut quoted = String::from("'");
    for c in value.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201B}') {
            quoted.push(c);
        }
        quoted.push(c);
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_has_its_own_way_out_of_quotes() {
        let value = "a'b\\c\u{2019}";
        assert_eq!(posix(value), "'a'\\''b\\c\u{2019}'");
        assert_eq!(fish(value), "'a\\'b\\\\c\u{2019}'");
        assert_eq!(powershell(value), "'a''b\\c\u{2019}\u{2019}'");
    }
}
