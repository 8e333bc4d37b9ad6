//! Always-quoting rules, each proved in its real shell: a value is never "safe enough" to stand bare.

/// Whether a value may be rendered at all: no NUL, no other control character.
#[must_use]
pub fn is_printable(value: &str) -> bool {
    !value.chars().any(char::is_control)
}

/// bash, zsh, dash: within single quotes only the single quote ends them.
pub(super) fn posix(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// fish reads `\\` and `\'` within single quotes, so POSIX quoting would let a value out.
pub(super) fn fish(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

/// PowerShell takes five characters for a single quote; each is doubled.
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
