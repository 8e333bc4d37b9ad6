//! What a ROLE argument names: an ARN, an account and a role, a profile, an alias, a resource or a console address.

use std::sync::Arc;

use super::Context;
use crate::aws_config::config::Section;
use crate::aws_config::directory::Directory;
use crate::aws_config::meaning::Meanings;
use crate::credentials::RoleCredentials;
use crate::environment;
use crate::error::{Error, Result};
use crate::inventory::Inventory;
use crate::picker::{self, Choice, Choices, Question};
use crate::provider::Provider;
use crate::role::{Place, RoleArn, RoleRef, is_of_administrators};
use crate::terminal::{self, Terminal};

/// A role, how it was named, and the Identity Center that grants it.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub role: RoleArn,
    pub directory: Directory,
    /// The profile that named it, if one did.
    pub profile: Option<String>,
    /// The profile or alias that the user typed.
    pub typed: Option<String>,
    /// The region in which it works.
    pub region: Option<String>,
    /// The console page that named it, if one did.
    pub page: Option<String>,
}

impl Found {
    /// A role that an ARN, a list or an address named.
    pub(crate) fn new(role: RoleArn, directory: Directory) -> Self {
        Self { role, directory, profile: None, typed: None, region: None, page: None }
    }
}

impl Context {
    /// Finds the role that a ROLE argument names. An ARN or an account id costs no look-up.
    pub(crate) fn find(&self, text: &str) -> Result<Found> {
        // An alias stands for a ROLE in any other form, so it is replaced once, before anything else.
        let alias = self.settings()?.role_of_alias(text);
        let found = self.resolve(alias.as_deref().unwrap_or(text))?;
        let typed = alias.map(|_| text.to_owned()).or_else(|| found.profile.clone());
        self.in_its_region(Found { typed, ..found })
    }

    /// The role of a text that is no alias, with the region of the profile, resource or console page that names it.
    fn resolve(&self, text: &str) -> Result<Found> {
        match text.parse()? {
            RoleRef::Name(name) => self.find_profile(&name),
            // A profile's name may hold a slash as well. The config is on disk, while the inventory may have to be
            // fetched.
            RoleRef::AccountName { .. } if self.config()?.profile(text).is_some_and(Section::has_credentials) => {
                self.find_profile(text)
            }
            RoleRef::Place(place) => find_by_place(self, &place),
            reference => self.find_in(self.directory_of(&reference)?, &reference),
        }
    }

    fn find_in(&self, directory: Directory, reference: &RoleRef) -> Result<Found> {
        let role = match reference {
            RoleRef::Arn(role) => role.clone(),
            RoleRef::Id { account_id, role_name } => RoleArn::in_region(&directory.region, account_id, role_name),
            RoleRef::AccountName { account_name, role_name } => {
                self.role_by_name(&directory, account_name, role_name)?
            }
            RoleRef::Place(place) => return find_by_place(self, place),
            // A profile that names a profile: one step is followed, not a chain.
            RoleRef::Name(name) => return Err(self.no_role(name)?),
        };
        Ok(Found::new(role, directory))
    }

    fn find_profile(&self, name: &str) -> Result<Found> {
        let config = self.config()?;
        let Some(profile) = config.profile(name) else { return Err(self.no_role(name)?) };
        if name == "default" && config.has_contested_default() && self.is_for_person() {
            terminal::warn(&format!(
                "{} has [default] below [profile default]: this is the role of [default], which the AWS CLI and boto3 \
                 take, while other SDKs take [profile default]",
                environment::shown(config.path())
            ));
        }
        let meanings = Meanings::new(config);
        let (directory, reference) = match meanings.role(profile) {
            Ok((directory, reference)) => (config.directory(&directory)?, reference),
            Err(no_role) => match profile.process_role_anywhere().filter(|_| meanings.fault(profile).is_none()) {
                Some(reference) => (self.directory_of(&reference)?, reference),
                None => return Err(no_role.error(config)),
            },
        };
        let found = self.find_in(directory, &reference)?;
        let region = config.region_of(name).map(str::to_owned).or(found.region);
        Ok(Found { profile: Some(name.to_owned()), region, ..found })
    }

