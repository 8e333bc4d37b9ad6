//! What several verbs share: the arguments that describe a target, and the values that options take.

use clap::Args;

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

/// A region: part of hosts' and files' names, and of a shell's environment.
pub(crate) fn region(text: &str) -> Result<String, &'static str> {
    let is_label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_region = (1..=63).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(is_label);
    if is_region { Ok(text.to_owned()) } else { Err("that is not a region; write it like eu-west-1") }
}
