//! The user chooses a role, or several, from the list of all that they can use.

use std::collections::HashSet;
use std::process::Stdio;
use std::sync::Arc;

use super::Context;
use super::arriving::Arriving;
use super::find::Found;
use super::labels;
use super::listing::{Listing, RowRole};
use super::lists::{Listed, Lists, WithoutSignIn};
use super::profiles::RoleProfiles;
use super::row_profiles::Profiles;
use crate::aws_config::directory::Directory;
use crate::credential_chain::helper;
use crate::error::{Error, Result};
use crate::inventory::progress::News;
use crate::inventory::{Inventory, Recent, Scope};
use crate::picker::{self, Choices, Fetching, Later, Question};
use crate::programs::{self, core_dumps};
use crate::secret_store::StoreKind;
use crate::terminal;

/// The role that was named, else the one that the user chooses.
pub(crate) fn named_or_chosen(context: &Context, role: Option<&str>) -> Result<Found> {
    match role {
        Some(role) => context.find(role),
        None => choose_saying(context, "name the role with -r ROLE"),
    }
}

/// Lets the user choose a role, and says on the terminal which one it was: the list is gone from there.
pub(crate) fn choose_saying(context: &Context, instead: &str) -> Result<Found> {
    let found = choose(context, "", instead)?;
    terminal::show(&format!("aws-sso: role {}\n", labels::in_full(context, &found)));
    Ok(found)
}

/// Lets the user choose a role, which the verb says by itself. `instead` is the remedy where there is no terminal.
pub(crate) fn choose(context: &Context, query: &str, instead: &str) -> Result<Found> {
    let mut chosen = choose_roles(context, query, false, instead)?;
    chosen.pop().ok_or_else(|| Error::cancelled("no role was chosen"))
}

/// Lets the user choose what was meant by words that name no role: also the only one that fits them is not taken
/// without asking.
pub(super) fn choose_near(context: &Context, query: &str, instead: &str) -> Result<Found> {
    let mut chosen = ask_for_roles(context, query, OnlyFit::IsShown, false, instead)?;
    chosen.pop().ok_or_else(|| Error::cancelled("no role was chosen"))
}

/// Lets the user choose roles: one, or several if `many`. If only one role fits the query, it is taken without asking.
pub(crate) fn choose_roles(context: &Context, query: &str, many: bool, instead: &str) -> Result<Vec<Found>> {
    ask_for_roles(context, query, OnlyFit::IsTaken, many, instead)
}

/// What is done with the only role that fits the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnlyFit {
    IsTaken,
    IsShown,
}

fn ask_for_roles(context: &Context, query: &str, only: OnlyFit, many: bool, instead: &str) -> Result<Vec<Found>> {
    let arriving = Arriving::start(context, query, many)?;
    let lists = to_choose_from(context, query, arriving.as_ref())?;
    lists.say_what_is_missing();
    let lists = lists.known;
    let is_partial = |listed: &Listed| arriving.as_ref().is_some_and(|all| all.so_far(&listed.directory).is_some());
    let are_partial: Vec<_> = lists.iter().map(is_partial).collect();
    let profiles = Profiles::new(Arc::clone(context.shared_config()?), &lists);
    let mut due = Vec::new();
    let mut missing = 0;
    let whole = lists.iter().enumerate().filter(|(number, _)| !are_partial[*number]);
    for (number, Listed { inventory, not_renewed, .. }) in whole {
        due.extend((not_renewed.is_none() && context.is_due(inventory)?).then_some(number));
        let gaps = inventory.gaps(&Scope::All);
        missing += gaps.unknown.len() + gaps.refused.len();
        let shortfall = gaps.shortfall("their other roles can be chosen all the same");
        for error in [shortfall, gaps.refusal()].into_iter().flatten() {
            terminal::complain(&error);
        }
    }
    let recent: Vec<_> = lists.iter().map(|listed| Recent::of(&listed.directory)).collect();
    let mut listing = Listing::new(lists, profiles, &recent);
    if arriving.is_some() {
        listing = listing.with_room();
    }
    if context.secret_store()?.kind() == StoreKind::Files {
        // A keyring is too slow to be asked once for each of a thousand roles.
        listing = listing.with_time_left();
    }
    if !many {
        listing = listing.with_chained();
    }
    let listing = Arc::new(listing);
    let only_fit = match arriving {
        Some(_) => None,
        None => listing.only_match(query)?.filter(|_| only == OnlyFit::IsTaken),
    };
    let chosen = if let Some(index) = only_fit {
        vec![index]
    } else {
        let rows = rows(&listing, due, arriving);
        let header = listing.header(missing);
        let color = context.picker_color()?;
        let color = color.as_str();
        let is_asked_for = only == OnlyFit::IsTaken;
        let question = Question { title: "role", header: &header, query, is_asked_for, many, remedy: instead, color };
        picker::choose(context.picker()?, &question, rows)?
    };
    let (chained, chosen): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|index| listing.chained(*index).is_some());
    let chained = chained.into_iter().filter_map(|index| listing.chained(index));
    let mut found = chained.map(|chained| context.find_by_profile(&chained.profile)).collect::<Result<Vec<_>>>()?;
    let chosen: Vec<_> = chosen.into_iter().filter_map(|index| listing.role(index)).collect();
    for (listed, is_partial) in listing.lists().iter().zip(are_partial) {
        let of_list = || chosen.iter().filter(|row| std::ptr::eq(row.listed, listed));
        if of_list().next().is_none() {
            continue;
        }
        let profiles = RoleProfiles::new(context, &listed.directory, of_list().map(|row| &row.role))?;
        for RowRole { role, account_name, .. } in of_list() {
            let region = profiles.region(role).map(str::to_owned);
            // The service has just named the accounts of a list that is still arriving.
            let account_name = Some(account_name.clone()).filter(|name| is_partial && !name.is_empty());
            found.push(Found { region, account_name, ..Found::new(role.clone(), listed.directory.clone()) });
            if !is_partial {
                let shown = listed.inventory.account(&role.account_id).map(|account| account.name.as_str());
                is_still_called(context, &listed.directory, &role.account_id, shown)?;
            }
        }
    }
    if found.is_empty() {
        return Err(Error::failed("the picker returned a row that does not exist"));
    }
    Ok(found)
}