    fn no_role(&self, name: &str) -> Result<Error> {
        let aliases = self.settings()?.aliases().map(|(alias, ..)| alias);
        Ok(self.config()?.no_such_role(name, aliases))
    }

    /// The role's credentials, from the cache or the service.
    pub(crate) fn credentials(&self, found: &Found) -> Result<RoleCredentials> {
        self.provided(found, |provider| provider.credentials(&found.role))
    }

    /// The same, newer ones if those in the cache have fewer seconds left.
    pub(crate) fn lasting_credentials(&self, found: &Found, seconds: i64) -> Result<RoleCredentials> {
        self.provided(found, |provider| provider.lasting(&found.role, seconds))
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

/// The role that a resource's ARN or a console address stands for.
///
/// Where the address names the role, nothing is looked up, and an account with one role has no other to mean. The
/// region of the address goes before that of the profile: the user has just pasted it.
fn find_by_place(context: &Context, place: &Place) -> Result<Found> {
    let directory = directory(context, place)?;
    let role = match &place.role_name {
        Some(role) => RoleArn::in_region(&directory.region, &place.account_id, role),
        None => one_of(context, &directory, &place.account_id)?,
    };
    Ok(Found { region: place.region.clone(), page: place.page.clone(), ..Found::new(role, directory) })
}

/// The Identity Center of a shortcut link's portal, else the one in which the user has a role in the account.
fn directory(context: &Context, place: &Place) -> Result<Directory> {
    let Some(portal) = &place.start_url else { return context.directory_of(&RoleRef::Place(place.clone())) };
    let is_portal = |directory: &Directory| directory.has_start_url(portal);
    let named = context.named_directory().ok().flatten().filter(is_portal);
    let directories = context.config()?.directories();
    let mut others = directories.iter().filter_map(|name| context.config().ok()?.directory(name).ok());
    named.or_else(|| others.find(is_portal)).ok_or_else(|| {
        Error::usage(format!("no sso-session of the AWS config has the access portal {portal}")).with_remedy(format!(
            "add one with sso_start_url = {portal}, or name the role as {}/NAME",
            place.account_id
        ))
    })
}

fn one_of(context: &Context, directory: &Directory, account_id: &str) -> Result<RoleArn> {
    let inventory = context.with_account(directory, account_id)?;
    let Some(account) = inventory.account(account_id) else {
        return Err(Error::denied(format!("you have no role in the account {account_id}")));
    };
    let chosen = match account.roles.as_slice() {
        [only] => only,
        several if context.is_for_person() && Terminal::open().is_some() => {
            let index = ask(context, account_id, &account.name, several)?;
            several.get(index).ok_or_else(|| Error::cancelled("no role was chosen"))?
        }
        several => return Err(which(account_id, several)),
    };
    Ok(Inventory::arn(&inventory, account, chosen))
}

fn which(account_id: &str, roles: &[String]) -> Error {
    let lines: Vec<_> = roles.iter().map(|role| format!("{account_id}/{role}")).collect();
    Error::usage(format!("you have {} roles in the account {account_id}", roles.len()))
        .with_remedy(format!("name one of them:\n{}", lines.join("\n")))
}

fn ask(context: &Context, account_id: &str, account: &str, roles: &[String]) -> Result<usize> {
    let header = format!("{account_id}  {}", terminal::name(account));
    let instead = "name it as ACCOUNT_ID/NAME";
    let color = context.picker_color()?;
    let question =
        Question { title: "role", header: &header, query: "", many: false, remedy: instead, color: color.as_str() };
    let shown: Vec<_> = roles.iter().map(|role| terminal::name(role).into_owned()).collect();
    let roles = roles.to_vec();
    let rows = Choices {
        count: shown.len(),
        choice: Arc::new(move |index| Choice {
            is_marked: roles.get(index).is_some_and(|role| is_of_administrators(role)),
            shown: shown.get(index).cloned().unwrap_or_default(),
            details: Vec::new(),
        }),
        later: None,
    };
    let chosen = picker::choose(context.picker()?, &question, rows)?;
    chosen.first().copied().ok_or_else(|| Error::cancelled("no role was chosen"))
}
