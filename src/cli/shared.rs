//! What several verbs share: the arguments that describe a target, and the values that options take.

use clap::Args;

use crate::partition::{InvalidRegion, Region, means_several_regions, region_of_zone};
use crate::shell::Shell;

/// Set by the `awsso` function, whose shell evaluates what is printed.
#[derive(Clone, Debug, Args)]
pub(crate) struct InShell {
    #[arg(long, hide = true, value_enum)]
    pub shell: Option<Shell>,
}

/// What the environment gets besides the role.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The region to work in
    #[arg(long, value_parser = region)]
    pub region: Option<String>,
    /// Set AWS_PROFILE to the discovered profile, for programs that run longer than the credentials last
    #[arg(long, conflicts_with = "keys")]
    pub as_profile: bool,
    /// Export keys even if ROLE is a profile
    #[arg(long)]
    pub keys: bool,
}

/// The value of an option that names a region.
pub(crate) fn region(text: &str) -> Result<String, String> {
    match (text.parse::<Region>(), region_of_zone(text)) {
        (Ok(_), Some(region)) => Err(format!("that is an Availability Zone; its region is {region}")),
        (Ok(region), None) => Ok(region.to_string()),
        (Err(_), _) if means_several_regions(text) => Err(format!("that is not one region; {}", InvalidRegion::REMEDY)),
        (Err(error), _) => Err(error.to_string()),
    }
}
