//! A role that `--assume` asks for on top of a ROLE, and how a shell remembers a chain of roles.

use super::Context;
use super::find::Found;
use crate::aws_config::chain::{ChainStart, ProfileChain};
use crate::aws_config::config::{Config, Section};
use crate::aws_config::meaning::Meanings;
use crate::environment;
use crate::error::{Error, Result};
use crate::quote;
use crate::role::{Assume, IamRole, RoleArn, RoleLine, RoleRef, Target};
use crate::shell::{ROLE_LINE, is_printable};

impl Found {
    /// The role that these options assume with what was found; of those that are not given, the alias has its own.
    pub(crate) fn assuming(self, given: &Assume) -> Result<Self> {
        let found = self;
        if found.assume.assume.is_some() {
            return if *given == Assume::default() { Ok(found) } else { Err(assumed_already(&found)) };
        }
        let assume = given.or(&found.target.assume);
        let Some(mut hop) = assume.hop()? else { return Ok(found) };
        let (partition, own) = (hop.role.partition(), found.partition());
        if partition != own {
            return Err(Error::usage(format!(
                "{} is a role of the partition {partition}, and {} is one of {own}",
                hop.role,
                found.arn()
            ))
            .with_remedy("assume a role of the same partition"));
        }
        hop.region.clone_from(&found.region);
        hop.chain_profile.clone_from(&found.profile);
        // The name of a profile stands for what it gives itself, and that of an alias for the role of its line.
        let typed = found.typed.clone().filter(|_| given.assume.is_none());
        let base_profile = found.profile.clone();
        let mut chain = found.chain.clone();
        chain.push(hop);
        Ok(Found { chain, typed, assume, base_profile, profile: None, account_name: None, ..found })
    }

    /// The words of our command line with which the role is made again, if it is one that is assumed.
    pub(crate) fn line(&self) -> Option<RoleLine> {
        let named = self.base_profile.clone().or_else(|| self.profile.clone());
        let target = Target { assume: self.assume.clone(), ..Target::default() };
        let profile = self.role.as_ref().map(|_| self.directory.name.clone());
        let role = || self.role.as_ref().map_or_else(|| self.directory.name.clone(), RoleArn::to_string);
        self.is_chained().then(|| RoleLine { role: named.unwrap_or_else(role), profile, via: None, target })
    }

    /// With what the role at the end is assumed: the first credentials, and the roles in between.
    pub(super) fn steps(&self) -> String {
        let first = match &self.role {
            Some(role) => format!("{}/{}", role.account_id, role.role_name),
            None => format!("keys/{}", self.directory.name),
        };
        let between = self.chain.iter().rev().skip(1).rev().map(|hop| hop.role.to_string());
        [first].into_iter().chain(between).collect::<Vec<_>>().join(",")
    }

    /// With what this line assumed the role when it was remembered, if that was something else.
    pub(super) fn other_base(&self, line: &RoleLine) -> Option<String> {
        line.via.clone().filter(|via| *via != self.steps())
    }

    /// The same as the value of a variable.
    ///
    /// Errors: a shell must not get it. Without it, the role would be taken for one of Identity Center later.
    pub(crate) fn line_of_shell(&self) -> Result<Option<String>> {
        let Some(line) = self.line() else { return Ok(None) };
        let line = RoleLine { via: Some(self.steps()), ..line };
        to_variable(&line.words()).map(Some).ok_or_else(|| {
            Error::usage(format!("the name of what {} is assumed with holds a control character", self.arn()))
                .with_remedy("give that profile another name")
        })
    }
}

/// The words with which a verb gets the role that this shell has assumed.
pub(crate) fn entered_as() -> Option<String> {
    let line = RoleLine::of_words(shlex::split(&environment::value(ROLE_LINE)?)?).ok()?;
    Some(typed(&RoleLine { via: None, ..line }))
}

/// A line as people type it.
pub(crate) fn typed(line: &RoleLine) -> String {
    line.words().iter().map(|word| quote::word(word)).collect::<Vec<_>>().join(" ")
}

