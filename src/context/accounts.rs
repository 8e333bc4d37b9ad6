//! The accounts and roles by which a verb decides: remembered, and fetched again where the list is old, has gaps or
//! lacks what was named.

use super::Context;
use super::find::Found;
use crate::aws_config::directory::Directory;
use crate::error::{Error, Kind, Result};
use crate::inventory::progress::Progress;
use crate::inventory::{Absent, Ask, Doubt, Inventory, REFUSAL, Resume, Scope, Why};
use crate::programs::profile_option;
use crate::role::RoleArn;
use crate::suggest::closest;
use crate::terminal;
use crate::timestamp::span;

/// Of how many accounts the roles are asked for again because a pattern matches nothing.
const MOST_DOUBTED: usize = 100;

impl Context {
    /// The list, good enough to decide what concerns the accounts in `scope`. Where the service cannot be reached, an
    /// old one is used, with a warning.
    pub(crate) fn inventory(&self, directory: &Directory, scope: Scope<'_>) -> Result<Inventory> {
        let ask = self.ask(scope, Why::Due)?;
        let Some(old) = Inventory::remembered(directory)? else {
            return self.renewed(directory, &ask, &self.progress());
        };
        if ask.is_settled_by(&old, None) {
            return Ok(old);
        }
        match self.renewed(directory, &ask, &self.progress()) {
            Err(error) if may_use_old(&error) => {
                self.warn_of_age(&old, &error);
                Ok(old)
            }
            renewed => renewed,
        }
    }

    /// Asks the service for everything.
    pub(crate) fn fetch(&self, directory: &Directory, resume: Resume, progress: &Progress) -> Result<Inventory> {
        self.renewed(directory, &self.ask(Scope::All, Why::Refresh(resume))?, progress)
    }

    /// Fetches what is due, and passes on to another process what arrives.
    pub(crate) fn pass_on(&self, directory: &Directory) -> Result<Inventory> {
        self.renewed(directory, &self.ask(Scope::All, Why::Due)?, &Progress::Passed)
    }

    /// How a person sees how far a fetch has got.
    pub(crate) fn progress(&self) -> Progress {
        if self.is_quiet() { Progress::Hidden } else { Progress::for_person() }
    }

    /// Whether the list of a person who looks at it may be wrong or have gaps.
    pub(crate) fn is_due(&self, list: &Inventory) -> Result<bool> {
        Ok(!self.ask(Scope::All, Why::Due)?.is_settled_by(list, None))
    }

    /// Says that an old list is used, and why.
    pub(crate) fn warn_of_age(&self, old: &Inventory, why: &Error) {
        let warning = format!("the list of accounts was fetched {} ago, and not again: {why}", span(old.seconds_old()));
        if self.is_for_person {
            terminal::warn(&warning);
        } else {
            tracing::warn!("{warning}");
        }
    }

    /// The role that `ACCOUNT_NAME/NAME` names. If the list does not have it, the service is asked once.
    pub(super) fn role_by_name(&self, directory: &Directory, account: &str, role: &str) -> Result<RoleArn> {
        let list = self.inventory(directory, Scope::Account(account))?;
        match list.role(account, role) {
            Err(error) if error.kind() == Kind::Denied => {
                let doubt = Doubt::Absent { account, role: Some(role) };
                self.after_doubt(directory, list, Scope::Account(account), doubt, &error)?.role(account, role)
            }
            found => found,
        }
    }

    /// The list with an account that has roles. If it has none, the service is asked once.
    pub(super) fn with_account(&self, directory: &Directory, id: &str) -> Result<Inventory> {
        let list = self.inventory(directory, Scope::Account(id))?;
        let none = Error::denied(format!("you have no role in the account {id}"));
        let has_roles = |list: &Inventory| list.account(id).is_some_and(|account| !account.roles.is_empty());
        if has_roles(&list) {
            return Ok(list);
        }
        if let Some(error) = unknown(&list, id) {
            return Err(error);
        }
        let doubt = Doubt::Absent { account: id, role: None };
        let list = self.after_doubt(directory, list, Scope::Account(id), doubt, &none)?;
        match unknown(&list, id) {
            _ if has_roles(&list) => Ok(list),
            Some(error) => Err(error),
            None => Err(none.with_remedy("see what there is: aws-sso list")),
        }
    }

    /// The list after the service was asked again, because some patterns match nothing.
    pub(super) fn asked_again(&self, directory: &Directory, list: Inventory, absent: &Absent<'_>) -> Result<Inventory> {
        let doubted = absent.selection();
        let scope = Scope::Selected(&doubted);
        // The service answers some twenty questions a second, and a mistyped name should not take a minute.
        let are_many = list.accounts.iter().filter(|account| scope.has(account)).count() > MOST_DOUBTED;
        let asked = if are_many { Scope::Names } else { scope };
        let (what, label) = (absent.error(&list, Some(directory), false), absent.label());
        let list = self.after_doubt(directory, list, asked, Doubt::Unmatched(&label), &what)?;
        // Accounts that are new, or that did not matter so far.
        self.completed(directory, list, scope)
    }

