//! What a ROLE argument names exactly: an ARN, an account and a role, a profile, an alias, a resource or a console
//! address.

use super::Context;
use super::asked::Asked;
use super::regions::warn_of_region;
use crate::aws_config::chain::{ChainStart, ProfileChain};
use crate::aws_config::config::{Config, Section};
use crate::aws_config::directory::Directory;
use crate::aws_config::meaning::Meanings;
use crate::credentials::RoleCredentials;
use crate::environment;
use crate::error::{Error, Result};
use crate::known_regions;
use crate::provider::{Base, Provider, Wanted};
use crate::role::{Assume, Hop, IamRole, RoleArn, RoleLine, RoleRef, Target, is_role_name};
use crate::settings::Settings;
use crate::terminal;

/// A role, how it was named, and the Identity Center that grants it.
///
/// With a chain, the user acts as the role at its end: [`Self::arn`], [`Self::account_id`] and [`Self::role_name`] say
/// which that is, for everything that is shown, remembered, compared or exported.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The role of Identity Center: itself, or the base of the chain; `None` where that begins with access keys.
    pub role: Option<RoleArn>,
    pub directory: Directory,
    /// The roles to assume from there, one after the other.
    pub chain: Vec<Hop>,
    /// The profile that named it, if one did.
    pub profile: Option<String>,
    /// What `--assume` asked for, which is the end of the chain then.
    pub assume: Assume,
    /// The profile of what that role is assumed with.
    pub base_profile: Option<String>,
    /// The profile or alias that the user typed.
    pub typed: Option<String>,
    /// The region in which it works.
    pub region: Option<String>,
    /// The options of the alias that named it.
    pub target: Target,
    /// The console page that named it, if one did.
    pub page: Option<String>,
    /// What its account is called, if it was chosen from a list that is not remembered yet.
    pub account_name: Option<String>,
}

impl Found {
    /// A role that an ARN, a list or an address named.
    pub(crate) fn new(role: RoleArn, directory: Directory) -> Self {
        let target = Target::default();
        let (profile, base_profile, typed, region, page, account_name) = (None, None, None, None, None, None);
        let (chain, assume) = (Vec::new(), Assume::default());
        let role = Some(role);
        Self { role, directory, chain, profile, assume, base_profile, typed, region, target, page, account_name }
    }

    /// A role that is assumed with the access keys of this profile.
    fn of_keys(profile: &str, chain: Vec<Hop>) -> Self {
        let partition = chain.first().map_or("aws", |hop| hop.role.partition());
        let directory = Directory::of_keys(profile, partition);
        let unused = RoleArn::in_region(&directory.region, "", "");
        Self { role: None, chain, ..Self::new(unused, directory) }
    }

    /// The role in the end, if it is one that is assumed.
    pub(crate) fn assumed(&self) -> Option<&IamRole> {
        self.chain.last().map(|hop| &hop.role)
    }

    pub(crate) fn is_chained(&self) -> bool {
        !self.chain.is_empty()
    }

    /// Which credentials these are.
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        let base = self.role.as_ref().map_or(Base::Keys(&self.directory.name), Base::Role);
        Wanted::new(base, &self.chain)
    }

    /// The ARN of the role that the user acts as.
    pub(crate) fn arn(&self) -> String {
        let of_identity_center = || self.role.as_ref().map(RoleArn::to_string).unwrap_or_default();
        self.assumed().map_or_else(of_identity_center, |role| role.as_str().to_owned())
    }

    /// The account in which the user acts.
    pub(crate) fn account_id(&self) -> &str {
        let of_identity_center = || self.role.as_ref().map_or("", |role| &role.account_id);
        self.assumed().map_or_else(of_identity_center, IamRole::account_id)
    }

    /// The name of the role that the user acts as, without a path.
    pub(crate) fn role_name(&self) -> &str {
        let of_identity_center = || self.role.as_ref().map_or("", |role| &role.role_name);
        self.assumed().map_or_else(of_identity_center, IamRole::name)
    }

    /// The partition of all its roles.
    pub(crate) fn partition(&self) -> &str {
        let of_chain = || self.chain.first().map_or("aws", |hop| hop.role.partition());
        self.role.as_ref().map_or_else(of_chain, |role| &role.partition)
    }

    /// Whether AWS calls it a chained role: one that another role assumes, and not access keys.
    pub(crate) fn is_assumed_by_role(&self) -> bool {
        self.chain.len() > usize::from(self.role.is_none())
    }

    /// Whether both give the same credentials: one role, from one base of one Identity Center, in the same way.
    pub(crate) fn is_same_role(&self, other: &Self) -> bool {
        let is_same_chain = self.chain.len() == other.chain.len()
            && self.chain.iter().zip(&other.chain).all(|(one, other)| one.is_same_request(other));
        self.role == other.role && self.directory.origin() == other.directory.origin() && is_same_chain
    }
}

