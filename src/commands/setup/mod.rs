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

pub(crate) use self::arguments::{SetupArgs, Verbs};
use self::ending::{Ending, first_role};
use self::progress::{Progress, Step};
use self::questions::Questions;
use crate::context::Context;
use crate::context::profiles::RoleProfiles;
use crate::error::Result;
use crate::inventory::Scope;
use crate::migration::TAKE_OVER;
use crate::output::print;
use crate::terminal::{self, Terminal};

pub(crate) fn run(context: &Context, arguments: &SetupArgs, verbs: &Verbs) -> Result<()> {
    if arguments.undo {
        return undo::undo();
    }
    let progress = Progress::begin();
    let mut questions = Questions::new(arguments.yes);
    arguments.check(&questions)?;
    let name = if arguments.from.is_some() {
        let Some(name) = from::take_over(arguments, &mut questions)? else { return Ok(()) };
        progress.will_go_on_with(TAKE_OVER.to_owned());
        progress.is_done(Step::Session);
        name
    } else {
        recognised::tell(context)?;
        let session = target::find(context.config()?, arguments, context.profile_option(), &mut questions)?;
        let lines = written::Lines::new(context, arguments, &session)?;
        if arguments.dry_run {
            return lines.show_difference(&session);
        }
        progress.will_go_on_with(format!("aws-sso setup {}", session.start_url));
        lines.write(&session, &progress).map_err(|error| progress.explain(&error))?;
        session.name
    };
    let context = context.anew_with(&name);
    go_on(&context, arguments, &mut questions, verbs, &progress).map_err(|error| progress.explain(&error))
}

/// All that follows on the sso-session.
fn go_on(
    context: &Context,
    arguments: &SetupArgs,
    questions: &mut Questions,
    verbs: &Verbs,
    progress: &Progress,
) -> Result<()> {
    (verbs.login)(context, arguments.way.clone())?;
    progress.is_done(Step::SignIn);
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
        terminal::say(&inventory.no_account().report());
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
