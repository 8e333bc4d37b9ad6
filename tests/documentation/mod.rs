//! The documents describe the code as it is. `src/commands/documents.rs` parses the command lines in them.

mod links;
mod reference;

use std::fs;
use std::path::{Path, PathBuf};

const CONTRIBUTING: &str = include_str!("../../CONTRIBUTING.md");
const ARCHITECTURE: &str = include_str!("../../docs/architecture.md");
const README: &str = include_str!("../../README.md");

/// A page of the documentation.
struct Page {
    path: PathBuf,
    text: String,
}

impl Page {
    fn name(&self) -> String {
        self.path.strip_prefix(root()).unwrap().display().to_string()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page: those of `docs/`, and those beside the code.
fn pages() -> Vec<Page> {
    let others = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "benches/README.md"];
    let files = crate::support::files(&root().join("docs")).into_iter().chain(others.map(|name| root().join(name)));
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.map(|path| Page { text: fs::read_to_string(&path).unwrap(), path }).collect()
}

#[test]
fn contributing_shows_a_verb_that_is_really_there() {
    let verb = include_str!("../../src/commands/completions.rs");
    assert!(CONTRIBUTING.contains(&format!("```rust\n{verb}```\n")), "src/commands/completions.rs has changed");
}

#[test]
fn the_architecture_describes_each_module() {
    let modules = include_str!("../../src/lib.rs").lines().filter_map(|line| {
        let (_, name) = line.strip_suffix(';')?.split_once("mod ")?;
        Some(name)
    });
    let rows: Vec<_> = ARCHITECTURE.lines().filter(|line| line.starts_with("| `")).collect();
    let missing: Vec<_> = modules.filter(|name| !rows.iter().any(|row| row.contains(&format!("`{name}`")))).collect();
    assert!(missing.is_empty(), "docs/architecture.md has no row for {missing:?}");
}

/// What a newcomer reads first stays short; the rest is in `docs/`.
#[test]
fn the_readme_is_short_and_has_the_two_commands_that_show_that_the_program_works() {
    assert!(README.len() < 10_000, "README.md has {} bytes", README.len());
    for command in ["cargo run --release -- sandbox --tour", "tests/run"] {
        assert!(README.contains(command), "{command}");
    }
}