/// Whether a word names a role by its form, as a profile or as an alias, and no account alone. Files that cannot be
/// read are for the verb to report.
pub(crate) fn names_role(word: &str) -> bool {
    let config = || Config::read(&environment::config_file().ok()?).ok();
    let settings = || Settings::load(&environment::settings_file().ok()?).ok();
    let (Some(config), Some(settings)) = (config(), settings()) else { return true };
    let is_role = |name: &str| name.contains(['/', ':']) || config.profile(name).is_some();
    let line = settings.alias(word);
    let alias = line.map(|line| RoleLine::read(line).map_or_else(|_| line.to_owned(), |line| line.role));
    is_role(word) || alias.is_some_and(|role| is_role(&role))
}

impl Context {
    /// Finds the role that a ROLE argument names. An ARN or an account id costs no request.
    pub(crate) fn find(&self, text: &str) -> Result<Found> {
        self.find_words(&[text.to_owned()])
    }

    /// Finds the role that a ROLE argument names in one word, or in two: ACCOUNT ROLE.
    pub(crate) fn find_words(&self, words: &[String]) -> Result<Found> {
        self.find_assuming(words, &Assume::default())
    }

    /// Finds the role that a ROLE argument names, and what these options or those of an alias assume with it.
    pub(crate) fn find_assuming(&self, words: &[String], assume: &Assume) -> Result<Found> {
        let text = match words {
            [account, role] if is_role_name(role) => format!("{account}/{role}"),
            words => words.join(" "),
        };
        // An alias stands for a ROLE in any other form, so it is replaced once, before anything else but a profile that
        // is called like the account of an alias and a role of it.
        let settings = self.settings()?;
        let alias = match words {
            [whole] if settings.alias(whole).is_none() && self.has_profile_of_role(whole)? => None,
            _ => settings.line_of_alias(&text)?,
        };
        let found = match (&alias, words) {
            (Some(line), _) => self.find_base(line)?,
            (None, [] | [_]) => self.resolve(Asked { text: &text, words })?,
            // No profile: a profile of this name may be a role of another account.
            (None, [account, role]) if is_role_name(role) => {
                self.find_of_account(Asked { text: &text, words }, &RoleRef::of_account(account, role))?
            }
            (None, _) => self.find_unquoted(Asked { text: &text, words })?,
        };
        let typed = alias.map(|_| text.clone()).or_else(|| found.typed.clone()).or_else(|| found.profile.clone());
        self.in_its_region(Found { typed, ..found })?.assuming(assume)
    }

    fn has_profile_of_role(&self, name: &str) -> Result<bool> {
        Ok(self.config()?.profile(name).is_some_and(Section::has_credentials))
    }

    /// The role of a line that names it with options. Those of this run's own line go before them.
    pub(crate) fn find_line(&self, line: &RoleLine) -> Result<Found> {
        self.find_base(line)?.assuming(&Assume::default())
    }