    /// The list, after the service was asked for what it lacks in this scope.
    pub(super) fn completed(&self, directory: &Directory, list: Inventory, scope: Scope<'_>) -> Result<Inventory> {
        if self.ask(scope, Why::Due)?.is_settled_by(&list, None) { Ok(list) } else { self.inventory(directory, scope) }
    }

    /// The list after the service was asked about some accounts, unless it has just been.
    fn after_doubt(
        &self,
        directory: &Directory,
        list: Inventory,
        scope: Scope<'_>,
        doubt: Doubt<'_>,
        what: &Error,
    ) -> Result<Inventory> {
        if list.has_asked_about(&scope) {
            return Ok(list);
        }
        let ask = self.ask(scope, Why::Doubt(doubt))?;
        if ask.is_settled_by(&list, None) {
            return Ok(list);
        }
        self.renewed(directory, &ask, &self.progress()).map_err(|error| {
            if !may_use_old(&error) {
                return error;
            }
            let age = span(list.seconds_old());
            let known = format!("by the list of {age} ago, {what}; the list cannot be fetched again");
            // What is like a mistyped name, or whose roles are not known.
            let why = error.to_string();
            let remedies: Vec<_> = [what.remedy(), Some(&why), error.remedy()].into_iter().flatten().collect();
            Error::new(error.kind(), known).with_remedy(remedies.join("\n"))
        })
    }

    /// The error for a role that the service refuses, with a remedy that agrees with the list.
    pub(crate) fn refused(&self, found: &Found, error: Error) -> Error {
        // What STS refuses is not in the list.
        let of_list = found.role.as_ref().filter(|_| error.kind() == Kind::Denied && !found.is_chained());
        let Some(RoleArn { account_id, role_name, .. }) = of_list else { return error };
        if !self.is_for_person {
            // A program does not wait for the list. The next process that reads it asks for these roles.
            if let Err(error) = Inventory::doubt(&found.directory, &[(account_id, role_name)]) {
                tracing::info!("{error}");
            }
            return error;
        }
        let Ok(Some(list)) = Inventory::remembered(&found.directory) else { return error };
        let doubt = Doubt::Refused { account_id, role: role_name };
        if let Ok(list) = self.after_doubt(&found.directory, list, Scope::Account(account_id), doubt, &error) {
            let remedy = remedy(&list, account_id, role_name);
            error.with_remedy(remedy)
        } else {
            let option = profile_option(&found.directory.name);
            error.with_remedy(format!("run: aws-sso list {option} --refresh"))
        }
    }

    fn ask<'a>(&self, scope: Scope<'a>, why: Why<'a>) -> Result<Ask<'a>> {
        Ok(Ask { scope, age: self.settings()?.list_age()?, why, is_for_person: self.is_for_person })
    }

    fn renewed(&self, directory: &Directory, ask: &Ask<'_>, progress: &Progress) -> Result<Inventory> {
        let client = self.client(directory)?;
        let session = self.session(directory, &client)?;
        let show_account = |account: &_| progress.show_account(account);
        let renewed =
            Inventory::renew(directory, &client, &session, ask, &|counts| progress.show(counts), &show_account);
        progress.end();
        renewed
    }
}

/// Whether an old list is better than this error. A missing sign-in is for the user to make good.
fn may_use_old(error: &Error) -> bool {
    matches!(error.kind(), Kind::Service | Kind::Denied | Kind::Failed)
}

/// Why the roles of an account are not known.
fn unknown(list: &Inventory, id: &str) -> Option<Error> {
    let gaps = list.gaps(&Scope::Account(id));
    gaps.shortfall("try again later, or name the role as ACCOUNT_ID/NAME").or_else(|| gaps.refusal())
}

/// What to do about a role that the service refuses, by what it lists.
fn remedy(list: &Inventory, account_id: &str, role_name: &str) -> String {
    match list.account(account_id) {
        None => format!("you have no role in the account {account_id}; see what there is: aws-sso list"),
        Some(account) if account.is_refused() => REFUSAL.to_owned(),
        Some(account) if account.is_unknown() => "run: aws-sso list".to_owned(),
        Some(account) if account.has(role_name) => {
            "Identity Center lists it all the same: if it was assigned just now, try again in a few minutes".to_owned()
        }
        Some(account) => {
            let near = closest(role_name, account.roles.iter().map(String::as_str), 1);
            let question = near.first().map(|near| format!("did you mean {account_id}/{near}?\n")).unwrap_or_default();
            question + &account.roles_as_remedy()
        }
    }
}
