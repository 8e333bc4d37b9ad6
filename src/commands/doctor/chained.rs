//! Profiles that assume a role: what the credentials file says in place of the config, and keys with which they begin.

use std::collections::BTreeMap;

use super::report::Finding;
use crate::aws_config::chain::ChainStart;
use crate::aws_config::config::Section;
use crate::aws_config::meaning::Meanings;
use crate::context::Context;

pub(super) fn check(context: &Context) -> Vec<Finding> {
    let Ok(config) = context.config() else { return Vec::new() };
    let meanings = Meanings::new(config);
    let mut findings = Vec::new();
    let mut on_keys: BTreeMap<String, usize> = BTreeMap::new();
    for profile in config.profiles().filter(|profile| profile.may_assume() && profile.assumes()) {
        if let Some(overridden) = meanings.overridden(profile) {
            let found = format!("{}: {}", overridden.place(config), overridden.found);
            findings.push(Finding::broken(found, overridden.remedy));
        }
        if let Ok(Some(chain)) = meanings.chain(profile)
            && let ChainStart::Keys(keys) = chain.start
        {
            let is_itself_assumed = keys != profile.name() && config.profile(&keys).is_some_and(Section::assumes);
            if is_itself_assumed && !on_keys.contains_key(&keys) {
                findings.push(Finding::warning(
                    format!(
                        "profile {keys} has access keys of its own, with which AWS tools begin where it is a \
                         source_profile, and not with its role"
                    ),
                    "delete the keys, or name another source_profile",
                ));
            }
            *on_keys.entry(keys).or_default() += 1;
        }
    }
    for (name, count) in on_keys {
        let Some(keys) = meanings.access_keys(&name).filter(|keys| keys.session_token.is_none()) else { continue };
        let profiles = if count == 1 { "1 profile assumes a role" } else { &format!("{count} profiles assume roles") };
        let found = format!("{profiles} with the access keys of profile {name} ({}), which do not expire", keys.place);
        findings.push(Finding::ok(found));
    }
    findings
}