/// Words as the value of a variable; `None` if a shell must not get it.
pub(super) fn to_variable(words: &[String]) -> Option<String> {
    let text = shlex::try_join(words.iter().map(String::as_str)).ok()?;
    is_printable(&text).then_some(text)
}

/// The role that a profile assumes in the end.
pub(crate) struct End {
    pub(crate) role: IamRole,
    /// What it is assumed with, as people read it: `ACCOUNT/ROLE`, as far as the files tell it.
    pub(crate) via: String,
}

/// The role that a profile assumes, if it is one that does, by what the files say.
pub(crate) fn end_of_profile(config: &Config, name: &str) -> Option<End> {
    let profile = config.profile(name)?;
    if let Some(line) = profile.assuming_line() {
        let role = line.target.assume.hop().ok()??.role;
        return Some(End { role, via: base_of_line(config, &line.role) });
    }
    let ProfileChain { start, hops } = Meanings::new(config).chain(profile).ok()??;
    let via = match &start {
        ChainStart::Keys(profile) => via_keys(profile),
        ChainStart::Role(start) => {
            let label = start.role().and_then(|(_, reference)| reference.label());
            let of_line = || start.assuming_line().map(|line| base_of_line(config, &line.role));
            label.or_else(of_line).unwrap_or_else(|| start.name().to_owned())
        }
    };
    Some(End { role: hops.last()?.role.clone(), via })
}

/// What people read of a chain that begins with access keys.
pub(super) fn via_keys(profile: &str) -> String {
    format!("the keys of {profile}")
}

/// What the ROLE of a line is assumed with if it is a profile that assumes one, else the ROLE itself.
fn base_of_line(config: &Config, role: &str) -> String {
    let is_assuming = config.profile(role).is_some_and(Section::assumes);
    let of_profile = is_assuming.then(|| end_of_profile(config, role)).flatten().map(|end| end.via);
    let of_plain = || config.role_of(role)?.1.label();
    let label = || role.parse::<RoleRef>().ok()?.label();
    of_profile.or_else(of_plain).or_else(label).unwrap_or_else(|| role.to_owned())
}

/// What this shell has assumed its role with, if it has: nothing, where its line leads to another role.
pub(super) fn base_of_shell(config: &Config, role: &str) -> Option<String> {
    let line = RoleLine::of_words(shlex::split(&environment::value(ROLE_LINE)?)?).ok()?;
    let of_profile = end_of_profile(config, &line.role);
    let end = match line.target.assume.hop().ok()? {
        Some(hop) => hop.role,
        None => of_profile.as_ref()?.role.clone(),
    };
    let via = || of_profile.map_or_else(|| base_of_line(config, &line.role), |profile| profile.via);
    (end.as_str() == role).then(via)
}

/// A line has one `--assume`, and a shell could not remember two.
fn assumed_already(found: &Found) -> Error {
    Error::usage(format!("{} is itself a role that --assume asked for", found.arn()))
        .with_remedy("write a profile with role_arn and source_profile for it, and name that as ROLE")
}

impl Context {
    /// The role that this shell has entered, by its ARN; one that is assumed, by the line that makes it again.
    ///
    /// Errors: the line leads to another role.
    pub(crate) fn find_entered(&self, arn: &str) -> Result<Found> {
        let Some(line) = environment::value(ROLE_LINE) else { return self.find(arn) };
        let wrong = |why: &str| {
            Error::failed(format!("{ROLE_LINE} does not say how this shell gets its role again: {why}"))
                .with_remedy("enter the role again: awsso use ROLE\nor leave it: awsso clear")
        };
        let words = shlex::split(&line).ok_or_else(|| wrong("a quote is not closed"))?;
        let line = RoleLine::of_words(words).map_err(|why| wrong(&why))?;
        let found = self.find_line(&line)?;
        if found.arn() != arn {
            return Err(wrong(&format!("it leads to {}, and the role is {arn}", found.arn())));
        }
        if let Some(before) = found.other_base(&line) {
            return Err(wrong(&format!("{arn} was assumed with {before}, and is with {} now", found.steps())));
        }
        Ok(found)
    }
}
