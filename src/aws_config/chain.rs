//! Profiles with a `role_arn`: which roles are assumed one after the other, and with whose credentials that begins.

use super::config::{Config, Section};
use super::meaning::{Meanings, use_without_us};
use super::no_role::{NoRole, missing};
use crate::known_regions;
use crate::role::{Hop, IamRole, StsEndpoint};
use crate::suggest::nearest;

/// The values of `credential_source` that SDKs know.
const SOURCES: [&str; 3] = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];

/// How long STS may be asked to let a role be assumed, in seconds.
const DURATIONS: std::ops::RangeInclusive<u32> = 900..=43_200;

/// What a profile with a `role_arn` leads to.
#[derive(Clone, Debug)]
pub(crate) struct ProfileChain<'a> {
    /// Whose credentials are the first.
    pub(crate) start: ChainStart<'a>,
    /// The roles, in the order in which they are assumed.
    pub(crate) hops: Vec<Hop>,
}

/// With what a chain begins.
#[derive(Clone, Debug)]
pub(crate) enum ChainStart<'a> {
    /// With the role of this profile.
    Role(Section<'a>),
    /// With the access keys of the profile of this name.
    Keys(String),
}

impl<'a> ChainStart<'a> {
    /// The profile, if it has a role.
    pub(crate) fn profile(&self) -> Option<Section<'a>> {
        match self {
            Self::Role(profile) => Some(*profile),
            Self::Keys(_) => None,
        }
    }

    /// The name of the profile.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Role(profile) => profile.name(),
            Self::Keys(name) => name,
        }
    }
}

