//! The layers of `src/lib.rs`, compared with the imports of the code, and the picture of them in the documentation.

mod graph;
mod picture;
mod rules;
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rules::Tree;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files in a folder of the project, with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let paths = crate::support::files(&root().join(folder)).into_iter();
    let mut sources: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    sources.sort();
    sources
}

fn tree() -> Tree {
    Tree::of(sources("src").iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

#[test]
fn the_code_keeps_to_the_layers_of_lib_rs() {
    let tree = tree();
    assert!(tree.layers.len() > 3, "src/lib.rs lists no layers");
    let violations = tree.violations();
    let lines = violations.iter().map(|line| format!("\n{line}")).collect::<String>();
    assert!(violations.is_empty(), "{} violations:{lines}", violations.len());
}

const LIB: &str =
    "//! Head.\n//!\n//! ```text\n//! commands\n//! context, session\n//! error, environment, role\n//! ```\n";

#[test]
fn each_violation_of_a_rule_is_found_and_code_without_one_passes() {
    // A source that breaks a rule, and the violation that is reported.
    let cases: &[(&str, &str, &str)] = &[
        // An arrow to a layer above.
        (
            "src/error.rs",
            "use crate::session::Session;",
            "src/error.rs:1: error imports session, which is in a layer above",
        ),
        ("src/error.rs", "fn f() {\n    crate::session::f()\n}", "src/error.rs:2: error imports session"),
        ("src/error.rs", "use crate::{role::X, session::{self, Y}};", "error imports session"),
        ("src/error.rs", "pub use super::session::Session;", "error imports session"),
        ("src/error.rs", "mod inner { use super::super::session; }", "error imports session"),
        ("src/error.rs", "const A: char = '\"'; use crate::session::B; const C: &str = \"\";", "error imports session"),
        // A circle between files, and between top-level modules.
        ("src/role/arn.rs", "use super::place::B;", "circle of files: role::arn → role::place → role::arn"),
        ("src/role/mod.rs", "pub use place::B;\nfn f() -> B {}", "circle of files: role → role::place → role"),
        ("src/context/find.rs", "use crate::session::Session;", "circle of modules: context → session → context"),
        // A verb that imports a verb.
        (
            "src/commands/list.rs",
            "use super::r#use::run;",
            "src/commands/list.rs:1: the verb list imports the verb use",
        ),
        ("src/commands/list.rs", "use crate::commands::doctor::report;", "the verb list imports the verb doctor"),
        // The sandbox.
        ("src/sandbox/mod.rs", "use crate::error::Error;", "src/sandbox/mod.rs:1: sandbox imports error"),
        ("src/session/mod.rs", "use crate::sandbox::Sandbox;", "session imports sandbox"),
        // An environment variable.
        ("src/error.rs", "fn f() { std::env::var(\"HOME\"); }", "src/error.rs:1: reads an environment variable"),
        ("src/error.rs", "use std::env;\nfn f() { env::var_os(X); }", "src/error.rs:2: reads an environment variable"),
        ("src/error.rs", "use std::env::{args, vars};", "src/error.rs:1: reads an environment variable"),
        // A module without a layer, and a layer without the module.
        ("src/novel.rs", "", "no layer lists the module novel"),
        ("src/lib.rs", &LIB.replace("role", "role, lost"), "a layer lists lost, and there is no such module"),
    ];
    let sound: Vec<(&str, &str)> = vec![
        ("src/lib.rs", LIB),
        ("src/main.rs", "use aws_sso::{commands, error};\nfn main() { std::env::args(); }"),
        ("src/commands/mod.rs", "mod list;\nmod r#use;\nfn f() { list::run(); r#use::run(); doctor::run() }"),
        ("src/commands/list.rs", "use super::help::HELP;\nuse crate::context::Context;"),
        ("src/commands/use.rs", "// use super::list;\nconst A: &str = \"use super::list; \\\" crate::novel::X\";"),
        ("src/commands/help.rs", "/* use super::list; */ const B: &str = r#\"\"use super::list;\"#;"),
        ("src/commands/doctor/mod.rs", "mod report;\nuse report::Report;"),
        ("src/commands/doctor/report.rs", "#[cfg(test)]\nmod tests { use super::super::list; }"),
        ("src/commands/sandbox.rs", "use crate::sandbox::Sandbox;"),
        ("src/context/mod.rs", "pub use find::Found;\nmod find;"),
        ("src/context/find.rs", "#[cfg(all(test, unix))]\nuse crate::commands::{list, X};\nuse crate::error::E;"),
        ("src/session/mod.rs", "#[cfg(test)]\nmod tests;\nuse crate::context::Found;\nfn f() -> impl A + use<'a> {}"),
        ("src/session/tests.rs", "use crate::commands;"),
        ("src/error.rs", "fn f<'a>(x: &'a str) { environment::var(x); }"),
        ("src/environment.rs", "use std::env;\nfn f() { env::var(X) }"),
        ("src/role/mod.rs", "pub use place::B;\npub use arn::A;\nmod place;\nmod arn;"),
        ("src/role/place.rs", "use crate::role::A;"),
        ("src/role/arn.rs", ""),
        ("src/sandbox/mod.rs", "use crate::role::A;\nfn f() { std::env::var(X) }"),
        ("src/bin/pick.rs", ""),
    ];
    assert_eq!(Tree::of(sound.clone()).violations(), BTreeSet::new());
    for (path, text, expected) in cases {
        let mut sources = sound.clone();
        sources.retain(|(other, _)| other != path);
        sources.push((path, text));
        let violations = Tree::of(sources).violations();
        assert!(violations.iter().any(|line| line.contains(expected)), "{path}: {text}\n{violations:#?}");
    }
}

/// `Cargo.toml` denies it, and a file could allow it for itself.
#[test]
fn only_calls_of_windows_are_unsafe_and_each_says_why_it_is_sound() {
    for (path, text) in sources("src") {
        let is_of_windows = path.starts_with("src/windows/");
        assert!(is_of_windows || !text.contains("allow(unsafe_code"), "{path}");
        let lines: Vec<_> = text.lines().collect();
        for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("unsafe {")) {
            let before = &lines[number.saturating_sub(4)..number];
            let is_explained = before.iter().any(|line| line.trim_start().starts_with("// SAFETY: "));
            assert!(is_explained, "{path}:{}: {line}", number + 1);
        }
    }
}

/// Fixtures are in `tests/support`, so that each test can be read by itself.
#[test]
fn no_test_file_imports_from_another() {
    for (path, text) in sources("tests") {
        for import in source::read(&text).imports {
            let is_shared = import.path.get(1).is_none_or(|module| module == "support");
            assert!(import.path[0] != "crate" || is_shared, "{path}:{}: {}", import.line, import.path.join("::"));
            let levels_up = import.path.iter().take_while(|word| *word == "super").count();
            let is_in_file = levels_up <= import.inside.len() || !text.contains("#[test]");
            assert!(is_in_file, "{path}:{}: {}", import.line, import.path.join("::"));
        }
    }
}

#[test]
fn the_picture_in_the_documentation_shows_the_imports_of_the_code() {
    let page: PathBuf = root().join("docs/architecture.md");
    let text = fs::read_to_string(&page).unwrap();
    let drawn = picture::put_into(&text, &tree());
    if std::env::var_os("AWS_SSO_TEST_ACCEPT").is_some_and(|value| value == "1") {
        fs::write(&page, drawn).unwrap();
        return;
    }
    assert!(text == drawn, "AWS_SSO_TEST_ACCEPT=1 writes the new picture to docs/architecture.md:\n{drawn}");
}
