//! The documents describe the code as it is.

const CONTRIBUTING: &str = include_str!("../CONTRIBUTING.md");
const ARCHITECTURE: &str = include_str!("../docs/architecture.md");

#[test]
fn contributing_shows_a_verb_that_is_really_there() {
    let verb = include_str!("../src/commands/completions.rs");
    assert!(CONTRIBUTING.contains(&format!("```rust\n{verb}```\n")), "src/commands/completions.rs has changed");
}

#[test]
fn the_architecture_describes_each_module() {
    let modules = include_str!("../src/lib.rs").lines().filter_map(|line| {
        let (_, name) = line.strip_suffix(';')?.split_once("mod ")?;
        Some(name)
    });
    let rows: Vec<_> = ARCHITECTURE.lines().filter(|line| line.starts_with("| `")).collect();
    let missing: Vec<_> = modules.filter(|name| !rows.iter().any(|row| row.contains(&format!("`{name}`")))).collect();
    assert!(missing.is_empty(), "docs/architecture.md has no row for {missing:?}");
}

#[test]
fn each_file_that_a_document_links_to_is_there() {
    let documents = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/agents.md",
        "docs/architecture.md",
        "docs/coming-from-aws-sso-cli.md",
        "docs/first-run.md",
        "docs/many-roles.md",
        "docs/messages.md",
    ];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut links = 0;
    for document in documents {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !link.is_empty() && !link.contains("://") {
                let target = root.join(document).parent().unwrap().join(link);
                assert!(target.exists(), "{document} links to {link}");
                links += 1;
            }
        }
    }
    assert!(links > 3);
}
