//! Which STS assumes a role.

use super::wanted::Wanted;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::aws_config::network::Network;
use crate::environment;
use crate::error::{Error, Result};
use crate::identity_center::StsPlace;
use crate::partition::{Partition, Region};
use crate::role::StsEndpoint;

/// The regions that the global endpoint serves, as in botocore. All later ones have their own endpoint alone.
const LEGACY_REGIONS: [&str; 15] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The STS for the last hop of a chain: in the region of its profile, else of this environment, else of the Identity
/// Center. A region of another partition than the role's is passed over.
pub(super) fn of(wanted: Wanted<'_>, config: &Config, directory: &Directory) -> Result<StsPlace> {
    let named = wanted.chain.last().and_then(|hop| hop.chain_profile.as_deref());
    let network = Network::of_chain(config, directory, named)?;
    let hop = wanted.chain.last();
    let partition = wanted.partition().unwrap_or_default();
    let is_there = |region: &String| Partition::of_region(region).name == partition && region.parse::<Region>().is_ok();
    let of_hop = hop.and_then(|hop| hop.region.clone()).filter(is_there);
    let region = of_hop.or_else(|| environment::region().filter(is_there));
    let region = region.unwrap_or_else(|| directory.region.to_string());
    let is_legacy = match environment::sts_regional_endpoints()? {
        Some(value) => is_legacy(&value)?,
        None => hop.and_then(|hop| hop.endpoint) == Some(StsEndpoint::Legacy),
    };
    let Network { sts_endpoint_url: endpoint, use_fips, use_dualstack, .. } = network;
    let is_global =
        is_legacy && endpoint.is_none() && !use_fips && !use_dualstack && LEGACY_REGIONS.contains(&region.as_str());
    Ok(if is_global {
        let (region, endpoint) = ("us-east-1".to_owned(), Some("https://sts.amazonaws.com".to_owned()));
        StsPlace { region, endpoint, use_fips, use_dualstack }
    } else {
        StsPlace { region, endpoint, use_fips, use_dualstack }
    })
}

fn is_legacy(value: &str) -> Result<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "legacy" => Ok(true),
        "regional" => Ok(false),
        _ => Err(Error::usage(format!(
            "{} is neither legacy nor regional: \"{value}\"",
            environment::STS_REGIONAL_ENDPOINTS
        ))
        .with_remedy("write legacy or regional, or remove it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Base;
    use crate::role::{Hop, RoleArn};

    const CONFIG: &[u8] = b"\
[sso-session corp]
sso_start_url = https://x/start
sso_region = ap-east-1
[profile plain]
output = json
[profile local]
services = here
[profile fips]
use_fips_endpoint = true
[profile both]
use_fips_endpoint = true
endpoint_url = https://all
[services here]
sts =
  endpoint_url = https://sts.here
sso =
  endpoint_url = https://sso.here
";

    #[test]
    fn sts_is_asked_in_the_region_of_the_profile_and_where_its_settings_say() {
        let config = Config::parse(CONFIG);
        let directory = config.directory("corp").unwrap();
        let place = |partition: &str, region: Option<&str>, legacy: bool, profile: &str| {
            let base = RoleArn {
                partition: partition.to_owned(),
                account_id: "123456789012".to_owned(),
                role_name: "Reader".to_owned(),
            };
            let hop = Hop {
                region: region.map(str::to_owned),
                endpoint: legacy.then_some(StsEndpoint::Legacy),
                chain_profile: Some(profile.to_owned()),
                ..Hop::new(format!("arn:{partition}:iam::210987654321:role/x").parse().unwrap())
            };
            of(Wanted::new(Base::Role(&base), &[hop]), &config, &directory).unwrap()
        };
        let global = Some("https://sts.amazonaws.com");
        let cases = [
            ("aws", Some("eu-west-1"), false, "plain", "eu-west-1", None, false),
            ("aws", None, false, "plain", "ap-east-1", None, false),
            ("aws", Some("no region"), false, "plain", "ap-east-1", None, false),
            ("aws", Some("cn-north-1"), false, "plain", "ap-east-1", None, false),
            ("aws-cn", Some("cn-north-1"), false, "plain", "cn-north-1", None, false),
            ("aws", Some("eu-west-1"), true, "plain", "us-east-1", global, false),
            ("aws", Some("ap-east-1"), true, "plain", "ap-east-1", None, false),
            ("aws", Some("eu-west-1"), false, "local", "eu-west-1", Some("https://sts.here"), false),
            ("aws", Some("eu-west-1"), true, "local", "eu-west-1", Some("https://sts.here"), false),
            ("aws", Some("eu-west-1"), true, "fips", "eu-west-1", None, true),
            ("aws", Some("eu-west-1"), false, "both", "eu-west-1", Some("https://all"), true),
        ];
        for (partition, asked, legacy, profile, region, endpoint, use_fips) in cases {
            let found = place(partition, asked, legacy, profile);
            let endpoint = endpoint.map(str::to_owned);
            let expected = StsPlace { region: region.to_owned(), endpoint, use_fips, use_dualstack: false };
            assert_eq!(found, expected, "{partition} {asked:?} {legacy} {profile}");
        }
        assert!(is_legacy("Legacy").unwrap() && !is_legacy("regional").unwrap() && is_legacy("x").is_err());
    }
}
