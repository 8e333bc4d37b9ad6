//! Paths of more than 260 letters, which the system takes only in a form of their own.
#![cfg_attr(not(windows), allow(dead_code, reason = "elsewhere only the tests use it"))]

/// The longest path that needs no such form: that of a folder leaves room for a name in it.
const SHORT: usize = 240;

/// An absolute path in the form that the system takes at this length.
pub(crate) fn of(path: Vec<u16>) -> Vec<u16> {
    let letters = |text: &str| text.encode_utf16().collect::<Vec<_>>();
    let of_form = |form: &str| path.starts_with(&letters(form));
    if path.len() <= SHORT || of_form(r"\\?\") || of_form(r"\\.\") {
        return path;
    }
    match path.strip_prefix(&*letters(r"\\")) {
        Some(share) => [&letters(r"\\?\UNC\"), share].concat(),
        None => [letters(r"\\?\"), path].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_gets_the_form_of_its_kind_and_a_short_one_stays() {
        let long = "x".repeat(250);
        for (path, form) in [
            (r"C:\x".to_owned(), r"C:\x".to_owned()),
            (r"\\server\share\x".to_owned(), r"\\server\share\x".to_owned()),
            (format!(r"C:\{long}"), format!(r"\\?\C:\{long}")),
            (format!(r"\\server\share\{long}"), format!(r"\\?\UNC\server\share\{long}")),
            (format!(r"\\?\UNC\server\share\{long}"), format!(r"\\?\UNC\server\share\{long}")),
            (format!(r"\\?\C:\{long}"), format!(r"\\?\C:\{long}")),
            (format!(r"\\.\pipe\{long}"), format!(r"\\.\pipe\{long}")),
        ] {
            let found = of(path.encode_utf16().collect());
            assert_eq!(String::from_utf16(&found).unwrap(), form, "{path}");
        }
    }
}
