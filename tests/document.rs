//! An edit of an AWS file changes only the lines that it must, and every reader reads the rest as before.

use aws_sso::aws_config::config::Config;
use aws_sso::aws_config::document::{Document, Header};
use aws_sso::aws_config::line::BYTE_ORDER_MARK;
use proptest::prelude::*;

use crate::support::ini::{
    KEYS, Sections, awkward_file, botocore, cases, ours, plain_file, rust_ini, rust_sdk, samples, value,
};

/// A key of a profile, and its new value.
fn edit() -> impl Strategy<Value = (&'static str, &'static str, String)> {
    let profile = prop::sample::select(vec!["a", "b", "default", "new"]);
    (profile, prop::sample::select(KEYS.to_vec()), value())
}

fn set(file: &[u8], (profile, key, value): &(&str, &str, String)) -> Vec<u8> {
    let mut document = Document::parse(file);
    assert_eq!(document.to_bytes(), file, "opening changes nothing");
    document.set(&Header::profile(profile), key, value).unwrap();
    document.to_bytes()
}

/// A reading without one key.
fn without(mut sections: Sections, section: &str, key: &str) -> Sections {
    if let Some(settings) = sections.get_mut(section) {
        settings.remove(key);
        if settings.is_empty() {
            sections.remove(section);
        }
    }
    sections
}

/// A file's lines with their endings. A last line without an ending gets one, because an edit may add it. A byte-order
/// mark counts as a line: it stays at the start of the file.
fn lines(file: &[u8], newline: &[u8]) -> Vec<Vec<u8>> {
    if let Some(rest) = file.strip_prefix(BYTE_ORDER_MARK) {
        return [vec![BYTE_ORDER_MARK.to_vec()], lines(rest, newline)].concat();
    }
    let mut lines: Vec<_> = file.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if let Some(last) = lines.last_mut().filter(|line| !line.ends_with(b"\n")) {
        last.extend_from_slice(newline);
    }
    lines
}

/// The lines that an edit removed, and those that it added.
fn changes(before: &[u8], after: &[u8]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let first = before.split_inclusive(|byte| *byte == b'\n').next();
    let newline: &[u8] = if first.is_some_and(|line| line.ends_with(b"\r\n")) { b"\r\n" } else { b"\n" };
    difference(&lines(before, newline), &lines(after, newline))
}

