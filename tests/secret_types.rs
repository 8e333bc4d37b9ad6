//! No type of the program shows a secret in its `Debug` form: what is a secret is a `Secret`, which hides it.

use std::fs;
use std::path::Path;

use crate::support::files;

/// Words in a field's name that say that it holds a secret.
const WORDS: [&str; 8] = ["token", "secret", "password", "verifier", "credential", "cookie", "authorization", "code"];

/// Types of text or bytes, which `Debug` shows.
const SHOWN: [&str; 7] = ["String", "str", "OsString", "Vec<u8>", "[u8", "Zeroizing", "serde_json::Value"];

/// Fields that are called like a secret and are none.
const NONE: [(&str, &str); 3] = [
    ("src/identity_center/failure.rs", "code: String"),
    ("src/identity_center/oidc.rs", "user_code: String"),
    ("src/error.rs", "code: u8"),
];

/// The fields that `Debug` would show, each as `path: field`.
fn shown_secrets(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut derives, mut is_inside) = (false, false);
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[derive(") {
            derives = line.contains("Debug");
        } else if line.contains("struct ") || line.contains("enum ") {
            is_inside = derives && !line.starts_with("//");
            derives = false;
        } else if line == "}" {
            is_inside = false;
        }
        if !is_inside || line.starts_with("//") || line.starts_with('#') {
            continue;
        }
        // A struct of one line is over with it.
        is_inside = !line.ends_with([';', '}']);
        // A struct on one line, a field, a variant with a value.
        for field in line.split([',', '{', ';']).map(str::trim) {
            let field =
                field.trim_start_matches("pub(super) ").trim_start_matches("pub(crate) ").trim_start_matches("pub ");
            let Some((name, kind)) = field.split_once(": ").or_else(|| field.split_once('(')) else { continue };
            let name = name.rsplit(' ').next().unwrap_or_default().to_ascii_lowercase();
            let is_secret = WORDS.iter().any(|word| name.contains(word));
            if is_secret && SHOWN.iter().any(|shown| kind.contains(shown)) && !NONE.contains(&(path, field)) {
                found.push(format!("{path}: {field}"));
            }
        }
    }
    found
}

#[test]
fn no_type_shows_a_secret_in_its_debug_form() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut count = 0;
    for file in files(&root.join("src")) {
        let path = file.strip_prefix(root).unwrap().display().to_string();
        // The secrets of the sandbox are for everybody to see.
        if !path.starts_with("src/sandbox/") && file.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&file).unwrap();
            count += text.matches("derive(").count();
            found.extend(shown_secrets(&path, &text));
        }
    }
    assert!(count > 100, "{count}");
    assert!(found.is_empty(), "make it a Secret: {found:#?}");
}

#[test]
fn a_field_that_would_show_a_secret_is_found_and_others_are_not() {
    let shown = [
        "#[derive(Clone, Debug)]\nstruct A {\n    pub access_token: String,\n}",
        "#[derive(Debug)]\npub(crate) struct B<'a> { name: &'a str, refresh_token: &'a str }",
        "#[derive(Debug)]\nenum C {\n    Password(String),\n}",
        "#[derive(Debug)]\nenum C {\n    Code { client_secret: Option<String>, x: u8 },\n}",
        "#[derive(Debug)]\nstruct D(u8);\n#[derive(Debug)]\nstruct E {\n    verifier: Vec<u8>,\n}",
    ];
    for text in shown {
        assert_eq!(shown_secrets("x.rs", text).len(), 1, "{text}");
    }
    let hidden = [
        "#[derive(Clone)]\nstruct A {\n    access_token: String,\n}",
        "#[derive(Debug)]\nstruct A {\n    access_token: Secret,\n    expires: String,\n}",
        "#[derive(Debug)]\nstruct A;\nfn f(token: String) {}",
    ];
    for text in hidden {
        assert_eq!(shown_secrets("x.rs", text), [""; 0], "{text}");
    }
}
