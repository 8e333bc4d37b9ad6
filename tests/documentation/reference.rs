//! The reference pages, compared with the tables of the code.

use aws_sso::settings::table::TABLE;

use crate::support::documents::read;

/// The strings of a table in the source of the manual.
fn table(name: &str) -> Vec<String> {
    let manual = read("src/commands/packaging/manual.rs");
    let (_, rest) = manual.split_once(&format!("const {name}: &[(&str, &str)] = &[")).unwrap();
    let (table, _) = rest.split_once("\n];").unwrap();
    table.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_setting_is_described_with_its_values_and_its_default() {
    let page = read("docs/settings.md");
    for setting in TABLE {
        let row = format!("| `{}` | {} | {} |", setting.name(), setting.values, setting.default);
        assert!(page.contains(&row), "docs/settings.md has no row\n{row}");
        assert!(page.contains(&format!("\n{} = ", setting.key)), "the example has no {}", setting.name());
    }
}

#[test]
fn every_environment_variable_that_is_read_is_described() {
    let source = ["", "/folders", "/shells"].map(|part| read(&format!("src/environment{part}.rs"))).concat();
    let page = read("docs/environment.md");
    let is_name = |word: &&str| {
        let is_letter = |b: u8| b.is_ascii_uppercase() || b == b'_';
        word.len() > 1 && word.bytes().all(is_letter) || *word == "container"
    };
    let manual = table("ENVIRONMENT");
    let words = source.split('"').skip(1).step_by(2).chain(manual.iter().step_by(2).map(String::as_str));
    let names: Vec<_> = words.flat_map(|words| words.split(", ")).filter(is_name).collect();
    assert!(names.len() > 50, "{names:?}");
    let lost: Vec<_> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(lost.is_empty(), "docs/environment.md lacks {lost:?}");
}

#[test]
fn every_exit_status_is_described_as_in_the_manual() {
    let statuses = table("EXIT_STATUS");
    assert_eq!(statuses.len(), 14);
    let page = read("docs/exit-statuses.md");
    for status in statuses.chunks(2) {
        let row = format!("\n| {} | {} |\n", status[0], status[1]);
        assert!(page.contains(&row), "docs/exit-statuses.md has no row{row}");
    }
}

#[test]
fn every_file_and_folder_is_described() {
    let page = read("docs/files.md");
    for file in table("FILES").iter().step_by(2) {
        assert!(page.contains(&format!("`{file}")), "docs/files.md lacks {file}");
    }
}

#[test]
fn every_verb_is_listed() {
    let (help, page) = (read("tests/help.txt"), read("docs/verbs.md"));
    let pages = help.lines().filter_map(|line| line.strip_prefix("$ aws-sso ")?.strip_suffix(" --help"));
    let hidden = ["complete", "packaging"];
    let verbs: Vec<_> = pages.filter(|verb| !verb.contains(' ') && !hidden.contains(verb)).collect();
    assert!(verbs.len() > 15, "{verbs:?}");
    for verb in verbs {
        let is_listed = |line: &str| line.starts_with("    aws") && line.split([' ', '|']).any(|word| word == verb);
        assert!(page.lines().any(is_listed), "docs/verbs.md lacks {verb}");
    }
}
