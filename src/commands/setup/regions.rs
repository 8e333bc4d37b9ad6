//! In which Region an Identity Center may be, where its start URL does not tell: the likely ones first.

use crate::aws_config::config::Config;
use crate::environment;
use crate::known_regions::{self, REGIONS};
use crate::partition::{Partition, region_of_zone};

/// How many are offered.
const MOST: usize = 6;

/// The Regions for people in a part of the world, by the start of its time zones' names. The first that fits counts.
const OF_ZONES: [(&str, &[&str]); 24] = [
    ("Europe/London", &["eu-west-2", "eu-west-1"]),
    ("Europe/Dublin", &["eu-west-1", "eu-west-2"]),
    ("Europe/Paris", &["eu-west-3", "eu-west-1"]),
    ("Europe/Stockholm", &["eu-north-1", "eu-west-1"]),
    ("Europe/Madrid", &["eu-south-2", "eu-west-1"]),
    ("Europe/Rome", &["eu-south-1", "eu-central-1"]),
    ("Europe/Zurich", &["eu-central-2", "eu-central-1"]),
    ("Europe/", &["eu-central-1", "eu-west-1"]),
    ("America/Sao_Paulo", &["sa-east-1", "us-east-1"]),
    ("America/Toronto", &["ca-central-1", "us-east-1"]),
    ("America/Los_Angeles", &["us-west-2", "us-east-1"]),
    ("America/Vancouver", &["ca-west-1", "us-west-2"]),
    ("America/Mexico_City", &["mx-central-1", "us-east-1"]),
    ("America/", &["us-east-1", "us-west-2"]),
    ("Asia/Tokyo", &["ap-northeast-1"]),
    ("Asia/Seoul", &["ap-northeast-2"]),
    ("Asia/Hong_Kong", &["ap-east-1"]),
    ("Asia/Shanghai", &["cn-north-1", "cn-northwest-1", "ap-east-1"]),
    ("Asia/Kolkata", &["ap-south-1", "ap-south-2"]),
    ("Asia/Jerusalem", &["il-central-1", "eu-central-1"]),
    ("Asia/Dubai", &["me-central-1", "me-south-1"]),
    ("Asia/", &["ap-southeast-1"]),
    ("Australia/", &["ap-southeast-2", "ap-southeast-4"]),
    ("Africa/", &["af-south-1", "eu-west-1"]),
];

/// Those in which most others are.
const COMMON: [&str; 5] = ["us-east-1", "eu-west-1", "eu-central-1", "us-west-2", "ap-southeast-2"];

/// The likely Regions of a partition, if that is known, the likeliest first: that of the environment, those of the
/// config, those near by.
pub(super) fn likely(config: &Config, partition: Option<&Partition>) -> Vec<String> {
    let of_sessions = config.sso_sessions().filter_map(|session| session.setting("sso_region"));
    let of_profiles = config.profiles().flat_map(|profile| ["sso_region", "region"].map(|key| profile.setting(key)));
    let of_config = of_sessions.chain(of_profiles.flatten()).map(str::to_owned);
    let found = environment::region().into_iter().chain(of_config);
    ordered(found, &environment::time_zone().unwrap_or_default(), partition)
}

fn ordered(found: impl Iterator<Item = String>, zone: &str, partition: Option<&Partition>) -> Vec<String> {
    let near = OF_ZONES.iter().find(|(start, _)| zone.starts_with(start)).map_or(&[][..], |(_, regions)| regions);
    // Where few are common, all of the partition follow.
    let all = REGIONS.iter().filter(|_| partition.is_some_and(|partition| partition.name != "aws"));
    let known = near.iter().chain(&COMMON).chain(all).map(|region| (*region).to_owned());
    let found = found.map(|region| region_of_zone(&region).unwrap_or(&region).to_owned());
    let is_there = |region: &String| partition.is_none_or(|partition| Partition::of_region(region) == partition);
    let mut regions: Vec<String> = Vec::new();
    for region in found.filter(|region| known_regions::read(region).is_ok()).chain(known).filter(is_there) {
        if !regions.contains(&region) && regions.len() < MOST {
            regions.push(region);
        }
    }
    regions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_user_has_chosen_goes_before_what_is_near() {
        let cases: [(&[&str], &str, &str, &[&str]); 8] = [
            (&[], "", "", &["us-east-1", "eu-west-1"]),
            (&[], "Europe/Berlin", "", &["eu-central-1", "eu-west-1", "us-east-1"]),
            (
                &["us-west-2", "x", "eu-wst-1", "us-west-2"],
                "Europe/London",
                "",
                &["us-west-2", "eu-west-2", "eu-west-1", "us-east-1"],
            ),
            (&["us-east-2b"], "Asia/Kolkata", "aws", &["us-east-2", "ap-south-1", "ap-south-2"]),
            (&["us-east-1"], "America/New_York", "aws-us-gov", &["us-gov-east-1", "us-gov-west-1"]),
            (&["us-gov-west-1", "cn-north-1"], "", "aws-us-gov", &["us-gov-west-1", "us-gov-east-1"]),
            (&["us-east-1"], "Asia/Shanghai", "aws-cn", &["cn-north-1", "cn-northwest-1"]),
            (&[], "Europe/Berlin", "aws-eusc", &["eusc-de-east-1"]),
        ];
        for (found, zone, name, first) in cases {
            let partition = Partition::named(name);
            let regions = ordered(found.iter().map(|region| (*region).to_owned()), zone, partition);
            assert_eq!(regions[..first.len()], *first, "{zone}");
            assert!(regions.len() <= MOST);
            let is_there = |region: &String| partition.is_none_or(|there| Partition::of_region(region) == there);
            assert!(regions.iter().all(is_there), "{regions:?}");
        }
    }
}
