//! Our copies of the SDKs' readers read a config file as the SDKs themselves do.

use std::collections::BTreeMap;

use aws_sso::aws_config::line::SectionKind;
use aws_sso::aws_config::readers::{Effect, Reader, Reading, Stumble, meant, stumbles};
use proptest::prelude::*;

use crate::support::Home;
use crate::support::disagreements::DISAGREEMENTS;
use crate::support::ini::{KEYS, Sections, awkward_file, botocore, cases, ours, plain_file, rust_sdk, samples};

/// A value of the Rust SDK that differs from run to run.
const EITHER: &str = "\0";

/// A reading in the form of the real readers'.
fn as_sections(reading: Reading) -> Sections {
    let kind = |kind| match kind {
        SectionKind::SsoSession => "sso-session",
        SectionKind::Services => "services",
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

/// Without what has no meaning: empty values, blank lines, empty sections, services that are not a block.
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
fn our_botocore_reads_files_as_botocore_does() {
    let files = awkward_files();
    let Some(real) = botocore(files.iter().map(Vec::as_slice)) else { return };
    let mut refused = 0;
    for (file, real) in files.iter().zip(real) {
        let ours = Reader::Botocore.read(file);
        let text = String::from_utf8_lossy(file);
        refused += u32::from(real.is_none());
        assert_eq!(ours.is_err(), real.is_none(), "{ours:?}\n{text}");
        let ours = ours.ok().map(|reading| tidy(as_sections(reading), None));
        assert_eq!(ours, real.map(|sections| tidy(sections, None)), "\n{text}");
    }
    assert!(refused > 300 && files.len() - refused as usize > 100, "{refused} of {}", files.len());
}

#[test]
fn our_rust_sdk_reads_files_as_the_rust_sdk_does() {
    let mut refused = 0;
    let files = awkward_files();
    for file in &files {
        let text = String::from_utf8_lossy(file);
        let ours = Reader::Rust.read(file);
        let real = rust_sdk(file).map(|sections| tidy(sections, Some(&KEYS)));
        // The Rust SDK reads a file that is not UTF-8 as an empty one.
        let real = real.filter(|real| std::str::from_utf8(file).is_ok() || !real.is_empty());
        refused += u32::from(real.is_none());
        assert_eq!(ours.is_err(), real.is_none(), "{ours:?}\n{text}");
        let (Ok(ours), Some(mut real)) = (ours, real) else { continue };
        let ours = tidy(as_sections(ours), Some(&KEYS));
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

/// A file, the line that some readers read differently, the effect, how the line is described, and which readers:
/// `p`ython, `r`ust, `j`avascript.
type Case = (&'static [u8], usize, Effect, &'static str, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    (b"[profile a]\nregion = r\n[profile a]\noutput = o", 3, Effect::Refused, 
        "a second [profile a]; the first is in line 1", "p"),
    (b"[profile a]\nregion = r\nregion = s", 3, Effect::Refused, "a second region; the first is in line 2", "p"),
    (b"\n[profile a]\nregion = r\nword", 4, Effect::Refused, "a line without =", "pr"),
    (b"[profile a]\n= r\nregion = r", 2, Effect::Refused, "a line that begins with =", "pr"),
    (b"region = s\n[profile a]\nregion = r", 1, Effect::Refused, "a line before the first section", "pr"),
    (b"\xEF\xBB\xBF[profile a]\nregion = r", 1, Effect::Refused, "a byte-order mark", "pr"),
    (b"[profile a]\nregion = r\noutput = \xFF", 3, Effect::Refused, "a byte that is not UTF-8", "pr"),
    (b"[profile a]\nregion = r\n[profile b\nregion = s", 3, Effect::Refused, "a header without ]", "pr"),
    (b"[profile a]\nregion: r", 2, Effect::Refused, "a : instead of =", "r"),
    (b"[profile a]\nregion: r", 2, Effect::Misread, "a : instead of =", "j"),
    (b"[profile a#b]\nregion = r", 1, Effect::Refused, "a # or ; in a name", "r"),
    (b"[profile a] note\nregion = r", 1, Effect::Refused, "text after a header", "r"),
    (b"[profile a] # see [b]\nregion = r", 1, Effect::Ignored, "text after a header", "p"),
    (b"[profile a]\n  region = r", 2, Effect::Refused, "an indented key", "r"),
    (b"  [profile a]\nregion = r", 1, Effect::Refused, "an indented header", "r"),
    (b"[profile a]\ns3 =\n  # note\n  addressing_style = path", 3, Effect::Refused, "an indented comment", "r"),
    (b"[profile a]\nregion = r\n  # note", 2, Effect::Misread, "an indented comment", "r"),
    (b"[profile a]\nregion = r\n  [profile b]\noutput = o", 2, Effect::Misread, "an indented header", "pr"),
    (b"[profile a]\ns3 =\n  word", 3, Effect::Refused, "an indented line without =", "pr"),
    (b"[profile \"a b\"]\nregion = r", 1, Effect::Ignored, "a name in quotes", "rj"),
    ("[profile \u{e9}]\nregion = r".as_bytes(), 1, Effect::Ignored, "a name with unusual characters", "rj"),
    (b"[ profile a ]\nregion = r", 1, Effect::Ignored, "unusual white space in a header", "pj"),
    (b"[profile  a]\nregion = r", 1, Effect::Ignored, "unusual white space in a header", "j"),
    (b"[profile a]\nregion = r\n[DEFAULT]\noutput = o", 4, Effect::Misread, 
        "[DEFAULT], which becomes part of every section", "p"),
    (b"[profile default]\nregion = s\n[default]\nregion = r", 4, Effect::Misread,
        "[default] and [profile default]", "rj"),
    (b"[profile a]\nregion = r\n[profile 'a']\noutput = o", 2, Effect::Misread, "one name in two spellings", "p"),
    (b"[profile a]\nREGION = r", 2, Effect::Misread, "a key in capital letters", "j"),
    (b"[profile a]\nregion = r # note", 2, Effect::Misread, "a comment after a value", "p"),
    (b"[services s]\nsso =\n  endpoint_url = http://x # note", 2, Effect::Misread, "a comment after a value", "pr"),
    (b"[profile a]\ncredential_process = a\n  b", 2, Effect::Misread, "a value of several lines", "j"),
    (b"[profile a]\nmy key = a", 2, Effect::Misread, "a key with unusual characters", "r"),
];

#[test]
fn each_awkward_line_is_reported_with_the_readers_that_read_it_differently() {
    for (file, line, effect, quirk, readers) in CASES {
        let found = stumbles(file);
        let is_expected = |stumble: &&Stumble| {
            let of = |reader| match reader {
                Reader::Botocore => 'p',
                Reader::Rust => 'r',
                Reader::JavaScript => 'j',
            };
            let letters: String = stumble.readers.iter().copied().map(of).collect();
            (stumble.line, stumble.effect) == (*line, *effect)
                && stumble.quirk.to_string() == *quirk
                && letters == *readers
                && !stumble.quirk.remedy().is_empty()
        };
        let text = String::from_utf8_lossy(file);
        assert!(
            found.iter().any(|stumble| is_expected(&stumble)),
            "{text}\nno {line} {effect:?} {quirk:?} {readers} in\n{found:#?}"
        );
    }
}

/// The readers are compared with what every verb reads.
#[test]
fn the_meaning_of_a_file_is_our_own_reading() {
    for file in awkward_files() {
        // Our reading keeps the comments in a nested block until one of its settings is read.
        let without_comments = |sections: Sections| -> Sections {
            let value = |text: String| match text.strip_prefix('\n') {
                Some(lines) => lines.lines().map(|line| format!("\n{}", line.split(" #").next().unwrap())).collect(),
                None => text,
            };
            let settings =
                |settings: BTreeMap<_, _>| settings.into_iter().map(|(key, text)| (key, value(text))).collect();
            sections.into_iter().map(|(name, section)| (name, settings(section))).collect()
        };
        let text = String::from_utf8_lossy(&file);
        assert_eq!(tidy(as_sections(meant(&file)), None), without_comments(tidy(ours(&file), None)), "{text}");
    }
}

/// The AWS CLI itself refuses the files that our botocore refuses, and no others.
#[test]
fn the_aws_cli_refuses_the_files_that_our_botocore_refuses() {
    // A few of each, because each run of the AWS CLI takes a second.
    let is_refused = |file: &&[u8]| Reader::Botocore.read(file).is_err();
    let files = || CASES.iter().map(|case| case.0).step_by(2);
    let files = files().filter(is_refused).take(3).chain(files().filter(|file| !is_refused(file)).take(3));
    for file in files {
        let home = Home::new();
        home.write(".aws/config", file);
        let Some(cli) = home.aws_cli(["configure", "list-profiles"]) else { return };
        let output = cli.run();
        let is_refused = is_refused(&file);
        assert_eq!(!output.exit.success(), is_refused, "{}\n{output}", String::from_utf8_lossy(file));
        assert_eq!(output.stderr.contains("Unable to parse config file"), is_refused, "{output}");
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_file_that_all_read_alike_has_no_awkward_lines(file in plain_file()) {
        let found = stumbles(file.as_bytes());
        let others = found.iter().filter(|stumble| stumble.readers != [Reader::JavaScript]);
        prop_assert_eq!(others.count(), 0, "{:?}\n{}", found, file);
    }
}
