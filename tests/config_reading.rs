//! The AWS config is read as the AWS SDKs read it, and where they disagree, as its user would want.

use aws_sso::aws_config::config::Config;
use proptest::prelude::*;

use crate::support::ini::{Sections, awkward_file, botocore, cases, ours, plain_file, rust_sdk, samples};

const FAILS: &str = "fails";

/// Where the SDKs disagree: a file, what the Rust SDK, botocore and we make of it, and why we side as we do.
///
/// A reading is `profile: key=value …`, in the order of names, a line break shown as `⏎`. Those of the Rust SDK and of
/// botocore are what these two say when the test runs; JavaScript's, where it differs, is named from its source.
#[rustfmt::skip]
pub(crate) const DISAGREEMENTS: &[(&[u8], &str, &str, &str, &str)] = &[
    // Names.
    (b"[profile a b]\nregion = r", "", "", "",
        "two words are no name to anyone"),
    (b"[profile \"a b\"]\nregion = r", "", "a b: region=r", "a b: region=r",
        "the AWS CLI writes such names; JavaScript ignores them"),
    (b"[profile 'a b']\nregion = r", "", "a b: region=r", "a b: region=r",
        "as above"),
    (b"[profile \"a\"]\nregion = r", "", "a: region=r", "a: region=r",
        "quotes are no part of a name"),
    ("[profile é]\nregion = r".as_bytes(), "", "é: region=r", "é: region=r",
        "it works in the AWS CLI; JavaScript ignores it"),
    (b"[profile a=b]\nregion = r", "", "a=b: region=r", "a=b: region=r",
        "as above"),
    (b"[profile a]b]\nregion = r", "", "a]b: region=r", "a]b: region=r",
        "as above"),
    (b"[profile a#b]\nregion = r", FAILS, "a#b: region=r", "a#b: region=r",
        "as above"),
    (b"[profile  a]\nregion = r", "a: region=r", "a: region=r", "a: region=r",
        "JavaScript alone ignores it"),
    (b"[ profile a ]\nregion = r", "a: region=r", "", "a: region=r",
        "it can mean nothing else; JavaScript ignores it"),
    (b"[profile a]\nregion = r\n[DEFAULT]\noutput = o", "a: region=r", "a: output=o region=r", "a: region=r",
        "Python's configparser leaks it into every section, by accident"),
    (b"[profile a] # see [b]\nregion = r", "a: region=r", "", "a: region=r",
        "a comment is no part of a name"),
    (b"[profile a]# note\nregion = r", "a: region=r", "a: region=r", "a: region=r",
        "JavaScript takes it for no header, and the keys for the section's before it"),
    (b"[profile a] note\nregion = r", FAILS, "a: region=r", "a: region=r",
        "as above"),
    (b"[profile a]\nregion = r\n[profile b\nregion = s", FAILS, FAILS, "a: region=r",
        "no key may slip into a profile that is not its own, as in JavaScript"),
    // Which of two counts.
    (b"[default]\nregion = r\noutput = o\n[profile default]\nregion = s", "default: region=s", "default: region=s", "default: region=s",
        "the prefixed one replaces the other whole"),
    (b"[profile default]\nregion = s\n[default]\nregion = r", "default: region=s", "default: region=r", "default: region=s",
        "the SDKs' common rule, whatever the order; JavaScript takes the later"),
    (b"[profile a]\nregion = r\noutput = o\n[profile a]\nregion = s", "a: output=o region=s", FAILS, "a: output=o region=s",
        "merged, the last key wins"),
    (b"[profile a]\nregion = r\nregion = s", "a: region=s", FAILS, "a: region=s",
        "the last wins"),
    (b"[profile a]\nREGION = r", "a: region=r", "a: region=r", "a: region=r",
        "JavaScript alone tells the case of keys apart"),
    // Values and comments.
    (b"[profile a]\nregion = r # note", "a: region=r", "a: region=r # note", "a: region=r",
        "no setting of ours holds a space and a # or ;"),
    (b"[profile a]\nregion = r;s#t", "a: region=r;s#t", "a: region=r;s#t", "a: region=r;s#t",
        "without a space before it, it is part of the value"),
    (b"[profile a]\nregion = r\n  # note", "a: region=r⏎# note", "a: region=r", "a: region=r",
        "an indented comment is a comment"),
    (b"[profile a]\ns3 =\n  # note\n  addressing_style = path", FAILS, "a: s3=⏎addressing_style=path", "a: s3=⏎addressing_style=path",
        "as above"),
    (b"[profile a]\nregion: r", FAILS, "a: region=r", "a: region=r",
        "it can mean nothing else; JavaScript ignores it"),
    (b"[profile a]\ncredential_process = a: b = c", "a: credential_process=a: b = c", "a: credential_process=a: b = c", "a: credential_process=a: b = c",
        "the first = ends the key"),
    (b"[profile a]\ncredential_process = a\n\n  b", "a: credential_process=a⏎b", "a: credential_process=a⏎⏎b", "a: credential_process=a⏎b",
        "JavaScript drops the second line"),
    (b"[profile a]\nregion = r\n  output = o", "a: region=r⏎output = o", "a: region=r⏎output = o", "a: region=r⏎output = o",
        "a deeper line is more of the value; JavaScript takes it for a key"),
    (b"[profile a]\nregion =", "a: region=", "a: region=", "a: region=",
        "JavaScript has no such key"),
    // Indentation.
    (b"[profile a]\n  region = r\n  output = o", FAILS, "a: output=o region=r", "a: output=o region=r",
        "the Rust SDK alone refuses it"),
    (b"  [profile a]\nregion = r", FAILS, "a: region=r", "a: region=r",
        "as above"),
    (b"[profile a]\nregion = r\n  [profile b]\noutput = o", "a: output=o region=r⏎[profile b]", "a: output=o region=r⏎[profile b]", "a: region=r | b: output=o",
        "it can mean nothing else, as in JavaScript"),
    // What is broken.
    (b"[profile a]\nword\nregion = r", FAILS, FAILS, "a: region=r",
        "one bad line must not take every profile away; nor does it in JavaScript"),
    (b"[profile a]\n= r\nregion = r", FAILS, FAILS, "a: region=r",
        "as above"),
    (b"region = s\n[profile a]\nregion = r", FAILS, FAILS, "a: region=r",
        "as above"),
    (b"\xEF\xBB\xBF[profile a]\nregion = r", FAILS, FAILS, "a: region=r",
        "an editor on Windows wrote it; JavaScript reads it"),
    (b"[profile a]\r\nregion = r\r\n", "a: region=r", "a: region=r", "a: region=r",
        "all agree"),
    (b"[profile a]\nregion = \xFFr", "", FAILS, "a: region=\u{fffd}r",
        "one bad byte spoils its own value alone, as in JavaScript"),
];

