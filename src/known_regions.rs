//! The Regions that AWS has, for the one that a person types: what it may be, and what was meant by a wrong one.

use crate::partition::{
    InvalidRegion, Partition, Region, is_aws_region, means_several_regions, named_region, region_of_zone,
};

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

/// What a person adds to a Region that this program would take for a typing error.
const INSISTENCE: char = '!';

/// The Region that a person has named, in an option, an alias or a setting. Endpoints that imitate AWS have Regions
/// such as `local`, so a word that is like none of AWS's is one, too.
///
/// Errors: it is no Region, or AWS has none of that name and nobody insists on it. The error says what was probably
/// meant.
pub(crate) fn named(text: &str) -> Result<String, String> {
    let (region, is_insisted) = of_insistence(text);
    let region = form(region)?;
    match doubt(&region).filter(|_| !is_insisted) {
        Some(doubt) => Err(doubt),
        None => Ok(region),
    }
}

/// The same for the Region of an Identity Center, which is always one of AWS's.
pub(crate) fn read(text: &str) -> Result<Region, String> {
    let text = text.trim();
    let region: Region = named(text)?.parse().map_err(|error: InvalidRegion| error.to_string())?;
    let is_of_aws = is_known(&region) || may_be_new(&region);
    let is_insisted = of_insistence(text).1 && is_aws_region(&region);
    if is_of_aws || is_insisted { Ok(region) } else { Err(refusal(&region)) }
}

/// A name that has the form of a Region, whether or not AWS has it.
pub(crate) fn form(text: &str) -> Result<String, String> {
    let has_hint = |why: &str| means_several_regions(text) || !why.ends_with(InvalidRegion::REMEDY);
    named_region(text).map_err(|why| if has_hint(&why) || meant(text).is_empty() { why } else { refusal(text) })
}

/// Why a Region is probably a typing error; `None` if it is one of AWS's, may be a new one, or is like none of them.
pub(crate) fn doubt(region: &str) -> Option<String> {
    let is_like_another = !is_known(region) && !may_be_new(region) && !meant(region).is_empty();
    (is_like_another && form(region).is_ok()).then(|| refusal(region))
}

/// Whether this has the form of AWS's names, and is none of those that this version knows.
pub(crate) fn is_unknown(region: &str) -> bool {
    is_aws_region(region) && !is_known(region)
}

/// The Region as a person writes it who means it.
pub(crate) fn insisted(region: &str) -> String {
    if doubt(region).is_some() { format!("{region}{INSISTENCE}") } else { region.to_owned() }
}

/// A Region that a file holds, without the sign of insistence, and whether it has that.
pub(crate) fn of_insistence(text: &str) -> (&str, bool) {
    text.strip_suffix(INSISTENCE).map_or((text, false), |region| (region, true))
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
pub(crate) fn meant(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    if let Some((_, region)) = PLACES.iter().find(|(place, _)| *place == lower.replace(['-', '_'], " ")) {
        return vec![region];
    }
    let lower = lower.replace(['_', ' '], "-");
    let lower = region_of_zone(&lower).unwrap_or(&lower);
    let distance = |region: &str| strsim::osa_distance(lower, region);
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
            assert_eq!(insisted(region), **region);
        }
        for insisted in ["eu-wset-1!", "us-east-005!"] {
            assert_eq!(read(insisted).as_deref().map(self::insisted).as_deref(), Ok(insisted));
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
            ("all", "not one region"),
            ("", "not a region"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn a_region_to_work_in_may_be_one_of_another_cloud_unless_it_looks_like_a_typing_error() {
        for region in ["eu-west-1", "local", "auto", "fra1", "fr-par", "us-iso-west-2", "garage", "mars-north-12"] {
            assert_eq!(named(region).as_deref(), Ok(region));
        }
        for (text, said) in [
            ("eu-wset-1", "that is not a region of AWS; did you mean eu-west-1?"),
            ("frankfurt", "that is not a region of AWS; did you mean eu-central-1?"),
            ("Frankfurt", "that is not a region of AWS; did you mean eu-central-1?"),
            ("us_east_1", "that is not a region of AWS; did you mean us-east-1?"),
            ("us-east1", "that is not a region of AWS; did you mean us-east-1?"),
            ("EU-WEST-1", "that is not a region; did you mean eu-west-1?"),
            ("eu-*", "that is not one region; write it like eu-west-1"),
            ("global", "that is not a region; write it like eu-west-1"),
            ("eu-west-1a!", "that is an Availability Zone; its region is eu-west-1"),
            ("!", "that is not a region; write it like eu-west-1"),
        ] {
            assert_eq!(named(text), Err(said.to_owned()), "{text}");
        }
    }
}