/// Where the credentials of a chain begin.
pub(super) enum Start<'a> {
    /// In the source of this profile that is no role to assume.
    Profile(Section<'a>),
    /// In the access keys of the profile of this name.
    Keys(&'a str),
    /// In what `credential_source` names, or in something else of the credentials file.
    Elsewhere,
}

impl<'a> Meanings<'a> {
    /// The chain of a profile that assumes a role; `None` if it is no such profile.
    ///
    /// Errors: the chain is not to be used as it stands, or not by this tool.
    pub(crate) fn chain(&self, profile: Section<'a>) -> Result<Option<ProfileChain<'a>>, NoRole> {
        if !profile.assumes() {
            return Ok(None);
        }
        if let Some(fault) = self.fault(profile) {
            return Err(fault);
        }
        // To AWS tools, a web identity goes before a source.
        if profile.get("web_identity_token_file").is_some() {
            return Err(self.without_role(profile));
        }
        let (assuming, start) = self.walk(profile)?;
        let start = match start {
            Start::Profile(start) => ChainStart::Role(start),
            Start::Keys(name) => ChainStart::Keys(self.usable_keys(name, profile)?),
            Start::Elsewhere => return Err(self.without_role(profile)),
        };
        if let Some(overridden) = assuming.iter().chain(&start.profile()).find_map(|section| self.overridden(*section))
        {
            return Err(overridden);
        }
        let is_ours = |start: Section<'_>| {
            start.role().is_some() || start.process_role_anywhere().is_some() || start.assuming_line().is_some()
        };
        if let Some(start) = start.profile().filter(|start| !is_ours(*start)) {
            let without = self.without_role(start);
            let role = profile.setting("role_arn").unwrap_or_default();
            let found = format!("profile {} assumes {role}; {}", profile.name(), without.found);
            return Err(without.advising(found, use_without_us(profile.name())));
        }
        let mut hops = assuming.iter().rev().map(|section| hop(*section)).collect::<Result<Vec<_>, _>>()?;
        for hop in &mut hops {
            hop.chain_profile = Some(profile.name().to_owned());
        }
        // Without a value of its own a role has that of the profile that the user names.
        if let Some((named, before)) = hops.split_last_mut() {
            for hop in before {
                hop.region = hop.region.take().or_else(|| named.region.clone());
                hop.endpoint = hop.endpoint.or(named.endpoint);
            }
        }
        Ok(Some(ProfileChain { start, hops }))
    }

    /// The profiles that a `role_arn` leads through, the named one first, and where that ends.
    ///
    /// Errors: what AWS tools would refuse on the way.
    pub(super) fn walk(&self, profile: Section<'a>) -> Result<(Vec<Section<'a>>, Start<'a>), NoRole> {
        let mut chain = vec![profile];
        loop {
            let current = chain[chain.len() - 1];
            let name = current.name();
            let fault = |found: String, remedy: String, key: &str| Err(NoRole::new(current, key, found, remedy));
            let source = match (current.get("source_profile"), current.get("credential_source")) {
                (Some(_), Some(_)) => {
                    let found = format!("profile {name} has both source_profile and credential_source");
                    return fault(found, "delete one of the two lines".to_owned(), "credential_source");
                }
                (None, None) => {
                    let missing = missing(current, "source_profile", "role_arn");
                    return missing.map_or(Ok((chain, Start::Elsewhere)), Err);
                }
                (None, Some(place)) if SOURCES.contains(&place) => return Ok((chain, Start::Elsewhere)),
                (None, Some(place)) => {
                    let found = format!("the credential_source of profile {name} is none that AWS tools know: {place}");
                    return fault(found, format!("write one of: {}", SOURCES.join(", ")), "credential_source");
                }
                (Some(source), None) => source,
            };
            let Some(next) = self.config().profile(source) else {
                if self.is_in_credentials_file(source) {
                    if let Some(found) = self.incomplete_in_file(source) {
                        return fault(found, "add the secret there, or delete the id".to_owned(), "source_profile");
                    }
                    let has_keys = self.access_keys(source).is_some();
                    return Ok((chain, if has_keys { Start::Keys(source) } else { Start::Elsewhere }));
                }
                let found = format!("profile {name} names the source_profile {source}, which is not there");
                let near = nearest(source, self.config().profiles().map(Section::name), 5);
                let remedy = match near.as_slice() {
                    [] => format!("add a section [profile {source}], or name another source_profile"),
                    near => format!("did you mean {}?", near.join(", ")),
                };
                return fault(found, remedy, "source_profile");
            };
            let has_keys = self.has_keys(next);
            if chain.iter().any(|seen| seen.name() == source) {
                // A profile may name itself for the keys that it holds.
                if source == name && has_keys {
                    return self.keys_fault(next).map_or(Ok((chain, Start::Keys(source))), Err);
                }
                let names: Vec<_> = chain.iter().map(|seen| seen.name()).chain([source]).collect();
                let found = format!("the source_profile of profile {name} leads in a circle: {}", names.join(" → "));
                return fault(found, "name a source_profile with credentials of its own".to_owned(), "source_profile");
            }
            let is_assumed = next.get("role_arn").is_some() && next.get("web_identity_token_file").is_none();
            if is_assumed && !has_keys {
                chain.push(next);
                continue;
            }
            // To AWS tools, keys of its own go before a role that it assumes.
            let wrong = if is_assumed { self.keys_fault(next) } else { self.fault(next) };
            if let Some(fault) = wrong {
                let found = format!("profile {} cannot be used: {}", chain[0].name(), fault.found);
                return Err(fault.saying(found));
            }
            if is_assumed || !next.has_source() {
                if self.access_keys(source).is_some() {
                    return Ok((chain, Start::Keys(source)));
                }
                let found = format!("profile {name} takes its credentials from profile {source}, which has none");
                return fault(found, "name a source_profile with credentials".to_owned(), "source_profile");
            }
            return Ok((chain, Start::Profile(next)));
        }
    }
}

/// What a profile asks of STS.
pub(crate) fn hop(profile: Section<'_>) -> Result<Hop, NoRole> {
    let name = profile.name();
    let fault = |key: &str, found: String, remedy: &str| Err(NoRole::new(profile, key, found, remedy.to_owned()));
    let text = |key: &str| profile.setting(key).map(str::to_owned);
    for key in ["external_id", "role_session_name", "mfa_serial"] {
        if profile.get(key) == Some("") {
            let found = format!("profile {name} has an empty {key}, with which AWS tools fail");
            return fault(key, found, "write its value, or delete the line");
        }
    }
    let arn = profile.setting("role_arn").unwrap_or_default();
    let Ok(role) = arn.parse::<IamRole>() else {
        let found = format!("the role_arn of profile {name} is not a role's ARN: {arn}");
        return fault("role_arn", found, "write it like arn:aws:iam::123456789012:role/NAME");
    };
    let endpoint = match profile.setting("sts_regional_endpoints").map(str::to_ascii_lowercase).as_deref() {
        None => None,
        Some("regional") => Some(StsEndpoint::Regional),
        Some("legacy") => Some(StsEndpoint::Legacy),
        Some(other) => {
            let found = format!("the sts_regional_endpoints of profile {name} is none that AWS tools know: {other}");
            return fault("sts_regional_endpoints", found, "write regional or legacy, or delete the line");
        }
    };
    // As in botocore, what is no number counts as none.
    let duration = profile.setting("duration_seconds").and_then(|seconds| seconds.parse().ok());
    if let Some(seconds) = duration.filter(|seconds| !DURATIONS.contains(seconds)) {
        let found = format!("the duration_seconds of profile {name} is {seconds}, which STS does not take");
        return fault("duration_seconds", found, "write a number from 900 (15 minutes) to 43200 (12 hours)");
    }
    let Some(tags) = profile.setting("session_tags").map_or(Some(Vec::new()), pairs) else {
        let found = format!("the session_tags of profile {name} are not pairs of a key and a value");
        return fault("session_tags", found, "write them as: KEY=VALUE,KEY=VALUE");
    };
    let keys = profile.setting("transitive_session_tags").into_iter().flat_map(|keys| keys.split(','));
    Ok(Hop {
        external_id: text("external_id"),
        session_name: text("role_session_name"),
        duration,
        mfa_serial: text("mfa_serial"),
        region: text("region").filter(|region| known_regions::form(region).is_ok()),
        endpoint,
        source_identity: text("source_identity"),
        tags,
        transitive_tags: keys.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()).collect(),
        profile: Some(name.to_owned()),
        ..Hop::new(role)
    })
}

