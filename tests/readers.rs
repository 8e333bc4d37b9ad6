//! What each AWS SDK makes of a config file is known here as the SDK itself knows it.

use std::collections::BTreeMap;

use aws_sso::aws_files::line::Kind;
use aws_sso::aws_files::readers::{Reader, Reading, stumbles};
use proptest::prelude::*;

use crate::config_reading::DISAGREEMENTS;
use crate::support::ini::{KEYS, Sections, awkward_file, botocore, cases, plain_file, rust_sdk, samples};

/// A value that the Rust SDK gives now one way and now the other.
const EITHER: &str = "\0";

/// A reading as the real readers' are written down.
fn written(reading: Reading) -> Sections {
    let kind = |kind| match kind {
        Kind::SsoSession => "sso-session",
        Kind::Services => "services",
        _ => "profile",
    };
    reading
        .into_iter()
        .map(|((of, name), section)| {
            let settings = section.settings.into_iter().map(|(key, value)| (key, value.text));
            (format!("{} {name}", kind(of)), settings.collect())
        })
        .collect()
}

/// Without what means nothing: empty values, blank lines, empty sections, services that are no block.
fn tidy(sections: Sections, keys: Option<&[&str]>) -> Sections {
    let value = |text: String| match text.strip_prefix('\n') {
        Some(_) => text,
        None => text.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n"),
    };
    let sections = sections.into_iter().map(|(name, settings)| {
        let is_wanted = |(key, value): &(String, String)| {
            !value.is_empty()
                && keys.is_none_or(|keys| keys.contains(&key.as_str()))
                && (!name.starts_with("services ") || value.starts_with('\n'))
        };
        let settings: BTreeMap<_, _> =
            settings.into_iter().map(|(key, text)| (key, value(text))).filter(is_wanted).collect();
        (name, settings)
    });
    sections.filter(|(_, settings)| !settings.is_empty()).collect()
}

fn awkward_files() -> Vec<Vec<u8>> {
    let table = DISAGREEMENTS.iter().map(|row| row.0.to_vec());
    table.chain(samples(&awkward_file(), 1500)).collect()
}

#[test]
fn botocore_takes_from_a_file_what_is_said_of_it() {
    let files = awkward_files();
    let Some(real) = botocore(files.iter().map(Vec::as_slice)) else { return };
    let mut refused = 0;
    for (file, real) in files.iter().zip(real) {
        let ours = Reader::Botocore.read(file);
        let text = String::from_utf8_lossy(file);
        refused += u32::from(real.is_none());
        assert_eq!(ours.is_err(), real.is_none(), "{ours:?}\n{text}");
        let ours = ours.ok().map(|reading| tidy(written(reading), None));
        assert_eq!(ours, real.map(|sections| tidy(sections, None)), "\n{text}");
    }
    assert!(refused > 300 && files.len() - refused as usize > 100, "{refused} of {}", files.len());
}

#[test]
fn the_rust_sdk_takes_from_a_file_what_is_said_of_it() {
    let mut refused = 0;
    let files = awkward_files();
    for file in &files {
        let text = String::from_utf8_lossy(file);
        let ours = Reader::Rust.read(file);
        let real = rust_sdk(file).map(|sections| tidy(sections, Some(&KEYS)));
        // To this one, a file that is not UTF-8 is an empty one.
        let real = real.filter(|real| std::str::from_utf8(file).is_ok() || !real.is_empty());
        refused += u32::from(real.is_none());
        assert_eq!(ours.is_err(), real.is_none(), "{ours:?}\n{text}");
        let (Ok(ours), Some(mut real)) = (ours, real) else { continue };
        let ours = tidy(written(ours), Some(&KEYS));
        for (name, settings) in &ours {
            for (key, _) in settings.iter().filter(|(_, value)| *value == EITHER) {
                let real = real.get_mut(name).and_then(|settings| settings.get_mut(key));
                EITHER.clone_into(real.unwrap_or_else(|| panic!("{name} {key}\n{text}")));
            }
        }
        assert_eq!(ours, real, "\n{text}");
    }
    assert!(refused > 300 && files.len() - refused as usize > 50, "{refused} of {}", files.len());
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn nobody_stumbles_over_a_file_that_all_read_alike(file in plain_file()) {
        let found = stumbles(file.as_bytes());
        let others = found.iter().filter(|stumble| stumble.readers != [Reader::JavaScript]);
        prop_assert_eq!(others.count(), 0, "{:?}\n{}", found, file);
    }
}
