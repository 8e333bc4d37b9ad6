//! The documents describe the code as it is. `src/commands/documents.rs` parses the command lines in them.

mod links;
mod reference;

use crate::support::documents::read;

#[test]
fn contributing_shows_a_verb_that_is_really_there() {
    let verb = read("src/commands/completions.rs");
    assert!(
        read("CONTRIBUTING.md").contains(&format!("```rust\n{verb}```\n")),
        "src/commands/completions.rs has changed"
    );
}

#[test]
fn the_architecture_describes_each_module() {
    let (page, modules) = (read("docs/architecture.md"), read("src/lib.rs"));
    let modules = modules.lines().filter_map(|line| {
        let (_, name) = line.strip_suffix(';')?.split_once("mod ")?;
        Some(name)
    });
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let missing: Vec<_> = modules.filter(|name| !rows.iter().any(|row| row.contains(&format!("`{name}`")))).collect();
    assert!(missing.is_empty(), "docs/architecture.md has no row for {missing:?}");
}

/// What a newcomer reads first stays short; the rest is in `docs/`.
#[test]
fn the_readme_is_short_and_has_the_two_commands_that_show_that_the_program_works() {
    let readme = read("README.md");
    assert!(readme.len() < 10_000, "README.md has {} bytes", readme.len());
    for command in ["cargo run --release -- sandbox --tour", "tests/run"] {
        assert!(readme.contains(command), "{command}");
    }
}

#[test]
fn the_line_for_tmux_names_the_variables_that_use_sets_and_no_others() {
    let page = read("docs/shells.md");
    let (_, line) = page.split_once("for name in ").unwrap();
    let mut named: Vec<_> = line.split("\ndo ").next().unwrap().split_whitespace().filter(|it| *it != "\\").collect();
    named.sort_unstable();
    let code = read("src/commands/packaging/manual.rs");
    let is_of_use = |name: &&&str| name.starts_with("AWS_") && code.contains(**name);
    assert_eq!(named.iter().filter(is_of_use).count(), named.len(), "{named:?}");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_REGION", "AWS_SSO_ROLE_ARN", "AWS_SSO_DISPLACED"] {
        assert!(named.contains(&name), "{name}");
    }
    assert!(!named.contains(&"AWS_CA_BUNDLE"));
}
