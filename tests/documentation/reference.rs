//! The reference pages, compared with the tables of the code.

use aws_sso::settings::table::TABLE;

const SETTINGS: &str = include_str!("../../docs/settings.md");
const ENVIRONMENT: &str = include_str!("../../docs/environment.md");
const EXIT_STATUSES: &str = include_str!("../../docs/exit-statuses.md");
const FILES: &str = include_str!("../../docs/files.md");
const VERBS: &str = include_str!("../../docs/verbs.md");
const MANUAL: &str = include_str!("../../src/commands/packaging/manual.rs");

/// The strings of a table in the source of the manual.
fn table(name: &str) -> Vec<&'static str> {
    let (_, rest) = MANUAL.split_once(&format!("const {name}: &[(&str, &str)] = &[")).unwrap();
    let (table, _) = rest.split_once("\n];").unwrap();
    table.split('"').skip(1).step_by(2).collect()
}

#[test]
fn every_setting_is_described_with_its_values_and_its_default() {
    for setting in TABLE {
        let row = format!("| `{}` | {} | {} |", setting.name(), setting.values, setting.default);
        assert!(SETTINGS.contains(&row), "docs/settings.md has no row\n{row}");
        assert!(SETTINGS.contains(&format!("\n{} = ", setting.key)), "the example has no {}", setting.name());
    }
}

#[test]
fn every_environment_variable_that_is_read_is_described() {
    let source = include_str!("../../src/environment.rs");
    let is_name = |word: &&str| {
        let is_letter = |b: u8| b.is_ascii_uppercase() || b == b'_';
        word.len() > 1 && word.bytes().all(is_letter) || *word == "container"
    };
    let words = source.split('"').skip(1).step_by(2).chain(table("ENVIRONMENT").into_iter().step_by(2));
    let names: Vec<_> = words.flat_map(|words| words.split(", ")).filter(is_name).collect();
    assert!(names.len() > 50, "{names:?}");
    let lost: Vec<_> = names.iter().filter(|name| !ENVIRONMENT.contains(&format!("`{name}`"))).collect();
    assert!(lost.is_empty(), "docs/environment.md lacks {lost:?}");
}

#[test]
fn every_exit_status_is_described_as_in_the_manual() {
    let statuses = table("EXIT_STATUS");
    assert_eq!(statuses.len(), 14);
    for status in statuses.chunks(2) {
        let row = format!("\n| {} | {} |\n", status[0], status[1]);
        assert!(EXIT_STATUSES.contains(&row), "docs/exit-statuses.md has no row{row}");
    }
}

#[test]
fn every_file_and_folder_is_described() {
    for file in table("FILES").iter().step_by(2) {
        assert!(FILES.contains(&format!("`{file}")), "docs/files.md lacks {file}");
    }
}

#[test]
fn every_verb_is_listed() {
    let help = include_str!("../help.txt");
    let pages = help.lines().filter_map(|line| line.strip_prefix("$ aws-sso ")?.strip_suffix(" --help"));
    let hidden = ["complete", "packaging"];
    let verbs: Vec<_> = pages.filter(|verb| !verb.contains(' ') && !hidden.contains(verb)).collect();
    assert!(verbs.len() > 15, "{verbs:?}");
    for verb in verbs {
        let is_listed = |line: &str| line.starts_with("    aws") && line.split([' ', '|']).any(|word| word == verb);
        assert!(VERBS.lines().any(is_listed), "docs/verbs.md lacks {verb}");
    }
}
