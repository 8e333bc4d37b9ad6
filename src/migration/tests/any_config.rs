//! What holds for every config: no name is lost, and none becomes a role of another Identity Center.

use proptest::prelude::*;

use super::{BETA, planned};
use crate::aws_config::config::{Config, Section};
use crate::migration::aws_sso_cli::{Account, Role, TheirConfig, via};
use crate::role::RoleRef;
use crate::settings::Settings;

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["prod", "a", "b", "A", "default", "my role", "x:y", "a/R", "a/S", "=b", "000000000002/R"])
        .prop_map(str::to_owned)
}

fn of(key: &str, value: Option<String>) -> String {
    value.map(|value| format!("{key}: '{value}', ")).unwrap_or_default()
}

prop_compose! {
    fn role()(
        profile in prop::option::of(name()),
        via in prop::option::weighted(0.3, prop::sample::select(vec!["1:R", "1:S", "086201771918:Reader", "no"])),
        region in prop::option::of(prop::sample::select(vec!["eu-west-1", "us-east-1", "EU West"])),
    ) -> String {
        let (via, region) = (via.map(str::to_owned), region.map(str::to_owned));
        format!("{{{}{}{}}}", of("Profile", profile), of("Via", via), of("DefaultRegion", region))
    }
}

prop_compose! {
    fn account()(
        name in prop::option::of(name()),
        region in prop::option::of(prop::sample::select(vec!["eu-west-3", "bad region"])),
        roles in prop::collection::btree_map(prop::sample::select(vec!["R", "S", "Reader"]), role(), 0..3),
    ) -> String {
        let roles: String = roles.iter().map(|(name, role)| format!("{name}: {role}, ")).collect();
        let region = of("DefaultRegion", region.map(str::to_owned));
        format!("{{{}{region}Roles: {{{roles}}}}}", of("Name", name))
    }
}

prop_compose! {
    fn their_config()(
        instances in prop::collection::btree_map(
            prop::sample::select(vec!["a", "b", "c"]),
            (
                prop::collection::btree_map(prop::sample::select(vec!["1", "2", "086201771918"]), account(), 0..3),
                prop::sample::select(vec!["us-east-1", "us-east-1", "us-east-1", "EU West"]),
            ),
            1..3,
        ),
        region in prop::option::of(prop::sample::select(vec!["ca-central-1", "eu-west-1", "no region"])),
        format in prop::option::of(Just("{{.AccountName}}/{{.RoleName}}".to_owned())),
    ) -> String {
        let instance = |(name, (accounts, region)): (&&str, &(std::collections::BTreeMap<&str, String>, &str))| {
            let accounts: String = accounts.iter().map(|(id, account)| format!("{id}: {account}, ")).collect();
            let url = format!("https://{name}.awsapps.com/start");
            format!("{name}: {{StartUrl: '{url}', SSORegion: '{region}', Accounts: {{{accounts}}}}}, ")
        };
        let instances: String = instances.iter().map(instance).collect();
        let (region, format) = (of("DefaultRegion", region.map(str::to_owned)), of("ProfileFormat", format));
        format!("{{{region}{format}SSOConfig: {{{instances}}}}}")
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Every name is written or said, and none becomes a role of another Identity Center.
    #[test]
    fn every_name_is_taken_over_or_named(text in their_config(), before in prop::sample::select(vec!["", BETA])) {
        let (config, settings, plan) = planned(&text, before.as_bytes(), "");
        let said = [plan.clashes(), plan.left_out()].concat().join("\n");
        let new = format!("{}\n{settings}", &config[before.len()..]);
        let is_there = |name: &str| {
            [name.to_owned(), name.replace(':', "/")].iter().any(|name| said.contains(name) || new.contains(name))
        };
        let context = format!("{text}\n{config}\n{settings}\n{said}");
        let theirs = TheirConfig::parse(&text).unwrap();
        prop_assert!(theirs.default_region.iter().all(|region| is_there(region)), "{}", context);
        let after = (Config::parse(config.as_bytes()), Settings::parse("s".as_ref(), settings.as_bytes()));
        for instance in &theirs.instances {
            if said.contains(&format!("{} and its roles", instance.name)) {
                continue;
            }
            for account in &instance.accounts {
                let names = account.name.iter().chain(&account.default_region);
                prop_assert!(names.clone().all(|name| is_there(name)), "{:?}\n{}", account, context);
                for role in &account.roles {
                    let id = format!("{}/{}", account.id, role.name);
                    let is_its_profile = |name: &str| {
                        let found = after.0.profile(name).and_then(Section::role);
                        found.is_some_and(|(_, found)| found.is_role(&account.id, &role.name))
                    };
                    let is_alias = |name: &str| *name == *id || after.1.role_of_alias(name).is_some_and(|it| it == id);
                    let needs_nothing = |name: &String| is_alias(name) || is_its_profile(name) || is_there(name);
                    prop_assert!(role.profile.iter().all(needs_nothing), "{:?}\n{}", role, context);
                    let regions = role.default_region.iter().all(|region| is_there(region));
                    prop_assert!(regions || said.contains(&id), "{:?}\n{}", role, context);
                    let via = role.via.as_ref().is_none_or(|text| {
                        let source = via(text);
                        let is_written = |(id, name): (String, String)| config.contains(&id) && config.contains(&name);
                        said.contains(text) || source.is_some_and(is_written)
                    });
                    prop_assert!(via, "{:?}\n{}", role, context);
                }
            }
        }
        let owners = |name: &str| -> Vec<&str> {
            let is_generated = |account: &Account, role: &Role| {
                let generated = account.name.as_ref().map(|account| format!("{account}/{}", role.name));
                theirs.profile_format.is_some() && generated.as_deref() == Some(name)
            };
            let has = |account: &Account| {
                account.roles.iter().any(|role| match &role.profile {
                    Some(profile) => profile == name,
                    None => is_generated(account, role),
                })
            };
            let with = theirs.instances.iter().filter(|instance| instance.accounts.iter().any(has));
            with.map(|instance| instance.start_url.as_str()).collect()
        };
        for (alias, value, _) in after.1.aliases() {
            prop_assert!(Config::parse(before.as_bytes()).profile(alias).is_none(), "{}", context);
            let is_id = matches!(value.parse(), Ok(RoleRef::Id { .. }));
            prop_assert!(!is_id || after.0.directories().len() == 1, "{}", context);
            if after.0.profile(value).is_some() {
                let url = after.0.directory(value).unwrap().start_url;
                prop_assert!(owners(alias).is_empty() || owners(alias).contains(&&*url), "{}", context);
            }
        }
        for profile in after.0.profiles().filter(|profile| !before.contains(&format!("[profile {}]", profile.name()))) {
            let (name, url) = (profile.name(), after.0.directory(profile.name()).unwrap().start_url);
            prop_assert!(owners(name).is_empty() || owners(name).contains(&&*url), "{}", context);
            // Where there is one Identity Center, an alias and the profile may give the same role.
            let is_same = |alias: &str| {
                let ids = alias.split_once('/').filter(|_| after.0.directories().len() == 1);
                let role = profile.role().map(|(_, role)| role);
                ids.zip(role).is_some_and(|((account, name), role)| role.is_role(account, name))
            };
            let alias = after.1.role_of_alias(name);
            prop_assert!(alias.is_none_or(|alias| is_same(&alias)), "{} is hidden: {}", name, context);
        }
        let again = planned(&text, config.as_bytes(), &settings);
        prop_assert_eq!((again.0, again.1), (config, settings));
    }
}
