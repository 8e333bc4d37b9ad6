//! `setup`: from a start URL to the first role.

mod ending;
mod profiles;
mod progress;
mod questions;
mod regions;
mod session;
mod start_up_file;
mod target;
mod undo;
mod written;

use clap::Args;

use self::ending::{Ending, first_role};
use self::progress::{Progress, Step};
use self::questions::Questions;
use crate::cli::shared;
use crate::cli::sign_in::SignInWay;
use crate::context::Context;
use crate::context::profiles::RoleProfiles;
use crate::discovery::Template;
use crate::error::{Error, Result};
use crate::inventory::{Inventory, Scope};
use crate::output::print;
use crate::terminal::{self, Terminal};

#[derive(Debug, Default, Args)]
#[command(after_help = SETUP_HELP)]
pub(crate) struct SetupArgs {
    /// The start URL of your access portal: its address in the browser, or the beginning of it, such as d-1234567890
    start_url: Option<String>,
    /// The Region of your Identity Center [default: the one that the start URL tells; else you are asked]
    #[arg(long, value_parser = shared::region)]
    region: Option<String>,
    /// The name of the sso-session [default: a part of the start URL]
    #[arg(long)]
    name: Option<String>,
    /// The region for commands where nothing else sets one [default: that of the environment or of the config]
    #[arg(long, value_name = "REGION", value_parser = shared::region)]
    default_region: Option<String>,
    /// Write a named profile for every account and role, without asking
    #[arg(long, conflicts_with = "no_discover")]
    discover: bool,
    /// Write no profiles
    #[arg(long)]
    no_discover: bool,
    /// How these profiles are named [default: {account_name|slug}-{role}, or the settings]
    #[arg(long, value_name = "TEMPLATE")]
    profile_names: Option<Template>,
    /// Add the line that loads the awsso function to your shell's start-up file, without asking
    #[arg(long, conflicts_with = "no_shell_file")]
    shell_file: bool,
    /// Leave the start-up file alone
    #[arg(long)]
    no_shell_file: bool,
    #[command(flatten)]
    way: SignInWay,
    /// Ask nothing and take what is proposed: profiles, and no change of a start-up file
    #[arg(short, long)]
    yes: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Restore the AWS config as it was before the last run
    #[arg(long, exclusive = true)]
    undo: bool,
}

const SETUP_HELP: &str = "\
It writes an sso-session to the AWS config, signs in, and shows what you can use. Then it offers a named profile for \
every role, and the line that loads the awsso function in your shell. Whatever is to be written is shown first. \
Running it again changes nothing that is right.

Examples:
  aws-sso setup
  aws-sso setup https://d-1234567890.awsapps.com/start
  aws-sso setup d-1234567890 --region eu-west-1 --name corp --yes";

/// What other verbs do for this one: no verb imports another.
#[derive(Clone, Copy)]
pub(crate) struct Verbs {
    /// Signs in.
    pub(crate) login: fn(&Context, SignInWay) -> Result<()>,
    /// Writes a profile of such a name for every role of the list.
    pub(crate) discover: fn(&Context, Template, &Inventory) -> Result<()>,
}

pub(crate) fn run(context: &Context, arguments: &SetupArgs, verbs: &Verbs) -> Result<()> {
    if arguments.undo {
        return undo::undo();
    }
    let progress = Progress::begin();
    let mut questions = Questions::new(arguments.yes);
    let session = arguments
        .check(&questions)
        .and_then(|()| target::find(context.config()?, arguments, context.profile_option(), &mut questions))?;
    let lines = written::Lines::new(context, arguments, &session)?;
    if arguments.dry_run {
        return lines.show_difference(&session);
    }
    progress.will_go_on_with(format!("aws-sso setup {}", session.start_url));
    let written = lines.write(&session, &progress);
    let context = context.anew_with(&session.name);
    written
        .and_then(|()| go_on(&context, arguments, &mut questions, verbs, &progress))
        .map_err(|error| progress.explain(&error))
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

impl SetupArgs {
    /// Those of a `login` with a start URL, or without anything to sign in to.
    pub(crate) fn of_login(start_url: Option<String>, way: SignInWay) -> Self {
        Self { start_url, way, ..Self::default() }
    }

    /// Where nobody can be asked, each answer has to be there from the start: nothing is done by halves.
    fn check(&self, questions: &Questions) -> Result<()> {
        if questions.are_asked() || self.yes || self.dry_run {
            return Ok(());
        }
        let is_answered = |answers: [bool; 2]| answers.contains(&true);
        let open = [
            ("START_URL", self.start_url.is_some()),
            ("--discover or --no-discover", is_answered([self.discover, self.no_discover])),
            ("--shell-file or --no-shell-file", is_answered([self.shell_file, self.no_shell_file])),
        ];
        let open: Vec<_> = open.into_iter().filter(|(_, is_there)| !is_there).map(|(option, _)| option).collect();
        if open.is_empty() {
            return Ok(());
        }
        let url = self.start_url.as_deref().unwrap_or("START_URL");
        Err(Error::usage("there is no terminal on which to ask").with_remedy(format!(
            "add what is not said: {}\nor take what is proposed: aws-sso setup {url} --region REGION --yes",
            open.join(", ")
        )))
    }
}