/// `KEY=VALUE,KEY=VALUE`, as aws-vault reads it.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let pair = |pair: &str| pair.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()));
    text.split(',').map(pair).collect()
}

impl Config {
    /// The profiles with exactly this `role_arn`.
    pub(crate) fn assuming(&self, role: &IamRole) -> impl Iterator<Item = Section<'_>> {
        let by_role = self.assuming.get_or_init(|| {
            let mut by_role = std::collections::HashMap::<_, Vec<_>>::new();
            for profile in self.profiles() {
                if let Some(role) = profile.setting("role_arn") {
                    by_role.entry(role.to_owned()).or_default().push(profile.at());
                }
            }
            by_role
        });
        by_role.get(role.as_str()).into_iter().flatten().map(|at| self.section(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "\
[sso-session corp]
sso_start_url = https://x/start
sso_region = us-east-1
[profile native]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Reader
[profile discovered]
credential_process = aws-sso -p corp -r arn:aws:iam::123456789012:role/Reader -ext
[profile by-name]
credential_process = aws-sso process one
[profile with-option]
credential_process = aws-sso process 123456789012/Reader -p corp --assume=arn:aws:iam::210987654321:role/x
[profile other]
credential_process = other-tool --json
[profile keys]
aws_access_key_id = AKIA
aws_secret_access_key = s
[profile half-keys]
aws_access_key_id = AKIA
[profile secret-alone]
aws_secret_access_key = s
[profile on-keys]
role_arn = arn:aws:iam::210987654321:role/path/One
source_profile = keys
[profile assuming-with-keys]
role_arn = arn:aws:iam::210987654321:role/path/One
source_profile = p
aws_access_key_id = AKIA
aws_secret_access_key = s
[profile one]
role_arn = arn:aws:iam::210987654321:role/path/One
source_profile = native
region = eu-west-1
";

    /// The start and the roles of `[profile p]`, or why it is no chain of ours.
    fn chain(lines: &str) -> Result<(String, Vec<Hop>), String> {
        let config = Config::parse(format!("{BASE}[profile p]\n{lines}\n").as_bytes());
        let found = Meanings::new(&config).chain(config.profile("p").unwrap()).map_err(|no_role| no_role.found)?;
        let ProfileChain { start, hops } = found.ok_or("no chain")?;
        Ok((start.name().to_owned(), hops))
    }

    #[test]
    fn a_chain_leads_from_its_first_credentials_to_the_role_that_is_named() {
        const X: &str = "arn:aws:iam::210987654321:role/X";
        const ONE: &str = "arn:aws:iam::210987654321:role/path/One";
        /// The start and the roles, or what the error contains.
        type Expected<'a> = Result<(&'a str, &'a [&'a str]), &'a str>;
        let two = format!("q\n[profile q]\nrole_arn = {ONE}\nsource_profile = one");
        let cases: [(&str, Expected<'_>); 16] = [
            ("native", Ok(("native", &[X]))),
            ("discovered", Ok(("discovered", &[X]))),
            ("by-name", Ok(("by-name", &[X]))),
            ("with-option", Ok(("with-option", &[X]))),
            ("one", Ok(("native", &[ONE, X]))),
            (&two, Ok(("native", &[ONE, ONE, X]))),
            ("p", Err("leads in a circle: p → p")),
            ("q\n[profile q]\nrole_arn = x\nsource_profile = p", Err("leads in a circle: p → q → p")),
            ("q\n[profile q]\nrole_arn = nonsense\nsource_profile = native", Err("is not a role's ARN: nonsense")),
            (
                "other",
                Err("profile p assumes arn:aws:iam::210987654321:role/X; profile other gets its credentials from"),
            ),
            ("keys", Ok(("keys", &[X]))),
            ("on-keys", Ok(("keys", &[ONE, X]))),
            ("p\naws_access_key_id = A\naws_secret_access_key = s", Ok(("p", &[X]))),
            ("assuming-with-keys", Ok(("assuming-with-keys", &[X]))),
            ("half-keys", Err("profile half-keys has an aws_access_key_id without an aws_secret_access_key")),
            ("secret-alone", Err("takes its credentials from profile secret-alone, which has none")),
        ];
        for (source, expected) in cases {
            let found = chain(&format!("role_arn = {X}\nsource_profile = {source}"));
            match (found, expected) {
                (Ok((start, hops)), Ok((expected, roles))) => {
                    let found: Vec<_> = hops.iter().map(|hop| hop.role.as_str()).collect();
                    assert_eq!((start.as_str(), found.as_slice()), (expected, roles), "{source}");
                    assert!(hops.iter().all(|hop| hop.chain_profile.as_deref() == Some("p")), "{source}");
                }
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{source}: {found}"),
                (found, expected) => panic!("{source}: {found:?}, not {expected:?}"),
            }
        }
        assert_eq!(chain("region = eu-west-1"), Err("no chain".to_owned()));
    }

    #[test]
    fn a_hop_has_what_its_own_profile_says_and_the_region_of_the_named_one_where_it_has_none() {
        let (_, hops) = chain(
            "role_arn = arn:aws:iam::210987654321:role/X\nsource_profile = q\nregion = eu-north-1\n\
             sts_regional_endpoints = legacy\nexternal_id = x:1\nrole_session_name = me\nduration_seconds = 7200\n\
             mfa_serial = GAHT1\nsource_identity = Ada\nsession_tags = a = b , c=d=e\n\
             transitive_session_tags = a, c\n\
             [profile q]\nrole_arn = arn:aws:iam::210987654321:role/Q\nsource_profile = one\nduration_seconds = long",
        )
        .unwrap();
        let [one, q, x] = hops.as_slice() else { panic!("{hops:?}") };
        let regions = [one, q, x].map(|hop| hop.region.as_deref());
        assert_eq!(regions, [Some("eu-west-1"), Some("eu-north-1"), Some("eu-north-1")]);
        assert!([one, q, x].iter().all(|hop| hop.endpoint == Some(StsEndpoint::Legacy)));
        let role = x.role.clone();
        let expected = Hop {
            external_id: Some("x:1".to_owned()),
            session_name: Some("me".to_owned()),
            duration: Some(7200),
            mfa_serial: Some("GAHT1".to_owned()),
            source_identity: Some("Ada".to_owned()),
            tags: vec![("a".to_owned(), "b".to_owned()), ("c".to_owned(), "d=e".to_owned())],
            transitive_tags: vec!["a".to_owned(), "c".to_owned()],
            ..Hop::new(role)
        };
        assert!(x.is_same_request(&expected), "{x:?}");
        assert!(q.is_same_request(&Hop::new(q.role.clone())), "{q:?}");
        assert_eq!([one, q, x].map(|hop| hop.profile.as_deref()), [Some("one"), Some("q"), Some("p")]);
    }

    #[test]
    fn what_sts_would_not_take_is_named_before_it_is_asked() {
        for (line, why) in [
            ("duration_seconds = 60", "is 60, which STS does not take"),
            ("duration_seconds = 43201", "is 43201, which STS does not take"),
            ("sts_regional_endpoints = global", "is none that AWS tools know: global"),
            ("session_tags = a", "are not pairs of a key and a value"),
            ("web_identity_token_file = /t", "with a web identity"),
        ] {
            let lines = format!("role_arn = arn:aws:iam::210987654321:role/X\nsource_profile = native\n{line}");
            let found = chain(&lines).unwrap_err();
            assert!(found.contains(why), "{line}: {found}");
        }
        let source = "role_arn = arn:aws:iam::210987654321:role/X\ncredential_source = Ec2InstanceMetadata";
        assert!(
            chain(source)
                .unwrap_err()
                .contains("with the credentials of Ec2InstanceMetadata (credential_source), which aws-sso")
        );
    }
}
