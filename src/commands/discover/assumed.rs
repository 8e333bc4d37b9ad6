//! `discover --assume NAME --via ROLE`: profiles for the accounts in which the user has no role, with the role that can
//! be assumed there.

use std::collections::HashSet;

use super::arguments::{AssumedArgs, CredentialStyle};
use super::said::{NAMED, listed};
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::context::find::Found;
use crate::context::labels;
use crate::discovery::{Offered, Template, Via, sample};
use crate::error::{Error, Result};
use crate::identity_center::{Account, OrganizationAccount, OrganizationsError};
use crate::inventory::progress::Progress;
use crate::inventory::{Inventory, Scope, Selection, organization};
use crate::programs::profile_option;
use crate::quote;
use crate::role::Assume;
use crate::terminal::name;

/// The accounts with the role that can be assumed there.
pub(super) struct Assumable {
    pub(super) directory: Directory,
    pub(super) inventory: Inventory,
    pub(super) offered: Offered,
    pub(super) via: Via,
    /// The names of profiles that a discovery of the other roles would write.
    pub(super) reserved: HashSet<String>,
    /// The accounts that get no profile: in these the user has a role.
    granted: Vec<Account>,
    /// These are suspended or closed.
    inactive: Vec<Account>,
}

impl Assumable {
    /// Those that are asked for; `None` if none are.
    pub(super) fn of(
        context: &Context,
        arguments: &AssumedArgs,
        style: CredentialStyle,
        template: &Template,
    ) -> Result<Option<Self>> {
        let (Some(role), Some(role_name)) = (&arguments.via, &arguments.options.assume) else {
            // Options without a role to assume are an error.
            return arguments.options.hop().map(|_| None);
        };
        let found = context.find(role)?;
        if found.role.is_none() {
            let what = format!("{role} begins with access keys, and --via takes a role that begins in an sso-session");
            return Err(Error::usage(what).with_remedy("name a role of Identity Center: aws-sso list"));
        }
        let via = via(context, &found, role_name, arguments, style)?;
        let directory = found.directory.clone();
        // The roles that the user has matter only where one of them may be called like one that is assumed.
        let are_distinct = template.has_account_id() && arguments.accounts.is_empty();
        let granted = context.inventory(&directory, if are_distinct { Scope::Names } else { Scope::All })?;
        let reserved = sample(&granted, &directory, template).into_iter().collect();
        let (accounts, inactive) = if arguments.accounts.is_empty() {
            let (active, inactive): (Vec<_>, Vec<_>) =
                organization(context, &found)?.into_iter().partition(|listed| listed.is_active);
            let accounts = |listed: Vec<OrganizationAccount>| listed.into_iter().map(|listed| listed.account).collect();
            (accounts(active), accounts(inactive))
        } else {
            (named(&arguments.accounts, &granted), Vec::new())
        };
        let is_granted = |account: &&Account| granted.account(&account.id).is_some();
        let own: Vec<_> = if arguments.accounts.is_empty() {
            accounts.iter().filter(is_granted).cloned().collect()
        } else {
            Vec::new()
        };
        let inventory = Inventory::of_role(&directory, accounts, role_name);
        let offered = Offered::new(&inventory, own.iter().map(|account| account.id.clone()).collect());
        let offered = if arguments.accounts.is_empty() { offered } else { offered.partial() };
        Ok(Some(Self { directory, inventory, offered, via, reserved, granted: own, inactive }))
    }

    /// Checks that each pattern matches an account or the role.
    pub(super) fn check(&self, selection: &Selection) -> Result<()> {
        let Some(absent) = selection.absent(&[&self.inventory]) else { return Ok(()) };
        let remedy = format!(
            "see what there is, without the pattern: aws-sso discover {} --assume {} --via {} --dry-run",
            profile_option(&self.directory.name),
            quote::word(&self.via.name),
            quote::word(&self.via.role)
        );
        Err(Error::denied(format!("{} matches no such account, and not the role", absent.label())).with_remedy(remedy))
    }

