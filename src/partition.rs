//! AWS's partitions, and what each of them decides: regions, ARNs and host names.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

/// A group of regions that shares nothing with the others: accounts, ARNs, hosts and the console are its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// The name, as ARNs have it.
    pub name: &'static str,
    /// The start of the names of its regions.
    pub region_prefix: &'static str,
    /// The end of its services' host names.
    pub dns_suffix: &'static str,
    /// The console's host, where it is public; hosts below it are the console's too.
    pub console_host: Option<&'static str>,
    /// The host of the console's sign-in (federation), where it is public.
    pub sign_in_host: Option<&'static str>,
    /// The same in one region. After a sign-out it goes on to a link of its own, which that without a region does not.
    pub sign_out_host: Option<&'static str>,
}

/// The commercial partition, which all regions belong to that no other partition claims.
const AWS: Partition = Partition {
    name: "aws",
    region_prefix: "",
    dns_suffix: "amazonaws.com",
    console_host: Some("console.aws.amazon.com"),
    sign_in_host: Some("signin.aws.amazon.com"),
    sign_out_host: Some("us-east-1.signin.aws.amazon.com"),
};

/// All partitions, as in the SDKs' endpoint rules. Those of the intelligence community publish no console.
pub const PARTITIONS: [Partition; 8] = [
    Partition {
        name: "aws-cn",
        region_prefix: "cn-",
        dns_suffix: "amazonaws.com.cn",
        console_host: Some("console.amazonaws.cn"),
        sign_in_host: Some("signin.amazonaws.cn"),
        sign_out_host: Some("cn-north-1.signin.amazonaws.cn"),
    },
    Partition {
        name: "aws-us-gov",
        region_prefix: "us-gov-",
        dns_suffix: "amazonaws.com",
        console_host: Some("console.amazonaws-us-gov.com"),
        sign_in_host: Some("signin.amazonaws-us-gov.com"),
        sign_out_host: Some("us-gov-west-1.signin.amazonaws-us-gov.com"),
    },
    Partition {
        name: "aws-eusc",
        region_prefix: "eusc-",
        dns_suffix: "amazonaws.eu",
        console_host: Some("console.amazonaws-eusc.eu"),
        // The European Sovereign Cloud has no sign-in host without a region, and one region.
        sign_in_host: Some("eusc-de-east-1.signin.amazonaws-eusc.eu"),
        sign_out_host: Some("eusc-de-east-1.signin.amazonaws-eusc.eu"),
    },
    Partition {
        name: "aws-iso",
        region_prefix: "us-iso-",
        dns_suffix: "c2s.ic.gov",
        console_host: None,
        sign_in_host: None,
        sign_out_host: None,
    },
    Partition {
        name: "aws-iso-b",
        region_prefix: "us-isob-",
        dns_suffix: "sc2s.sgov.gov",
        console_host: None,
        sign_in_host: None,
        sign_out_host: None,
    },
    Partition {
        name: "aws-iso-e",
        region_prefix: "eu-isoe-",
        dns_suffix: "cloud.adc-e.uk",
        console_host: None,
        sign_in_host: None,
        sign_out_host: None,
    },
    Partition {
        name: "aws-iso-f",
        region_prefix: "us-isof-",
        dns_suffix: "csp.hci.ic.gov",
        console_host: None,
        sign_in_host: None,
        sign_out_host: None,
    },
    AWS,
];

impl Partition {
    /// The partition of a region.
    #[must_use]
    pub fn of_region(region: &str) -> &'static Self {
        PARTITIONS.iter().find(|partition| region.starts_with(partition.region_prefix)).unwrap_or(&AWS)
    }

    /// The region of its services that have one endpoint for all.
    #[must_use]
    pub(crate) fn first_region(&self) -> Region {
        let region = match self.name {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            "aws-eusc" => "eusc-de-east-1",
            "aws-iso" => "us-iso-east-1",
            "aws-iso-b" => "us-isob-east-1",
            "aws-iso-e" => "eu-isoe-west-1",
            "aws-iso-f" => "us-isof-south-1",
            _ => "us-east-1",
        };
        Region(region.to_owned())
    }

    /// The partition that ARNs call by this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PARTITIONS.iter().find(|partition| partition.name == name)
    }
}

/// The name of a region, such as `eu-west-1`.
///
/// It becomes part of host names, file names and a shell's environment, so it is a host's label and nothing else.
/// Endpoints that imitate AWS have regions such as `local` or `auto`, so a word is one, unless it is a word by which
/// people and programs mean no region or several.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region(String);

/// What programs write where they have no region.
const NO_REGION: [&str; 9] = ["none", "null", "nil", "undefined", "unknown", "default", "global", "true", "false"];

