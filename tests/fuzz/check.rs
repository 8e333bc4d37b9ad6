//! What must hold for any bytes as an AWS file. `fuzz/` runs it guided by coverage, and every test run does in
//! `tests/fuzz`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use aws_sso::aws_config::config::{Config, Section};
use aws_sso::aws_config::document::{Document, Header};
use aws_sso::aws_config::line::BYTE_ORDER_MARK;
use aws_sso::aws_config::mark::Mark;

const NAMES: [&str; 5] = ["a", "b", "default", "new", "A_b.c/d%e@f:g+h"];
const KEYS: [&str; 4] = ["region", "output", "credential_process", "s3"];
/// Keys that may be in the lines without being keys of their section.
const PLAIN_KEYS: [&str; 4] = ["sso_region", "sso_start_url", "sso_session", "credential_process"];
const VALUES: [&str; 4] = ["x", "a#b;c = d", "aws-sso -p corp -r arn:aws:iam::123456789012:role/x -ext", "é"];

/// The first two bytes choose the edits, and the rest is the file.
///
/// # Panics
/// If two ways to read the file differ, or an edit changes what it should not.
pub(super) fn check(data: &[u8]) {
    let Some((&[first, second], file)) = data.split_first_chunk::<2>() else {
        return;
    };
    let name = NAMES[usize::from(first) % NAMES.len()];
    let key = KEYS[usize::from(first >> 4) % KEYS.len()];
    let value = VALUES[usize::from(second) % VALUES.len()];
    assert_eq!(Document::parse(file).to_bytes(), file, "opening changes nothing");
    read_each_way(file);
    let before = readings(file);
    set(file, &before, name, key, value);
    remove(file, &before, name, key);
    block(file, &before, usize::from(second >> 2));
}

type Readings = BTreeMap<(&'static str, String), BTreeMap<String, String>>;

/// A key that is looked up in plain lines is found as it is among all settings of its section.
fn read_each_way(file: &[u8]) {
    let (all, unread) = (Config::parse(file), Config::parse(file));
    for section in all.profiles().chain(all.sso_sessions()) {
        // The plain lines are searched for the key's own bytes. A byte that is not UTF-8 reads as another character,
        // and no key of this tool has one.
        let keys: BTreeSet<_> = section.keys().filter(|key| key.is_ascii()).chain(PLAIN_KEYS).collect();
        for key in keys {
            // Once a section's settings were read, its plain lines are not looked at any more: each key needs a config
            // that nothing was read of.
            let fresh = unread.clone();
            assert_eq!(fresh.section(section.at()).get(key), section.get(key), "{key}");
        }
    }
}

/// Our reading of a file.
fn readings(file: &[u8]) -> Readings {
    let config = Config::parse(file);
    let settings = |section: Section<'_>| -> BTreeMap<String, String> {
        section.keys().map(|key| (key.to_owned(), section.get(key).unwrap_or_default().to_owned())).collect()
    };
    let profiles = config.profiles().map(|section| (("profile", section.name().to_owned()), settings(section)));
    let sessions = config.sso_sessions().map(|section| (("sso-session", section.name().to_owned()), settings(section)));
    profiles.chain(sessions).collect()
}

/// The readings without one key. A profile without settings counts as no profile.
fn without(readings: &Readings, name: &str, key: &str) -> Readings {
    let mut readings = readings.clone();
    let profile = ("profile", name.to_owned());
    if let Some(settings) = readings.get_mut(&profile) {
        settings.remove(key);
        if settings.is_empty() {
            readings.remove(&profile);
        }
    }
    readings
}

fn set(file: &[u8], before: &Readings, name: &str, key: &str, value: &str) {
    let header = Header::profile(name);
    let mut document = Document::parse(file);
    document.set(&header, key, value).expect("what every SDK reads can be set");
    assert_eq!(document.get(&header, key).as_deref(), Some(value));
    let text = document.to_bytes();
    let after = readings(&text);
    assert_eq!(after[&("profile", name.to_owned())][key], value);
    assert_eq!(without(&after, name, key), without(before, name, key));
    let mut again = Document::parse(&text);
    again.set(&header, key, value).expect("it could be set before");
    assert_eq!(again.to_bytes(), text, "a second edit changes nothing");
}

fn remove(file: &[u8], before: &Readings, name: &str, key: &str) {
    let header = Header::profile(name);
    let mut document = Document::parse(file);
    let found = document.remove_key(&header, key);
    let text = document.to_bytes();
    assert!(found || text == file);
    assert_eq!(without(&readings(&text), name, key), without(before, name, key));
    assert!(document.get(&header, key).is_none());

    let mut document = Document::parse(file);
    document.remove_section(&header);
    let mut expected = before.clone();
    expected.remove(&("profile", name.to_owned()));
    let mut after = readings(&document.to_bytes());
    // Without `[profile default]`, a `[default]` that it had hidden is read again.
    if name == "default" {
        after.remove(&("profile", name.to_owned()));
    }
    assert_eq!(after, expected);
}

fn block(file: &[u8], before: &Readings, which: usize) {
    let mark = Mark { name: "x".to_owned(), note: String::new() };
    let mut document = Document::parse(file);
    let new: Vec<_> = ["A_b.c/d%e@f:g+h", "a", "b", "c", "new"]
        .into_iter()
        .enumerate()
        .filter(|(bit, name)| which >> bit & 1 == 1 && !document.has(&Header::profile(name)))
        .map(|(_, name)| (name.to_owned(), vec![("k", "v".to_owned())]))
        .collect();
    document.add_to_block(None, &mark, new.clone()).expect("what every SDK reads can be added");
    let text = document.to_bytes();
    assert!(holds_lines(&text, file), "every line stays, in its order");
    let mut expected = before.clone();
    for (name, _) in &new {
        expected.insert(("profile", name.clone()), [("k".to_owned(), "v".to_owned())].into());
    }
    assert_eq!(readings(&text), expected);

    let mut document = Document::parse(&text);
    let names: HashSet<_> = new.into_iter().map(|(name, _)| name).collect();
    let blocks = document.blocks();
    let held: HashSet<_> = blocks.last().map_or_else(HashSet::new, |block| {
        document.in_block(block).map(|(header, _)| String::from_utf8_lossy(&header.name).into_owned()).collect()
    });
    assert!(names.is_subset(&held), "what was added is in the block");
    document.remove_from_block(blocks.len().saturating_sub(1), &names);
    let text = document.to_bytes();
    assert_eq!(&readings(&text), before);
    assert!(holds_lines(&text, file), "only what was added is removed");
}

/// Whether `text` holds every line of `file` that is not blank, in the same order.
fn holds_lines(text: &[u8], file: &[u8]) -> bool {
    // The byte-order mark stays at the start of the file.
    let [text, file] = [text, file].map(|bytes| bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes));
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    file.split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .filter(|line| !line.trim_ascii().is_empty())
        .all(|line| lines.any(|other| other == line))
}
