//! The Regions that AWS has, for the one that a person types: what it may be, and what was meant by a wrong one.

use crate::partition::{Partition, Region, is_aws_region, region_of_zone};

/// Those of the SDK's endpoint rules.
pub(crate) const REGIONS: [&str; 46] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// The places by which AWS's console calls its Regions.
const PLACES: [(&str, &str); 39] = [
    ("beijing", "cn-north-1"),
    ("bahrain", "me-south-1"),
    ("calgary", "ca-west-1"),
    ("california", "us-west-1"),
    ("canada", "ca-central-1"),
    ("cape town", "af-south-1"),
    ("dublin", "eu-west-1"),
    ("frankfurt", "eu-central-1"),
    ("hong kong", "ap-east-1"),
    ("hyderabad", "ap-south-2"),
    ("ireland", "eu-west-1"),
    ("jakarta", "ap-southeast-3"),
    ("london", "eu-west-2"),
    ("malaysia", "ap-southeast-5"),
    ("melbourne", "ap-southeast-4"),
    ("mexico", "mx-central-1"),
    ("milan", "eu-south-1"),
    ("montreal", "ca-central-1"),
    ("mumbai", "ap-south-1"),
    ("n. california", "us-west-1"),
    ("n. virginia", "us-east-1"),
    ("new zealand", "ap-southeast-6"),
    ("ningxia", "cn-northwest-1"),
    ("ohio", "us-east-2"),
    ("oregon", "us-west-2"),
    ("osaka", "ap-northeast-3"),
    ("paris", "eu-west-3"),
    ("sao paulo", "sa-east-1"),
    ("seoul", "ap-northeast-2"),
    ("singapore", "ap-southeast-1"),
    ("spain", "eu-south-2"),
    ("stockholm", "eu-north-1"),
    ("sydney", "ap-southeast-2"),
    ("taipei", "ap-east-2"),
    ("tel aviv", "il-central-1"),
    ("thailand", "ap-southeast-7"),
    ("tokyo", "ap-northeast-1"),
    ("virginia", "us-east-1"),
    ("zurich", "eu-central-2"),
];

/// Whether a name is that of one of AWS's Regions.
pub(crate) fn is_known(name: &str) -> bool {
    REGIONS.contains(&name)
}

/// Whether a Region that is not known can be a new one, and no typing error: every word of it but the number is in
/// the name of a Region of its partition, and the number is the next one.
pub(crate) fn may_be_new(name: &str) -> bool {
    let Some((words, number)) = name.rsplit_once('-').filter(|_| is_aws_region(name)) else { return false };
    let partition = Partition::of_region(name);
    let of_partition = || REGIONS.iter().filter(|region| Partition::of_region(region) == partition);
    let is_word = |word: &str| of_partition().any(|region| region.split('-').any(|known| known == word));
    let before = of_partition().filter(|region| region.rsplit_once('-').is_some_and(|(known, _)| known == words));
    words.split('-').all(is_word) && number == (before.count() + 1).to_string() && !is_known(name)
}

/// The Region that a person has written.
///
/// Errors: AWS has none of that name, and it does not look like a new one. The error says what was probably meant.
pub(crate) fn read(text: &str) -> Result<Region, String> {
    let text = text.trim();
    match text.parse() {
        Ok(region) if is_known(text) || may_be_new(text) => Ok(region),
        _ => Err(refusal(text)),
    }
}

fn refusal(text: &str) -> String {
    if let Some(region) = region_of_zone(text) {
        return format!("that is an Availability Zone; its region is {region}");
    }
    match meant(text).as_slice() {
        [] => "that is not a region of AWS; write it like eu-west-1".to_owned(),
        near => format!("that is not a region of AWS; did you mean {}?", near.join(" or ")),
    }
}

/// What was probably meant, the likeliest first.
fn meant(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    if let Some((_, region)) = PLACES.iter().find(|(place, _)| *place == lower.replace(['-', '_'], " ")) {
        return vec![region];
    }
    let lower = lower.replace(['_', ' '], "-");
    let lower = region_of_zone(&lower).unwrap_or(&lower);
    let distance = |region: &str| strsim::levenshtein(lower, region);
    // Anything farther off is another word.
    let least = REGIONS.iter().map(|region| distance(region)).min().filter(|least| *least <= 3);
    REGIONS.into_iter().filter(|region| Some(distance(region)) == least).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_of_aws_is_taken_and_a_typing_error_never() {
        for region in REGIONS.iter().chain(&["sa-west-1", "eu-west-4", "ap-southeast-8"]) {
            assert_eq!(read(region).as_deref(), Ok(*region));
        }
        for (text, said) in [
            ("eu-wst-1", "did you mean eu-west-1"),
            ("eu-west-11", "did you mean eu-west-1"),
            ("us-esat-1", "did you mean us-east-1"),
            ("us_east_1", "did you mean us-east-1?"),
            ("EU-WEST-1B", "did you mean eu-west-1?"),
            ("us-east-1a", "Availability Zone; its region is us-east-1"),
            ("Frankfurt", "did you mean eu-central-1?"),
            ("cape-town", "did you mean af-south-1?"),
            ("atlantis", "not a region of AWS; write it like eu-west-1"),
            ("atlantis-west-1", "not a region of AWS"),
            ("us-east-9", "did you mean us-east-"),
            ("all", "not a region of AWS"),
            ("", "not a region of AWS"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
