//! `setup`: from a start URL to the first role.

mod arguments;
mod ending;
mod from;
mod profiles;
mod progress;
mod questions;
mod recognised;
mod regions;
mod session;
mod start_up_file;
mod target;
mod undo;
mod written;

use std::error::Error as _;

pub(crate) use self::arguments::{SetupArgs, Verbs};
use self::ending::{Ending, first_role};
use self::progress::{Progress, Step};
use self::questions::Questions;
use crate::access_portal::AccessPortal;
use crate::cli::again;
use crate::context::Context;
use crate::context::profiles::RoleProfiles;
use crate::error::{Error, Result};
use crate::identity_center::Refusal;
use crate::inventory::Scope;
use crate::output::print;
use crate::session::LoginPolicy;
use crate::terminal::{self, Terminal, clean};

pub(crate) fn run(context: &Context, arguments: &SetupArgs, verbs: &Verbs) -> Result<()> {
    if arguments.undo {
        return undo::undo();
    }
    let progress = Progress::begin();
    let mut questions = Questions::new(arguments.yes);
    let mut added = None;
    let name = if arguments.from.is_some() {
        arguments.check(&questions, true)?;
        let Some(name) = from::take_over(arguments, &mut questions)? else { return Ok(()) };
        progress.will_go_on_with(arguments.again(""));
        progress.is_done(Step::Session);
        name
    } else {
        check_start_url(context, arguments.start_url.as_deref())?;
        recognised::tell(context)?;
        let session = target::find(context.config()?, arguments, context.profile_option(), &mut questions)?;
        let lines = written::Lines::new(context, arguments, &session)?;
        if arguments.dry_run {
            return lines.show_difference(&session);
        }
        progress.will_go_on_with(arguments.again(&session.start_url));
        added = lines.write(&session, &progress).map_err(|error| progress.explain(&error))?;
        session.name
    };
    let context = context.anew_with(&name);
    match sign_in(&context, arguments, verbs) {
        Ok(()) => progress.is_done(Step::SignIn),
        Err(error) => {
            let is_refused = error.source().is_some_and(<dyn std::error::Error>::is::<Refusal>);
            return Err(match added.filter(|_| is_refused).map(|added| added.take_back(error.clone())) {
                Some(Ok(error)) => error,
                // Another program has changed the config meanwhile, so the sso-session stays.
                _ => progress.explain(&error),
            });
        }
    }
    go_on(&context, arguments, &mut questions, verbs, &progress).map_err(|error| progress.explain(&error))
}

/// Signs in; with `--login never` only an earlier sign-in counts.
fn sign_in(context: &Context, arguments: &SetupArgs, verbs: &Verbs) -> Result<()> {
    if context.login_policy()? == LoginPolicy::Never {
        let directory = context.directory()?;
        let client = context.client(&directory)?;
        return context.session(&directory, &client)?.token().map(drop);
    }
    (verbs.login)(context, arguments.way.clone())
}

/// All that follows on the sign-in.
fn go_on(
    context: &Context,
    arguments: &SetupArgs,
    questions: &mut Questions,
    verbs: &Verbs,
    progress: &Progress,
) -> Result<()> {
    let directory = context.directory()?;
    let inventory = context.inventory(&directory, Scope::All)?;
    let roles = inventory.roles().count();
    terminal::say(&format!("you can use {} in {}\n", count(roles, "role"), count(inventory.accounts.len(), "account")));
    // What fails from here on keeps nothing else from being done.
    let discovered = profiles::offer(context, arguments, (&directory, &inventory), questions, verbs);
    if discovered.is_ok() {
        progress.is_done(Step::Profiles);
    }
    let function = start_up_file::offer(arguments, questions)?;
    progress.is_done(Step::StartUpFile);
    if let Some((account, role)) = first_role(&inventory) {
        let context = context.anew_with(&directory.name);
        let profile = RoleProfiles::new(&context, &directory, [&role].into_iter())?.first(&role).map(str::to_owned);
        let is_one_of_several = context.config()?.directories().len() > 1;
        let ending =
            Ending { directory: &directory, inventory: &inventory, function: &function, profile, is_one_of_several };
        print(&ending.text(account, &role))?;
    } else {
        terminal::complain(&inventory.no_account());
    }
    discovered
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Whether there is nobody yet whom `login` could sign in, and somebody who can be asked.
pub(crate) fn is_first(context: &Context) -> bool {
    let has_none = context.config().is_ok_and(|config| config.directories().is_empty() && !config.has_misspelt());
    has_none && Terminal::open().is_some()
}

/// Refuses a word that is no start URL but a profile, and one beside `-p NAME` of an sso-session that has another.
pub(crate) fn check_start_url(context: &Context, start_url: Option<&str>) -> Result<()> {
    let (Some(text), Ok(config)) = (start_url, context.config()) else { return Ok(()) };
    let url = config.sso_session(text).and_then(|session| session.setting("sso_start_url")).unwrap_or(text);
    let portal = AccessPortal::read(url).ok();
    let is_it = |url: &str| portal.as_ref().is_some_and(|portal| session::is_portal(url, &portal.url));
    let is_known = || portal.as_ref().is_some_and(|portal| session::existing(config, &portal.url).is_some());
    let shown = clean(text);
    match context.profile_option() {
        Some(name) => match config.directory(name) {
            Ok(directory) if text != name && !is_it(&directory.start_url) => {
                let own = clean(&directory.start_url);
                Err(Error::usage(format!("{shown} is not the start URL of {}, which is {own}", clean(name)))
                    .with_remedy(format!("leave out one of the two, for example: {}", again::without(text, None))))
            }
            _ => Ok(()),
        },
        None if !is_known() && config.profile(text).is_some() && config.directory(text).is_ok() => {
            Err(Error::usage(format!("{shown} is a profile of the AWS config, not a start URL"))
                .with_remedy(format!("run: {}", again::without(text, Some(text)))))
        }
        None => Ok(()),
    }
}

/// The sso-session of this start URL, if it is set up, and nobody is there who could be asked for more.
pub(crate) fn session_without_person(context: &Context, start_url: &str) -> Option<String> {
    let config = context.config().ok().filter(|_| Terminal::open().is_none())?;
    let portal = AccessPortal::read(start_url).ok()?;
    let name = session::existing(config, &portal.url)?;
    config.directory(name).is_ok().then(|| name.to_owned())
}
