//! Sections and keys that look like those that AWS tools read, but are spelled differently.

use super::config::Section;
use super::document::Document;
use super::line::SectionKind;
use super::value::blank_name;
use crate::access_portal::pasted::is_blank;
use crate::suggest::nearest;

/// A section that AWS tools do not read as what it looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MisspeltSection {
    /// The line number of its header.
    pub(crate) line: usize,
    /// The text between the brackets.
    pub(crate) header: String,
    /// The kind that was meant.
    pub(crate) kind: SectionKind,
    /// The name that was meant; empty where there is none.
    pub(crate) name: String,
    /// What is wrong with it.
    why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Why {
    /// No AWS tool reads it.
    Unread,
    /// The AWS CLI and boto3 read it, other SDKs do not.
    ReadByBotocore,
    /// Its name is missing.
    Nameless,
    /// Its name has a space.
    SpaceInName,
    /// It has a blank that is not a space.
    Blank(char),
}

impl MisspeltSection {
    /// What is wrong with it, as the rest of a sentence about the section.
    pub(crate) fn fault(&self) -> String {
        match self.why {
            Why::Unread => "AWS tools do not read it".to_owned(),
            Why::ReadByBotocore => "only the AWS CLI and boto3 read it".to_owned(),
            Why::Nameless => "AWS tools do not read it, because it has no name".to_owned(),
            Why::SpaceInName => "AWS tools do not read it, because its name has a space".to_owned(),
            Why::Blank(letter) => format!("AWS tools do not read it, because it has {}", blank_name(letter)),
        }
    }

    /// What to write instead.
    pub(crate) fn remedy(&self) -> String {
        let name = match self.name.as_str() {
            "" => "NAME".into(),
            name if name.contains('\'') && !name.contains('"') => format!("\"{name}\""),
            name if name.contains('"') && !name.contains('\'') => format!("'{name}'"),
            name => name.to_owned(),
        };
        let header = match self.kind {
            SectionKind::Default => "[default]".to_owned(),
            SectionKind::SsoSession => format!("[sso-session {name}]"),
            SectionKind::Services => format!("[services {name}]"),
            SectionKind::Profile | SectionKind::Other => format!("[profile {name}]"),
        };
        match self.why {
            Why::SpaceInName => format!("write {header}, or another name of letters, digits and _ . - / % @ : +"),
            _ => format!("write {header}"),
        }
    }
}

/// Every section that is spelled differently from what AWS tools read, in file order.
pub(crate) fn sections(document: &Document) -> Vec<MisspeltSection> {
    let others = document.header_lines().filter(|(_, header)| header.kind == SectionKind::Other);
    others
        .filter_map(|(line, header)| {
            let text = String::from_utf8_lossy(&header.name);
            let has = |keys: &[&str]| keys.iter().any(|key| document.get(header, key).is_some());
            section(line, &text, has)
        })
        .collect()
}

/// Keys that only a profile has.
const OF_PROFILES: [&str; 10] = [
    "region",
    "output",
    "sso_session",
    "sso_account_id",
    "sso_role_name",
    "role_arn",
    "source_profile",
    "credential_process",
    "aws_access_key_id",
    "login_session",
];
/// Keys of an sso-session, which a profile of the older form has too.
const OF_SESSIONS: [&str; 2] = ["sso_start_url", "sso_region"];

fn section(line: usize, header: &str, has: impl Fn(&[&str]) -> bool) -> Option<MisspeltSection> {
    let misspelt = |kind, name: &str, why| {
        Some(MisspeltSection { line, header: header.to_owned(), kind, name: name.to_owned(), why })
    };
    let odd_blank = header.chars().find(|letter| is_blank(*letter) && !matches!(letter, ' ' | '\t'));
    let mut plain: String = header.chars().map(|letter| if is_blank(letter) { ' ' } else { letter }).collect();
    // `[profile.q]`, `[profile:q]`.
    for kind in ["profile", "sso-session"] {
        let is_divided = plain.get(kind.len()..).is_some_and(|rest| rest.starts_with(['.', ':', '=', '/']));
        if is_divided && plain[..kind.len()].eq_ignore_ascii_case(kind) {
            plain.replace_range(kind.len()..=kind.len(), " ");
        }
    }
    let words: Vec<_> = plain.split_whitespace().collect();
    let (kind, name) = kind_and_name(&words)?;
    let Some(kind) = kind else {
        // `[p]`: a profile, if its keys are those of one.
        let [name] = name else { return None };
        if has(&OF_PROFILES) {
            return misspelt(SectionKind::Profile, name, Why::Unread);
        }
        return if has(&OF_SESSIONS) { misspelt(SectionKind::SsoSession, name, Why::Unread) } else { None };
    };
    let why = match (odd_blank, name) {
        (Some(letter), _) => Why::Blank(letter),
        (None, [] | [""]) if kind != SectionKind::Default => Why::Nameless,
        (None, [_, _, ..]) => Why::SpaceInName,
        _ if is_read_by_botocore(header) => Why::ReadByBotocore,
        _ => Why::Unread,
    };
    misspelt(kind, &name.join("-"), why)
}

/// botocore looks at the beginning of the first word alone: `[profiles q]` is a profile.
fn is_read_by_botocore(header: &str) -> bool {
    let words: Vec<_> = header.split_ascii_whitespace().collect();
    words.len() == 2 && ["profile", "sso-session", "services"].iter().any(|kind| words[0].starts_with(kind))
}