    /// What a line assumes a role with, if it does.
    fn find_base(&self, line: &RoleLine) -> Result<Found> {
        let sign_in = line.profile.as_deref().filter(|_| !self.has_profile_option());
        let narrowed = sign_in.map(|name| self.narrowed_to(Some(name)));
        let found = narrowed.as_ref().unwrap_or(self).resolve(Asked { text: &line.role, words: &[] })?;
        let region = line.target.region.clone().or(found.region);
        Ok(Found { region, target: line.target.clone(), ..found })
    }

    /// The role of a text that is no alias, with the region of the profile, resource or console page that names it.
    fn resolve(&self, asked: Asked<'_>) -> Result<Found> {
        let text = asked.text;
        match text.parse()? {
            RoleRef::Name(name) if self.config()?.profile(&name).is_some() => self.find_profile(&name),
            RoleRef::Name(name) => match RoleRef::at_colon(&name) {
                Some(reference) => self.find_of_account(asked, &reference),
                None => self.find_by_name(asked),
            },
            // A profile's name may hold a slash as well. The config is on disk, while the inventory may have to be
            // fetched.
            RoleRef::AccountName { .. } if self.has_profile_of_role(text)? => self.find_profile(text),
            RoleRef::Arn(role) => {
                let reference = RoleRef::Arn(role);
                self.find_in(self.directory_of(&reference)?, &reference)
            }
            RoleRef::Place(place) => self.find_by_place(&place),
            reference => self.find_of_account(asked, &reference),
        }
    }

    /// The role that an Identity Center has by exactly this name.
    pub(super) fn find_in(&self, directory: Directory, reference: &RoleRef) -> Result<Found> {
        let role = match reference {
            RoleRef::Arn(role) => role.clone(),
            RoleRef::Id { account_id, role_name } => RoleArn::in_region(&directory.region, account_id, role_name),
            RoleRef::AccountName { account_name, role_name } => {
                self.role_by_name(&directory, account_name, role_name)?
            }
            RoleRef::Place(place) => return self.find_by_place(place),
            RoleRef::Name(name) => match RoleRef::at_colon(name) {
                Some(reference) if self.config()?.profile(name).is_none() => {
                    return self.find_in(directory, &reference);
                }
                // A profile that names a profile: one step is followed, not a chain.
                _ => return Err(self.no_role(name)?),
            },
        };
        Ok(Found::new(role, directory))
    }

    /// The role of a profile, whatever else has its name.
    pub(crate) fn find_by_profile(&self, name: &str) -> Result<Found> {
        let found = self.find_profile(name)?;
        self.in_its_region(Found { typed: found.profile.clone(), ..found })
    }

    /// The role of a profile. What `-p` names beside it has to be there, although the profile itself says where to sign
    /// in.
    fn find_profile(&self, name: &str) -> Result<Found> {
        let found = self.find_profile_after(name, &[])?;
        if let Some(option) = self.profile_option().filter(|option| *option != name) {
            let named = self.named_directory()?;
            let is_other = named.is_some_and(|named| named.origin() != found.directory.origin());
            if is_other && self.is_for_person() {
                let of = if found.role.is_some() { &found.directory.name } else { "no sso-session" };
                terminal::warn(&format!("-p {option} makes no difference: the profile {name} is one of {of}"));
            }
        }
        Ok(found)
    }

    /// The role of a profile to which these have led, each by its source or its `credential_process`.
    fn find_profile_after(&self, name: &str, before: &[&str]) -> Result<Found> {
        let config = self.config()?;
        let Some(profile) = config.profile(name) else { return Err(self.no_role(name)?) };
        let names = [before, &[name]].concat();
        if before.contains(&name) {
            return Err(Error::usage(format!("the profile {name} leads back to itself: {}", names.join(" → ")))
                .with_remedy("name another role in its credential_process, or another source_profile")
                .of_config());
        }
        if name == "default" && config.has_contested_default() && self.is_for_person() {
            terminal::warn(&format!(
                "{} has [default] below [profile default]: this is the role of [default], which the AWS CLI and boto3 \
                 take, while other SDKs take [profile default]",
                environment::shown(config.path())
            ));
        }
        let meanings = Meanings::new(config);
        let found = match meanings.chain(profile).map_err(|no_role| no_role.error(config))? {
            Some(ProfileChain { start: ChainStart::Keys(profile), hops }) => Found::of_keys(&profile, hops),
            Some(ProfileChain { start, hops }) => {
                let base = self.find_profile_after(start.name(), &names)?;
                Found { chain: [base.chain, hops].concat(), ..base }
            }
            None => self.find_unchained(profile, &meanings, &names)?,
        };
        let own = config.region_of(name);
        if let Some(region) = own.filter(|region| self.is_for_person() && known_regions::doubt(region).is_some()) {
            warn_of_region(&profile, region);
        }
        let region = own.map(str::to_owned).or(found.region);
        Ok(Found { profile: Some(name.to_owned()), region, ..found })
    }

