//! What is wrong with the SSO keys of a profile or an sso-session.

use super::config::Section;
use super::misspelt::key_for;
use super::no_role::{NoRole, example, missing, without};
use super::value::{malformed, region_in};

/// An sso-session, or a profile of the older form, without this key.
pub(super) fn incomplete(section: Section<'_>, kind: &str, key: &str) -> NoRole {
    without(section, kind, key, "")
}

/// An sso-session, or a profile of the older form, whose start URL or region is not one.
pub(super) fn malformed_directory(section: Section<'_>, kind: &str) -> NoRole {
    let of = |key| malformed_value(section, kind, key);
    of("sso_start_url").or_else(|| of("sso_region")).unwrap_or_else(|| incomplete(section, kind, "sso_start_url"))
}

/// What is wrong with the sso-session that a profile names.
pub(super) fn session_fault(profile: Section<'_>) -> Option<NoRole> {
    let session = profile.get("sso_session")?;
    if profile.config().sso_session(session).is_some() { None } else { Some(unknown_session(profile)) }
}

/// A profile that names an sso-session which is not there.
pub(super) fn unknown_session(profile: Section<'_>) -> NoRole {
    let (name, session) = (profile.name(), profile.get("sso_session").unwrap_or_default());
    let (found, remedy) = if session.is_empty() {
        let example = example(profile.config(), "sso_session");
        (format!("profile {name} has an empty sso_session"), format!("write it, for example: sso_session = {example}"))
    } else if session.contains('\n') {
        let found = format!("the sso_session of profile {name} goes on in the next line, because that is indented");
        (found, "delete the white space at the start of that line".to_owned())
    } else {
        profile.config().unknown_session(name, session)
    };
    NoRole::new(profile, "sso_session", found, remedy)
}

/// What is wrong with the SSO keys of a profile.
pub(super) fn sso_fault(profile: Section<'_>) -> Option<NoRole> {
    if let Some(fault) = session_fault(profile) {
        return Some(fault);
    }
    let config = profile.config();
    let session = profile.setting("sso_session").and_then(|session| config.sso_session(session));
    let is_there = |key: &&str| profile.get(key).is_some();
    let keys = ["sso_account_id", "sso_role_name"];
    let has_directory = ["sso_session", "sso_start_url"].iter().any(is_there);
    // The key that makes the others necessary.
    let by = match keys.iter().find(|key| is_there(key)) {
        Some(key) => *key,
        None if has_directory && keys.iter().any(|key| key_for(profile, key).is_some()) => "",
        None => return None,
    };
    if !has_directory {
        let tried = key_for(profile, "sso_session").is_none() && key_for(profile, "sso_start_url").is_some();
        return missing(profile, if tried { "sso_start_url" } else { "sso_session" }, by);
    }
    let tells_region = profile.setting("sso_start_url").and_then(region_in).is_some();
    let of_older_form = if session.is_some() || tells_region { &[][..] } else { &["sso_region"] };
    let mut needed = keys.iter().chain(of_older_form);
    if let Some(fault) = needed.find_map(|key| missing(profile, key, by)) {
        return Some(fault);
    }
    if let Some(session) = session.filter(|session| differing_key(profile, *session).is_some()) {
        return Some(inconsistent(profile, session));
    }
    keys.iter().chain(&["sso_start_url", "sso_region"]).find_map(|key| malformed_value(profile, "profile", key))
}

/// A key of which a profile and its sso-session say different things: botocore refuses such a profile.
fn differing_key<'a>(profile: Section<'_>, session: Section<'a>) -> Option<&'a str> {
    session.keys().find(|key| matches!((profile.get(key), session.get(key)), (Some(one), Some(other)) if one != other))
}

/// A profile that says something else than its sso-session.
pub(super) fn inconsistent(profile: Section<'_>, session: Section<'_>) -> NoRole {
    let key = differing_key(profile, session).unwrap_or("sso_start_url");
    let (name, session) = (profile.name(), session.name());
    let found = format!("the {key} of profile {name} differs from that of its sso-session {session}");
    let remedy = format!("delete the line {key} from profile {name}; the sso-session has it");
    NoRole::new(profile, key, found, remedy)
}

fn malformed_value(section: Section<'_>, kind: &str, key: &str) -> Option<NoRole> {
    let value = section.setting(key)?;
    let bad = malformed(key, value)?;
    let remedy = match bad.meant {
        Some(meant) => format!("write: {key} = {meant}"),
        None if key == "sso_start_url" => {
            format!("write it as your administrator gave it, such as {}", example(section.config(), key))
        }
        None => format!("write it like: {key} = {}", example(section.config(), key)),
    };
    let found = format!("the {key} of {kind} {} {}: {value}", section.name(), bad.why);
    Some(NoRole::new(section, key, found, remedy))
}