/// The kind that the words of a header mean, and its name's words; no kind where only one word is there, which may be
/// a name.
fn kind_and_name<'a>(words: &'a [&'a str]) -> Option<(Option<SectionKind>, &'a [&'a str])> {
    let (first, rest) = words.split_first()?;
    let lower = first.to_lowercase();
    let near = |kind: &str| strsim::levenshtein(&lower, kind) <= 2;
    // `[sso session x]`.
    if lower == "sso" && rest.first().is_some_and(|word| word.to_lowercase().starts_with("session")) {
        return Some((Some(SectionKind::SsoSession), &rest[1..]));
    }
    if rest.is_empty() {
        let kind = match lower.as_str() {
            // `[DEFAULT]` is another thing to botocore, which `readers` describes.
            "default" if *first != "DEFAULT" => SectionKind::Default,
            "default" => return None,
            "profile" | "profiles" => SectionKind::Profile,
            "sso-session" | "sso_session" | "sso-sessions" | "sso_sessions" | "ssosession" => SectionKind::SsoSession,
            _ => return Some((None, words)),
        };
        return Some((Some(kind), rest));
    }
    let kind = if near("profile") || near("profiles") {
        SectionKind::Profile
    } else if near("sso-session") || near("sso-sessions") || lower == "session" {
        SectionKind::SsoSession
    } else if near("services") && lower.starts_with("serv") {
        SectionKind::Services
    } else {
        return None;
    };
    Some((Some(kind), rest))
}

/// Every key that gives a profile or an sso-session a meaning of its own.
pub(super) const KEYS: [&str; 17] = [
    "sso_account_id",
    "sso_role_name",
    "sso_session",
    "sso_start_url",
    "sso_region",
    "sso_registration_scopes",
    "sso_redirect_port",
    "credential_process",
    "role_arn",
    "source_profile",
    "credential_source",
    "web_identity_token_file",
    "login_session",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "region",
];

/// The key of this section that was probably meant for `key`.
pub(super) fn key_for<'a>(section: Section<'a>, key: &str) -> Option<&'a str> {
    // A key that is right, or nearer to another one, was not meant for this one.
    let is_candidate =
        |written: &&str| !KEYS.contains(written) && nearest(written, KEYS.iter().copied(), 1).first() == Some(&key);
    let written: Vec<_> = section.keys().filter(is_candidate).collect();
    nearest(key, written.into_iter(), 1).first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws_config::config::Config;

    #[test]
    fn a_section_that_aws_tools_do_not_read_is_named_with_what_to_write() {
        let sso = "sso_start_url = https://x/start\n";
        let profile = "sso_role_name = r\n";
        let cases = [
            ("[p]", profile, Some("write [profile p]")),
            ("[corp]", sso, Some("write [sso-session corp]")),
            ("[Profile q]", profile, Some("write [profile q]")),
            ("[PROFILE q]", profile, Some("write [profile q]")),
            ("[profiles q]", profile, Some("write [profile q]")),
            ("[profile it's]", profile, Some("write [profile \"it's\"]")),
            ("[porfile q]", profile, Some("write [profile q]")),
            ("[profile\u{a0}q]", profile, Some("write [profile q]")),
            ("[sso_session x]", sso, Some("write [sso-session x]")),
            ("[sso session x]", sso, Some("write [sso-session x]")),
            ("[SSO-Session x]", sso, Some("write [sso-session x]")),
            ("[sso-sessions x]", sso, Some("write [sso-session x]")),
            ("[session x]", sso, Some("write [sso-session x]")),
            ("[sso-session]", sso, Some("write [sso-session NAME]")),
            ("[profile]", profile, Some("write [profile NAME]")),
            ("[Default]", "region = r", Some("write [default]")),
            ("[profile a b]", profile, Some("write [profile a-b], or another name")),
            ("[profile q]", profile, None),
            ("[default]", profile, None),
            ("[sso-session x]", sso, None),
            ("[plugins]", "a = b", None),
            ("[preview]", "cloudfront = true", None),
            ("[profile.q]", profile, Some("write [profile q]")),
            ("[sso-session:x]", sso, Some("write [sso-session x]")),
            ("[DEFAULT]", "x = y", None),
        ];
        for (header, keys, remedy) in cases {
            let document = Document::parse(format!("\n{header}\n{keys}").as_bytes());
            let found = sections(&document);
            assert_eq!(
                found.first().map(MisspeltSection::remedy).as_deref(),
                remedy.map(|_| found[0].remedy()).as_deref()
            );
            match remedy {
                Some(remedy) => {
                    assert!(found[0].remedy().starts_with(remedy), "{header}: {found:?}");
                    assert_eq!(found[0].line, 2);
                }
                None => assert!(found.is_empty(), "{header}: {found:?}"),
            }
        }
        let fault = |file: &str| sections(&Document::parse(file.as_bytes()))[0].fault();
        assert!(fault("[profiles q]\nregion = r").starts_with("only the AWS CLI and boto3"));
        assert!(fault("[profile\u{a0}q]\nregion = r").contains("U+00A0"));
    }

    #[test]
    fn a_misspelt_key_is_found_for_the_key_that_it_is_nearest_to() {
        let cases = [
            ("sso_acount_id", Some("sso_account_id")),
            ("sso-account-id", Some("sso_account_id")),
            ("account_id", Some("sso_account_id")),
            ("sso_rolename", Some("sso_role_name")),
            ("sso_sesion", Some("sso_session")),
            ("credential_proces", Some("credential_process")),
            ("sso_region", None),
            ("s3", None),
            ("cli_pager", None),
        ];
        for (written, expected) in cases {
            let config = Config::parse(format!("[profile p]\n{written} = x").as_bytes());
            let section = config.profile("p").unwrap();
            for key in KEYS {
                let found = key_for(section, key);
                assert_eq!(found.is_some(), expected == Some(key), "{written} for {key}: {found:?}");
            }
        }
    }
}