/// Whether a text stands for several regions: a word or a pattern.
#[must_use]
pub fn means_several_regions(text: &str) -> bool {
    let words = ["all", "all-enabled", "all-regions", "any", "each", "enabled", "enabled-regions", "every"];
    text.contains(['*', '?']) || words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The region of an Availability Zone, such as `eu-west-1a`.
#[must_use]
pub fn region_of_zone(text: &str) -> Option<&str> {
    let region = text.strip_suffix(|letter: char| letter.is_ascii_lowercase())?;
    is_aws_region(region).then_some(region)
}

/// The text is not a [`Region`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRegion;

impl InvalidRegion {
    /// What to do about it.
    pub const REMEDY: &'static str = "write it like eu-west-1";
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, InvalidRegion> {
        let is_region = is_host_label(text) && !NO_REGION.contains(&text) && !means_several_regions(text);
        if is_region { Ok(Self(text.to_owned())) } else { Err(InvalidRegion) }
    }
}

impl Deref for Region {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "that is not a region; {}", Self::REMEDY)
    }
}

impl std::error::Error for InvalidRegion {}

/// The region that a user has written, in an option or a setting.
pub(crate) fn named_region(text: &str) -> Result<String, String> {
    match (text.parse::<Region>(), region_of_zone(text)) {
        (Ok(_), Some(region)) => Err(format!("that is an Availability Zone; its region is {region}")),
        (Ok(region), None) => Ok(region.to_string()),
        (Err(_), _) if means_several_regions(text) => Err(format!("that is not one region; {}", InvalidRegion::REMEDY)),
        (Err(error), _) => Err(in_lower_case(text)
            .map_or_else(|| error.to_string(), |region| format!("that is not a region; did you mean {region}?"))),
    }
}

/// The region that this text would be in lower case.
fn in_lower_case(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let is_region = lower != text && (is_aws_region(&lower) || region_of_zone(&lower).is_some());
    is_region.then(|| region_of_zone(&lower).unwrap_or(&lower).to_owned())
}

/// Whether a text is one part of a host name, in lower case.
#[must_use]
pub fn is_host_label(text: &str) -> bool {
    text.len() <= 63
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether a text has the form of AWS's own region names: words, then a number, as in `us-gov-east-1`.
///
/// It tells a region from another label of a host, such as `s3`.
#[must_use]
pub fn is_aws_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && words.contains('-') && words.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_of_a_region_decides_its_partition() {
        let cases = [
            ("us-east-1", "aws"),
            ("eu-west-1", "aws"),
            ("local", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
        ];
        for (region, name) in cases {
            assert_eq!(Partition::of_region(region).name, name, "{region}");
            assert_eq!(Partition::named(name), Some(Partition::of_region(region)));
        }
        assert_eq!(Partition::named("aws-mars"), None);
    }

    #[test]
    fn each_console_has_a_host_that_goes_on_after_a_sign_out() {
        for partition in &PARTITIONS {
            let names = [partition.console_host, partition.sign_in_host, partition.sign_out_host];
            assert!(names.iter().all(Option::is_some) || names == [None; 3], "{}", partition.name);
            let Some((region, host)) = partition.sign_out_host.and_then(|host| host.split_once('.')) else { continue };
            assert_eq!(Partition::of_region(region), partition);
            assert!(is_aws_region(region) && partition.sign_in_host.is_some_and(|global| global.ends_with(host)));
        }
    }

    #[test]
    fn a_region_is_one_label_of_a_host() {
        let longest = "a".repeat(63);
        for region in
            ["us-east-1", "eusc-de-east-1", "aws-global", "mars-north-12", "local", "localhost", "r", &longest]
        {
            assert_eq!(region.parse::<Region>().as_deref(), Ok(region));
        }
        let longer = "a".repeat(64);
        let others = ["", "US-EAST-1", "us_east_1", "us east", "x.example/", "a/b", "a#b", "a@b", "-x", "x-", &longer];
        for text in others.into_iter().chain([
            "all",
            "ALL",
            "every",
            "enabled",
            "*",
            "eu-*",
            "eu-west-?",
            "null",
            "none",
            "true",
            "default",
            "global",
        ]) {
            assert_eq!(text.parse::<Region>(), Err(InvalidRegion), "{text}");
        }
    }

    #[test]
    fn a_region_of_aws_is_words_and_a_number() {
        for region in ["eu-west-1", "us-gov-east-1", "ap-southeast-12", "eusc-de-east-1"] {
            assert!(is_aws_region(region), "{region}");
        }
        for (zone, region) in
            [("eu-west-1a", Some("eu-west-1")), ("us-gov-east-1b", Some("us-gov-east-1")), ("local", None)]
        {
            assert_eq!(region_of_zone(zone), region);
        }
        for text in ["", "s3", "local", "east-1", "us--1", "us-east-", "us-east-1a", "US-EAST-1", "-us-1"] {
            assert!(!is_aws_region(text), "{text}");
        }
    }
}
