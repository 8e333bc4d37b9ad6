//! A text of somebody else's, such as an account's name or a link, that is put into a word of a command.
//!
//! [`super::code`] knows programs that run a word as code, and no list of those is complete. So in a word that reads
//! like code or like a command line, no text may stand in which a shell or a language would find code.

/// Whether the text could run as code in a word of which this is the rest.
pub(crate) fn could_run(rest: &str, text: &str) -> bool {
    let is_all = |text: &str, marks: &str| text.chars().all(|c| c.is_alphanumeric() || marks.contains(c));
    // A value such as `--name=NAME`, a path, a parameter of a link.
    if is_all(rest, "._/=:,@%+-~?&#") {
        return false;
    }
    // A title, or perhaps a command line such as that of `git --upload-pack`.
    if is_all(rest, "._/=:,@%+-() ") {
        return text.contains(|c: char| c.is_control() || "&;|`$<>\\".contains(c));
    }
    rest.contains("$(") || !is_all(text, "._/:,@+- ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_the_word_reads_like_code_it_matters_what_the_text_holds() {
        let hostile = "$(touch x)";
        let cases = [
            ("", hostile, false),
            ("--name=", hostile, false),
            ("ext+container:name=&url=", hostile, false),
            ("out/.json", hostile, false),
            ("Audit of ", "Data Platform", false),
            ("Audit of ", "Bob's (EU)", false),
            ("Audit of ", "R&D", true),
            ("--upload-pack=true ", hostile, true),
            ("--upload-pack=true ", "x\ntouch y", true),
            ("cat; echo ", hostile, true),
            ("cat; echo ", "payments-dev", false),
            ("!true ", "Größe / EU", false),
            ("print ''", "x' . `touch y` . '", true),
            ("Accounts[?Name=='']", "Data Platform", false),
            ("Accounts[?Name=='']", "x'", true),
            ("BASH_ENV=$()", "reboot", true),
        ];
        for (rest, text, expected) in cases {
            assert_eq!(could_run(rest, text), expected, "{rest:?} {text:?}");
        }
    }
}