    /// Says which accounts get no profile, and why.
    pub(super) fn say_what_is_left_out(&self, context: &Context, selection: &Selection) {
        let labels = |accounts: &[Account]| {
            let mut matching = Vec::new();
            for account in accounts {
                let listed = crate::inventory::Account::new(account.clone());
                if selection.in_account(&listed).has(&self.via.name) {
                    matching.push(name(&listed.label()).into_owned());
                }
            }
            matching
        };
        let say = |accounts: Vec<String>, one: &str, several: &str, remedy: &str| {
            if !accounts.is_empty() {
                let what = if accounts.len() == 1 { one } else { several };
                let listed = listed(accounts.into_iter(), NAMED);
                context.notice(&format!("aws-sso: {what}: {listed}\n{remedy}"));
            }
        };
        say(
            labels(&self.inactive),
            "this account is suspended or closed, so it has no profile",
            "these accounts are suspended or closed, so they have no profile",
            "",
        );
        say(
            labels(&self.granted),
            "you have a role in this account, so it was left out",
            "you have a role in these accounts, so they were left out",
            "  to write a profile for one of them all the same: --accounts ID\n",
        );
    }
}

/// How the roles are assumed with this one.
fn via(
    context: &Context,
    found: &Found,
    role_name: &str,
    arguments: &AssumedArgs,
    style: CredentialStyle,
) -> Result<Via> {
    let role = match (&found.profile, found.is_chained()) {
        (_, false) => found.role.as_ref().map(ToString::to_string).unwrap_or_default(),
        (Some(profile), true) => profile.clone(),
        (None, true) => {
            return Err(Error::usage("--via cannot be an alias with --assume").with_remedy(
                "write the chain as a profile with role_arn and source_profile, and name that with --via",
            ));
        }
    };
    let profile = found.profile.clone().map_or_else(|| labels::profile_of(context, found), |profile| Ok(Some(profile)));
    let source_profile = profile?;
    if style == CredentialStyle::Sso {
        if source_profile.is_none() {
            return Err(Error::usage(format!("no profile of the AWS config gives {role}, and --style sso needs one"))
                .with_remedy(format!("run: aws-sso discover {} --style sso", profile_option(&found.directory.name))));
        }
        if !arguments.options.tags.is_empty() || arguments.options.source_identity.is_some() {
            return Err(Error::usage("--tag and --source-identity do not go with --style sso")
                .with_remedy("SDKs have no keys for them in a profile: leave out --style sso"));
        }
    }
    let options = arguments.options.clone();
    // Any account will do to check the others.
    let _ = Assume { assume: Some(format!("arn:aws:iam::123456789012:role/{role_name}")), ..options.clone() }.hop()?;
    Ok(Via { role, source_profile, name: role_name.to_owned(), options })
}

/// The accounts of the organization of this role.
fn organization(context: &Context, found: &Found) -> Result<Vec<OrganizationAccount>> {
    let credentials = context.credentials(found)?;
    let client = context.client(&found.directory)?;
    let progress = if context.is_quiet() { Progress::Hidden } else { Progress::new() };
    organization::accounts(&client, &credentials, &progress).map_err(|error| {
        let role = labels::in_full(context, found);
        let name_them = "name the accounts: --accounts ID,ID";
        match error {
            OrganizationsError::Other(error) => error,
            OrganizationsError::Denied => {
                Error::denied(format!("{role} may not list the accounts of its organization")).with_remedy(format!(
                    "{name_them}\nor take a role with organizations:ListAccounts in the management account, or in one \
                     that it has delegated to"
                ))
            }
            OrganizationsError::NoOrganization => {
                Error::denied(format!("the account {} belongs to no organization", found.account_id()))
                    .with_remedy(name_them)
            }
        }
    })
}

/// These accounts, with what they are called, if that is known.
fn named(ids: &[String], known: &Inventory) -> Vec<Account> {
    let mut seen = HashSet::new();
    let new = ids.iter().filter(|id| seen.insert(*id));
    new.map(|id| match known.account(id) {
        Some(account) => Account { name: account.name.clone(), id: id.clone(), email: account.email.clone() },
        None => Account { name: String::new(), id: id.clone(), email: String::new() },
    })
    .collect()
}
