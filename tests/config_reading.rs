//! The AWS config is read as the AWS SDKs read it and, where they disagree, as its user would want.

use aws_sso::aws_config::config::Config;
use proptest::prelude::*;

use crate::support::disagreements::{DISAGREEMENTS, FAILS};
use crate::support::ini::{Sections, awkward_file, botocore, cases, ours, plain_file, rust_sdk, samples};

fn shown(sections: Option<&Sections>) -> String {
    let Some(sections) = sections else { return FAILS.to_owned() };
    let shown = sections.iter().map(|(section, settings)| {
        let settings: Vec<_> = settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("{}: {}", section.strip_prefix("profile ").unwrap(), settings.join(" "))
    });
    shown.collect::<Vec<_>>().join(" | ").replace('\n', "⏎")
}

#[test]
fn where_the_sdks_disagree_a_file_is_read_as_its_user_means_it() {
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
    fn one_key_reads_as_it_does_with_its_whole_section(file in awkward_file()) {
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
