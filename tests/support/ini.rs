//! AWS files, and their readers: ours, the Rust SDK's, botocore's, and rust-ini.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::property::PropertiesKey;
use aws_runtime::env_config::section::EnvConfigSections;
use aws_runtime::env_config::source;
use aws_sso::aws_config::config::{Config, Section};
use aws_types::os_shim_internal::{Env, Fs};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::Home;

/// What a reader reads from a file: `profile a` → key → value. A nested block is `\nkey=value` for each of its keys.
pub type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// Every key in these files. The Rust SDK does not list the keys that it has read, so each is asked for.
pub const KEYS: [&str; 7] = ["region", "output", "sso_session", "sso_region", "credential_process", "s3", "sso"];
/// Every key of a nested block.
const NESTED: [&str; 2] = ["addressing_style", "endpoint_url"];
/// Every services section.
const SERVICES: [&str; 2] = ["local", "dev"];

/// Our reading of a file.
pub fn ours(file: &[u8]) -> Sections {
    let config = Config::parse(file);
    let settings = |section: Section<'_>| {
        let setting = |key: &str| Some((key.to_owned(), block(section.get(key)?)));
        section.keys().filter_map(setting).collect::<BTreeMap<_, _>>()
    };
    let profiles = config.profiles().map(|section| (format!("profile {}", section.name()), settings(section)));
    let sessions = config.sso_sessions().map(|section| (format!("sso-session {}", section.name()), settings(section)));
    let services = SERVICES
        .iter()
        .filter_map(|name| Some((format!("services {name}"), settings(config.services(name)?))))
        .filter(|(_, settings)| !settings.is_empty());
    profiles.chain(sessions).chain(services).collect()
}

/// The Rust SDK's reading; `None` if it refuses the file.
pub fn rust_sdk(file: &[u8]) -> Option<Sections> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    fs::write(&path, file).unwrap();
    let files = EnvConfigFiles::builder().with_file(EnvConfigFileKind::Config, &path).build();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let loaded = runtime.block_on(source::load(&Env::from_slice(&[]), &Fs::real(), &files));
    let read = EnvConfigSections::parse(loaded.unwrap()).ok()?;

    let settings = |get: &dyn Fn(&str) -> Option<String>| -> BTreeMap<String, String> {
        KEYS.iter().filter_map(|key| Some(((*key).to_owned(), get(key)?))).collect()
    };
    let profiles = read.profiles().map(|name| {
        let profile = read.get_profile(name).unwrap();
        (format!("profile {name}"), settings(&|key| profile.get(key).map(block)))
    });
    let sessions = read.sso_sessions().map(|name| {
        let session = read.sso_session(name).unwrap();
        (format!("sso-session {name}"), settings(&|key| session.get(key).map(block)))
    });
    let nested = |services: &str, key: &str| {
        let lines: String = NESTED
            .iter()
            .filter_map(|name| {
                let place = PropertiesKey::builder().section_key("services").section_name(services);
                let place = place.property_name(key).sub_property_name(*name).build().unwrap();
                Some(format!("\n{name}={}", read.other_sections().get(&place)?))
            })
            .collect();
        (!lines.is_empty()).then_some(lines)
    };
    let services = SERVICES
        .iter()
        .map(|name| (format!("services {name}"), settings(&|key| nested(name, key))))
        .filter(|(_, settings)| !settings.is_empty());
    Some(profiles.chain(sessions).chain(services).collect())
}

/// botocore's reading of each file; `None` inside if it refuses one, outside if there is no botocore.
#[track_caller]
pub fn botocore<'a>(files: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<Option<Sections>>> {
    const SCRIPT: &str = r#"
import json, sys
import botocore.configloader, botocore.exceptions

def flat(value):
    if isinstance(value, dict):
        return "".join(f"\n{key}={value[key]}" for key in sorted(value))
    return value

def read(path):
    try:
        config = botocore.configloader.load_config(path)
    except botocore.exceptions.ConfigParseError:
        return None
    kinds = {"profile": "profiles", "sso-session": "sso_sessions", "services": "services"}
    return {
        f"{kind} {name}": {key: flat(value) for key, value in section.items()}
        for kind, sections in kinds.items()
        for name, section in config[sections].items()
        if section or kind != "services"
    }

json.dump([read(path) for path in json.load(sys.stdin)], sys.stdout)
"#;
    let home = Home::new();
    let python = home.boto3(SCRIPT)?;
    let paths: Vec<PathBuf> =
        files.into_iter().enumerate().map(|(number, file)| home.write(format!("configs/{number}"), file)).collect();
    let output = python.stdin(serde_json::to_vec(&paths).unwrap()).run().success();
    Some(serde_json::from_str(&output.stdout).unwrap())
}