/// The lines that only one of the files has, in order (by longest common subsequence).
fn difference(before: &[Vec<u8>], after: &[Vec<u8>]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut common = vec![vec![0; after.len() + 1]; before.len() + 1];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            common[i][j] =
                if before[i] == after[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < before.len() || j < after.len() {
        if i < before.len() && j < after.len() && before[i] == after[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == after.len() || (i < before.len() && common[i + 1][j] >= common[i][j + 1]) {
            removed.push(before[i].clone());
            i += 1;
        } else {
            added.push(after[j].clone());
            j += 1;
        }
    }
    (removed, added)
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn setting_a_value_changes_its_own_lines_and_reading_only(file in awkward_file(), edit in edit()) {
        let (profile, key, value) = &edit;
        let section = format!("profile {profile}");
        let (old, new) = (Config::parse(&file), set(&file, &edit));

        // The value reads back, and everything else reads as before.
        let config = Config::parse(&new);
        prop_assert_eq!(config.profile(profile).unwrap().get(key), Some(value.as_str()));
        let document = Document::parse(&new);
        prop_assert_eq!(document.get(&Header::profile(profile), key), Some(value.clone()));
        prop_assert_eq!(without(ours(&new), &section, key), without(ours(&file), &section, key));
        prop_assert_eq!(&set(&new, &edit), &new, "a second edit changes nothing");

        // One line is new, and only lines of the old value were removed.
        let (removed, mut added) = changes(&file, &new);
        if old.profile(profile).is_none() {
            // A new section may have a blank line before it.
            added.retain(|line| !line.trim_ascii().is_empty());
            prop_assert_eq!(added.len(), 2);
            prop_assert!(added.remove(0).starts_with(b"["));
        }
        if new == file {
            prop_assert!(added.is_empty());
        } else {
            prop_assert_eq!(added.len(), 1);
            let line = String::from_utf8(added.remove(0)).unwrap();
            prop_assert_eq!(line.split_once('=').unwrap().1.trim(), value.as_str());
        }
        let existed = old.profile(profile).is_some_and(|section| section.get(key).is_some());
        let mut removed = removed.iter();
        if let Some(own) = removed.next() {
            prop_assert!(existed);
            let own = String::from_utf8_lossy(own).trim_start().to_ascii_lowercase();
            prop_assert!(own.starts_with(key), "{}", own);
        }
        for line in removed {
            prop_assert!(line.starts_with(b" ") || line.starts_with(b"\t"), "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn removing_a_key_removes_nothing_else(file in awkward_file(), edit in edit()) {
        let (profile, key, _) = edit;
        let section = format!("profile {profile}");
        let mut document = Document::parse(&file);
        let found = document.remove_key(&Header::profile(profile), key);
        let new = document.to_bytes();
        let existed = Config::parse(&file).profile(profile).is_some_and(|section| section.get(key).is_some());
        prop_assert_eq!(found, existed);
        prop_assert!(found || new == file);
        prop_assert_eq!(without(ours(&new), &section, key), without(ours(&file), &section, key));
        prop_assert!(Config::parse(&new).profile(profile).is_none_or(|section| section.get(key).is_none()));
        prop_assert!(changes(&file, &new).1.is_empty(), "no line is new");
    }

    #[test]
    fn removing_a_section_removes_nothing_else(
        file in awkward_file(),
        profile in prop::sample::select(vec!["a", "a b"]),
    ) {
        let mut document = Document::parse(&file);
        document.remove_section(&Header::profile(profile));
        let new = document.to_bytes();
        let mut expected = ours(&file);
        expected.remove(&format!("profile {profile}"));
        prop_assert_eq!(ours(&new), expected);
        prop_assert!(changes(&file, &new).1.is_empty(), "no line is new");
    }

    #[test]
    fn the_rust_sdk_and_rust_ini_read_the_rest_as_before(file in plain_file(), edit in edit()) {
        let (profile, key, value) = &edit;
        let section = format!("profile {profile}");
        let new = set(file.as_bytes(), &edit);

        let (before, after) = (rust_sdk(file.as_bytes()).unwrap(), rust_sdk(&new).unwrap());
        prop_assert_eq!(after[&section].get(*key), Some(value));
        prop_assert_eq!(without(after, &section, key), without(before, &section, key));

        // rust-ini flattens nested blocks, so the edited section is left out. It also joins a line that ends in a
        // backslash with the next one, so such files are left out.
        let header = if *profile == "default" { "default" } else { &section };
        let joins = |text: &str| text.lines().any(|line| line.trim_end().ends_with('\\'));
        if let Some(mut before) = rust_ini(file.as_bytes()).filter(|_| !joins(&file) && !value.ends_with('\\')) {
            let mut after = rust_ini(&new).unwrap();
            before.remove(header);
            prop_assert!(after.remove(header).is_some());
            prop_assert_eq!(after, before);
        }
    }
}

#[test]
fn botocore_reads_the_rest_as_before() {
    let edited = samples(&(plain_file(), edit()), 300);
    let new: Vec<_> = edited.iter().map(|(file, edit)| set(file.as_bytes(), edit)).collect();
    let Some(before) = botocore(edited.iter().map(|(file, _)| file.as_bytes())) else { return };
    let after = botocore(new.iter().map(Vec::as_slice)).unwrap();
    for (((file, (profile, key, value)), before), after) in edited.iter().zip(before).zip(after) {
        let section = format!("profile {profile}");
        let after = after.unwrap_or_else(|| panic!("botocore refuses the edited {file:?}"));
        assert_eq!(after[&section].get(*key), Some(value), "{file:?}");
        assert_eq!(without(after, &section, key), without(before.unwrap(), &section, key), "{file:?}");
    }
}