/// The lists to choose from. They are shown at once, however old. But words decide by themselves if they match one role
/// only, so for those an old list is fetched again first, and so is one with nothing to choose.
fn to_choose_from(context: &Context, query: &str, arriving: Option<&Arriving>) -> Result<Lists> {
    context.lists(WithoutSignIn::Fails, |context, directory| {
        if let Some(list) = arriving.and_then(|arriving| arriving.so_far(directory)) {
            return Ok(list);
        }
        let remembered = Inventory::remembered(directory)?.filter(|_| query.is_empty());
        match remembered.filter(|list| list.roles().nth(1).is_some()) {
            Some(list) => Ok(list),
            None => context.inventory(directory, Scope::All),
        }
    })
}

/// Makes sure that a chosen row of an old list means what it said: accounts change names, and two may have changed
/// theirs for each other's.
fn is_still_called(context: &Context, directory: &Directory, id: &str, shown: Option<&str>) -> Result<()> {
    let list = context.inventory(directory, Scope::Names)?;
    match (list.account(id), shown) {
        (Some(account), Some(shown)) if account.name != shown => {
            Err(Error::denied(format!("the account {id} is called {} now, not {shown}", account.name))
                .with_remedy("choose again: the list is up to date now"))
        }
        _ => Ok(()),
    }
}

/// The rows of the lists, and what is added to them while the user looks.
fn rows(listing: &Arc<Listing>, due: Vec<usize>, arriving: Option<Arriving>) -> Choices {
    let (shown, grown) = (Arc::clone(listing), Arc::clone(listing));
    let later: Option<Box<Fetching>> = match arriving {
        None if due.is_empty() => None,
        arriving => Some(Box::new(move |add| {
            if let Some(lists) = arriving {
                add_arriving(&grown, lists, add);
            }
            if !due.is_empty() {
                add_renewed(&grown, due, add);
            }
        })),
    };
    let columns = Some(listing.columns());
    Choices { count: listing.len(), choice: Arc::new(move |index| shown.row(index)), columns, later }
}

/// Adds the roles that are new in lists which are old or have gaps.
fn add_renewed(listing: &Listing, due: Vec<usize>, add: &mut dyn FnMut(Later)) {
    let lists = listing.lists();
    refresh(match lists {
        [only] => Some(&only.directory),
        _ => None,
    });
    let now = |list: usize| Some((list, Inventory::remembered(&lists[list].directory).ok()??));
    for (list, inventory) in due.into_iter().filter_map(now) {
        add(Later::Choices(listing.grow(list, &inventory)));
    }
}

/// Adds the roles of each account as the service lists them.
fn add_arriving(listing: &Listing, mut arriving: Arriving, add: &mut dyn FnMut(Later)) {
    let at = |directory: &Directory| listing.lists().iter().position(|listed| listed.directory == *directory);
    let places: Vec<_> = arriving.lists.iter().map(|list| at(&list.directory)).collect();
    let of_list = |(at, listed): (usize, &Listed)| {
        listed.inventory.accounts.iter().map(move |account| (at, account.id.clone())).collect::<Vec<_>>()
    };
    let mut known: HashSet<_> = listing.lists().iter().enumerate().flat_map(of_list).collect();
    let mut are_whole = true;
    while let Ok((list, news)) = arriving.news.recv() {
        let is_over = arriving.note(list, news.as_ref());
        let Some(at) = places[list] else { continue };
        if is_over {
            let whole = Inventory::remembered(&arriving.lists[list].directory).ok().flatten();
            are_whole &= whole.is_some();
            add(Later::Choices(whole.map(|whole| listing.grow(at, &whole)).unwrap_or_default()));
        }
        match news {
            // A fetch whose token was rejected begins again.
            Some(News::Account(account)) if known.insert((at, account.id.clone())) => {
                add(Later::Choices(listing.grow_account(at, account)));
            }
            Some(News::Counts(_)) => arriving.progress().into_iter().for_each(|text| add(Later::Progress(text))),
            _ => {}
        }
    }
    // Why a list is not complete, says the next command that needs it.
    add(Later::Progress(if are_whole { "" } else { "the list is not complete" }.to_owned()));
}

/// Fetches the list of one sso-session again, or those of all, in a process of its own, which may outlast the choice.
/// It neither signs in nor prints.
fn refresh(only: Option<&Directory>) {
    let outcome = programs::this_program().and_then(|program| {
        let mut command = helper(program);
        command.args(["list", "--background", "--login", "never"]);
        command.args(only.map(|directory| programs::profile_words(&directory.name)).unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        core_dumps::start(&mut command)?.wait()
    });
    if let Err(error) = outcome {
        tracing::debug!("the list of roles was not refreshed: {error}");
    }
}