    /// The role of a profile that assumes none, whose line may name another profile.
    fn find_unchained(&self, profile: Section<'_>, meanings: &Meanings<'_>, names: &[&str]) -> Result<Found> {
        let config = self.config()?;
        if let Some(line) = profile.assuming_line().filter(|_| meanings.fault(profile).is_none()) {
            return self.find_assuming_line(&line, names);
        }
        let own = meanings.role(profile);
        let anywhere = profile.process_role_anywhere().filter(|_| meanings.fault(profile).is_none());
        let reference = own.as_ref().map_or(anywhere.as_ref(), |(_, reference)| Some(reference));
        if let Some(RoleRef::Name(other)) = reference
            && config.profile(other).is_some_and(Section::assumes)
        {
            return self.find_profile_after(other, names);
        }
        match (own, anywhere) {
            (Ok((directory, reference)), _) => self.find_in(config.directory(&directory)?, &reference),
            (Err(_), Some(reference)) => self.find_in(self.directory_of(&reference)?, &reference),
            (Err(no_role), None) => Err(no_role.error(config)),
        }
    }

    /// The role of a profile's line, which is assumed with that of the profile or the role that the line names.
    fn find_assuming_line(&self, line: &RoleLine, names: &[&str]) -> Result<Found> {
        let base = if self.config()?.profile(&line.role).is_some() {
            self.find_profile_after(&line.role, names)?
        } else {
            let narrowed = line.profile.as_deref().map(|name| self.narrowed_to(Some(name)));
            narrowed.as_ref().unwrap_or(self).resolve(Asked { text: &line.role, words: &[] })?
        };
        let found = base.assuming(&line.target.assume)?;
        // The profile stands for all of it.
        Ok(Found { assume: Assume::default(), base_profile: None, ..found })
    }

    fn no_role(&self, name: &str) -> Result<Error> {
        let aliases = self.settings()?.aliases().map(|(alias, ..)| alias);
        Ok(self.config()?.no_such_role(name, aliases))
    }

    /// The role's credentials, from the cache or the service.
    pub(crate) fn credentials(&self, found: &Found) -> Result<RoleCredentials> {
        self.provided(found, |provider| provider.credentials(found.wanted()))
    }

    /// The same, newer ones if those in the cache have fewer seconds left.
    pub(crate) fn lasting_credentials(&self, found: &Found, seconds: i64) -> Result<RoleCredentials> {
        self.provided(found, |provider| provider.lasting(found.wanted(), seconds))
    }

    /// The same for those of a shell, which expire then (epoch seconds). That newer ones take a sign-in is an error.
    pub(crate) fn newer_credentials(&self, found: &Found, expiration: i64) -> Result<RoleCredentials> {
        self.provided(found, |provider| provider.newer(found.wanted(), expiration))
    }

    fn provided(
        &self,
        found: &Found,
        provide: impl FnOnce(&Provider<'_>) -> Result<RoleCredentials>,
    ) -> Result<RoleCredentials> {
        let client = self.client(&found.directory)?;
        let session = self.session(&found.directory, &client)?;
        provide(&Provider::new(&session)).map_err(|error| self.refused(found, error))
    }
}
