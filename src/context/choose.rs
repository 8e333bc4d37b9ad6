//! The user chooses a role, or several, from the list of all that they can use.

use std::process::{Command, Stdio};
use std::sync::Arc;

use super::Context;
use super::find::Found;
use super::listing::{Listing, Profiles};
use crate::aws_config::directory::Directory;
use crate::error::{Error, Result};
use crate::inventory::{Inventory, Recent};
use crate::picker::{self, Choices, Question};
use crate::programs;
use crate::secret_store::StoreKind;
use crate::terminal;

/// The role that was named, else the one that the user chooses.
pub(crate) fn named_or_chosen(context: &Context, role: Option<&str>) -> Result<Found> {
    match role {
        Some(role) => context.find(role),
        None => choose(context, "", "name the role with -r ROLE"),
    }
}

/// Lets the user choose a role. `instead` is the remedy where there is no terminal.
pub(crate) fn choose(context: &Context, query: &str, instead: &str) -> Result<Found> {
    let mut chosen = choose_roles(context, query, false, instead)?;
    chosen.pop().ok_or_else(|| Error::cancelled("no role was chosen"))
}

/// Lets the user choose roles: one, or several if `many`. If only one role fits the query, it is taken without asking.
pub(crate) fn choose_roles(context: &Context, query: &str, many: bool, instead: &str) -> Result<Vec<Found>> {
    let directory = context.directory()?;
    let inventory = context.inventory(&directory)?;
    let profiles = Profiles::new(Arc::clone(context.shared_config()?), &directory);
    let is_old = inventory.is_old();
    let mut listing = Listing::new(&directory, inventory, profiles, &Recent::of(&directory));
    if context.secret_store()?.kind() == StoreKind::Files {
        // A keyring is too slow to be asked once for each of a thousand roles.
        listing = listing.with_time_left();
    }
    let listing = Arc::new(listing);
    let chosen = if let Some(only) = listing.only_match(query)? {
        vec![only]
    } else {
        let rows = rows(&listing, &directory, is_old);
        let header = listing.header();
        let question = Question { title: "role", header: &header, query, many, remedy: instead };
        let chosen = picker::choose(context.picker()?, &question, rows)?;
        if let ([only], false) = (chosen.as_slice(), many) {
            // The list is gone from the screen. What was chosen stays there.
            terminal::show(&format!("aws-sso: role {}\n", listing.label(*only)));
        }
        chosen
    };
    let region = context.config()?.region_of(&directory.name).map(str::to_owned);
    let found = |index| {
        let role = listing.role(index)?;
        Some(Found { role, directory: directory.clone(), profile: None, region: region.clone(), page: None })
    };
    let found: Vec<_> = chosen.into_iter().filter_map(found).collect();
    if found.is_empty() {
        return Err(Error::failed("the picker returned a row that does not exist"));
    }
    Ok(found)
}

/// The rows of the remembered list. If it is old, new roles are added while the user looks at it.
fn rows(listing: &Arc<Listing>, directory: &Directory, is_old: bool) -> Choices {
    let (shown, grown) = (Arc::clone(listing), Arc::clone(listing));
    let directory = directory.clone();
    let later = move || {
        refresh(&directory);
        let now = Inventory::remembered(&directory).ok().flatten();
        now.map(|inventory| grown.grow(&inventory)).unwrap_or_default()
    };
    Choices {
        count: listing.len(),
        choice: Arc::new(move |index| shown.row(index)),
        later: is_old.then(|| Box::new(later) as Box<dyn FnOnce() -> Vec<picker::Choice> + Send>),
    }
}

/// Fetches the list again in a process of its own, which may outlast the choice. It neither signs in nor prints.
fn refresh(directory: &Directory) {
    let outcome = programs::this_program().and_then(|program| {
        let mut command = Command::new(program);
        command.args(["list", "--refresh", "--background", "--login", "never"]);
        command.args(programs::profile_words(&directory.name));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn()?.wait()
    });
    if let Err(error) = outcome {
        tracing::debug!("the list of roles was not refreshed: {error}");
    }
}