/// rust-ini's reading, sections by their whole header; `None` if it refuses the file.
pub fn rust_ini(file: &[u8]) -> Option<Sections> {
    let option = ini::ParseOption { enabled_quote: false, enabled_escape: false, ..ini::ParseOption::default() };
    let read = ini::Ini::load_from_str_opt(std::str::from_utf8(file).ok()?, option).ok()?;
    let settings = |properties: &ini::Properties| {
        properties.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    Some(read.iter().map(|(name, section)| (name.unwrap_or_default().to_owned(), settings(section))).collect())
}

/// A nested block without its spacing and in the order of its keys; any other value as it is.
fn block(value: &str) -> String {
    let Some(lines) = value.strip_prefix('\n') else { return value.to_owned() };
    let settings: BTreeMap<_, _> = lines.lines().filter_map(|line| line.split_once('=')).collect();
    let lines = settings.iter().map(|(key, value)| ["\n", key.trim(), "=", value.trim()].concat());
    lines.collect()
}

/// A file that every SDK accepts and reads alike.
pub fn plain_file() -> impl Strategy<Value = String> {
    let names = ["a", "b", "corp-1", "A_b.c/d%e@f:g+h", "default"];
    let profile = (proptest::sample::subsequence(names.to_vec(), 0..=names.len()).prop_shuffle(), Just("profile"));
    let session = (proptest::sample::subsequence(vec!["a", "corp"], 0..=2), Just("sso-session"));
    let services = (proptest::sample::subsequence(SERVICES.to_vec(), 0..=2), Just("services"));
    let headers = (profile, session, services).prop_map(|groups| {
        let groups = [groups.0, groups.1, groups.2];
        let headers =
            |(names, kind): (Vec<&'static str>, &'static str)| names.into_iter().map(move |name| (kind, name));
        groups.into_iter().flat_map(headers).collect::<Vec<_>>()
    });
    let sections = headers
        .prop_shuffle()
        .prop_flat_map(|headers| headers.into_iter().map(|(kind, name)| plain_section(kind, name)).collect::<Vec<_>>());
    let note = proptest::sample::select(vec!["", "\n", "# note\n", "; [profile x]\n\n"]);
    (note, sections, any::<bool>(), any::<bool>()).prop_map(|(note, sections, crlf, ended)| {
        let mut file = format!("{note}{}", sections.concat());
        if !ended {
            file.truncate(file.trim_end_matches('\n').len());
        }
        if crlf { file.replace('\n', "\r\n") } else { file }
    })
}

fn plain_section(kind: &'static str, name: &'static str) -> impl Strategy<Value = String> {
    let header = match (kind, name) {
        ("profile", "default") => "[default]\n".to_owned(),
        _ => format!("[{kind} {name}]\n"),
    };
    let keys = proptest::sample::subsequence(KEYS.to_vec(), 0..=KEYS.len()).prop_shuffle();
    let settings = keys.prop_flat_map(move |keys| {
        let setting = move |key| plain_setting(key, kind == "services");
        keys.into_iter().map(setting).collect::<Vec<_>>()
    });
    settings.prop_map(move |settings| format!("{header}{}", settings.concat()))
}

fn plain_setting(key: &'static str, nested_only: bool) -> impl Strategy<Value = String> {
    let equals = proptest::sample::select(vec![" = ", "=", "= ", " =", "\t=  "]);
    let tail = proptest::sample::select(vec!["\n", "\n", "\n\n", " \n", "\n# note\n", "\n;note = 1\n \n"]);
    let key = proptest::sample::select(vec![key.to_owned(), key.to_owned(), key.to_uppercase()]);
    let nested = (any::<[bool; 2]>(), value(), proptest::sample::select(vec!["  ", "\t", " "]));
    (key, equals, value(), nested, any::<u8>(), tail).prop_map(
        move |(key, equals, value, ([first, second], inner, indent), choice, tail)| {
            let equals_only = equals.trim_end();
            if nested_only || choice % 4 == 0 {
                let mut block = format!("{key}{equals_only}\n");
                for (name, wanted) in NESTED.iter().zip([first || nested_only, second]) {
                    if wanted {
                        block.extend([indent, name, equals, &inner, "\n"]);
                    }
                }
                return block;
            }
            if choice % 4 == 1 {
                return format!("{key}{equals}{value}\n{indent}more{equals}{inner}\n");
            }
            format!("{key}{equals}{value}{tail}")
        },
    )
}

/// A value: not empty, without white space around it, and without anything that some SDK reads as a comment.
pub fn value() -> impl Strategy<Value = String> {
    "[!-~é\u{4e16}][ -~é\u{4e16}]{0,12}[!-~é\u{4e16}]".prop_filter("a comment to some SDK", |value| {
        !value.starts_with(['#', ';']) && ![" #", " ;"].iter().any(|mark| value.contains(mark))
    })
}

/// A file of lines that one SDK or another does not read as meant, in any order.
pub fn awkward_file() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<&'static [u8]> = vec![
        b"[profile a]",
        b"[profile b]",
        b"[profile \"a\"]",
        b"[profile 'a b']",
        b"[ profile a ] # note",
        b"[profile\tb]; [profile a]",
        b"[profile a b]",
        b"[profile a",
        b"[default]",
        b"[profile default]",
        b"[DEFAULT]",
        b"[sso-session a]",
        b"[services local]",
        b"[profile \xFF]",
        b"region = one",
        b"region=two # note",
        b"  region = three",
        b"REGION: four",
        b"region =",
        b"output = json",
        b"  output = [profile b]",
        b"sso_region = five",
        b"  sso_region=six",
        b"SSO_Region : \xFF",
        b"# sso_region = seven",
        b"sso_region_name = sso_region = eight",
        b"s3 =",
        b"  addressing_style = path",
        b"\tendpoint_url = http://x # note",
        b"    more",
        b"junk",
        b"= nothing",
        b"",
        b"  ",
        b"# note",
        b"  ; indented note",
        b"k\xFFey = \xFF",
    ];
    let line = (proptest::sample::select(lines), proptest::sample::select(vec![&b"\n"[..], b"\n", b"\r\n"]));
    (any::<bool>(), proptest::collection::vec(line, 0..24), any::<bool>()).prop_map(|(mark, lines, ended)| {
        let mut file: Vec<u8> = if mark { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
        for (line, ending) in &lines {
            file.extend_from_slice(line);
            file.extend_from_slice(ending);
        }
        if !ended {
            while file.ends_with(b"\n") || file.ends_with(b"\r") {
                file.pop();
            }
        }
        file
    })
}

/// The same samples on every run, for a reader that is too slow to read one file at a time.
pub fn samples<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(cases(0), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// A number of cases, without a file for those that fail.
pub fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { cases: count, failure_persistence: None, ..ProptestConfig::default() }
}