fn shown(sections: Option<&Sections>) -> String {
    let Some(sections) = sections else { return FAILS.to_owned() };
    let shown = sections.iter().map(|(section, settings)| {
        let settings: Vec<_> = settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("{}: {}", section.strip_prefix("profile ").unwrap(), settings.join(" "))
    });
    shown.collect::<Vec<_>>().join(" | ").replace('\n', "⏎")
}

#[test]
fn where_the_sdks_disagree_the_user_is_sided_with() {
    for (file, rust, _, expected, why) in DISAGREEMENTS {
        let text = String::from_utf8_lossy(file);
        assert_eq!(shown(Some(&ours(file))), *expected, "ours, {text:?}: {why}");
        assert_eq!(shown(rust_sdk(file).as_ref()), *rust, "the Rust SDK, {text:?}");
    }
    let Some(readings) = botocore(DISAGREEMENTS.iter().map(|row| row.0)) else { return };
    for ((file, _, expected, ..), read) in DISAGREEMENTS.iter().zip(readings) {
        assert_eq!(shown(read.as_ref()), *expected, "botocore, {:?}", String::from_utf8_lossy(file));
    }
}

#[test]
fn botocore_reads_what_we_read() {
    let files = samples(&plain_file(), 300);
    let Some(read) = botocore(files.iter().map(String::as_bytes)) else { return };
    for (file, read) in files.iter().zip(read) {
        assert_eq!(read.as_ref(), Some(&ours(file.as_bytes())), "{file}");
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn the_rust_sdk_reads_what_we_read(file in plain_file()) {
        prop_assert_eq!(rust_sdk(file.as_bytes()), Some(ours(file.as_bytes())));
    }

    #[test]
    fn one_profile_reads_as_it_does_in_the_whole_file(file in awkward_file()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, &file).unwrap();
        let whole = Config::read(&path).unwrap();
        for name in ["a", "b", "a b", "default", "\u{fffd}", "absent"] {
            let one = Config::read_profile(&path, name).unwrap();
            if name != "\u{fffd}" {
                prop_assert_eq!(one.profile(name), whole.profile(name));
            }
            prop_assert!(one.profiles().all(|section| section.name() == name));
            prop_assert!(one.sso_sessions().eq(whole.sso_sessions()));
        }
    }

    #[test]
    fn one_key_reads_as_it_does_among_all_of_its_section(file in awkward_file()) {
        let all = Config::parse(&file);
        for section in all.profiles().chain(all.sso_sessions()) {
            let keys: std::collections::BTreeSet<_> = section.keys().collect();
            for key in keys.into_iter().chain(["sso_region", "sso_start_url", "credential_process"]) {
                let fresh = Config::parse(&file);
                prop_assert_eq!(fresh.section(section.at()).get(key), section.get(key), "{}", key);
            }
        }
    }

    #[test]
    fn no_file_is_refused(file in proptest::collection::vec(any::<u8>(), 0..200)) {
        ours(&file);
    }
}
