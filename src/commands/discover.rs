//! `discover` and `-d`: a named profile for every account and role.

use std::collections::{HashMap, HashSet};
use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;

use crate::aws_config::document::Document;
use crate::cli::shared;
use crate::context::Context;
use crate::discovery::{self, Counts, CredentialSource, Named, Offered, ProfileOptions, Template, diff};
use crate::error::{Error, Result, reason};
use crate::files::folder::Privacy;
use crate::files::lock::{self, Lock};
use crate::files::{atomic, edit};
use crate::inventory::progress::Progress;
use crate::inventory::{Fetched, Missing, Resume, Selection};
use crate::output::print;
use crate::terminal::{self, clean};
use crate::{environment, programs};

#[derive(Debug, Default, Args)]
#[command(after_help = DISCOVER_HELP)]
pub(crate) struct DiscoverArgs {
    /// How profiles are named [default: {account_id}-{role}, or the settings]
    #[arg(long, value_name = "TEMPLATE")]
    name: Option<Template>,
    /// Only roles whose name, or whose account's name or id, holds this; or all of it with * and ?; or ACCOUNT/ROLE
    #[arg(long = "match", value_name = "PATTERN")]
    matches: Vec<String>,
    /// None of these
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// How profiles get their credentials
    #[arg(long, value_enum, default_value_t)]
    style: CredentialStyle,
    /// Name this program by its path in credential_process, for programs with another PATH
    #[arg(long)]
    absolute: bool,
    /// The region of new profiles
    #[arg(long, value_parser = shared::region)]
    region: Option<String>,
    /// The output format of new profiles
    #[arg(long, value_name = "FORMAT")]
    output: Option<String>,
    /// Remove discovered profiles whose role you no longer have
    #[arg(long)]
    prune: bool,
    /// Show the difference and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Restore the file as it was before the last run
    #[arg(long, conflicts_with_all = [
        "name", "matches", "exclude", "style", "absolute", "region", "output", "prune", "dry_run", "resume", "fresh",
    ])]
    undo: bool,
    /// Continue the last run where it stopped, even if that was more than an hour ago
    #[arg(long, conflicts_with = "fresh")]
    resume: bool,
    /// Fetch everything again, although the last run stopped less than an hour ago
    #[arg(long)]
    fresh: bool,
    /// Print errors only
    #[arg(short, long)]
    quiet: bool,
}

/// How a discovered profile gets its credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum CredentialStyle {
    /// credential_process, with this program
    #[default]
    Process,
    /// The sso_ keys that the AWS CLI v2 and the SDKs read themselves
    Sso,
}

const DISCOVER_HELP: &str = "\
New profiles go into a marked block at the end of the AWS config. Everything else in that file stays as it is.

TEMPLATE has fields {account_id} {account_name} {role} {session} {email} and filters lower, slug, trim_prefix:TEXT, \
as in {account_name|trim_prefix:acme-|slug}-{role}.

Examples:
  aws-sso discover -p corp --dry-run
  aws-sso discover -p corp --match prod --name '{account_name|slug}-{role}'";

/// How long to wait for another process that edits the config; an edit takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn run(context: &Context, arguments: &DiscoverArgs) -> Result<()> {
    let path = environment::config_file()?;
    let shown = clean(&environment::shown(&path)).into_owned();
    if arguments.undo {
        let _lock = lock()?;
        discovery::undo(&path)?;
        return print(&format!("{shown} is as it was before the last discovery\n"));
    }
    let template = context.template(arguments.name.as_ref())?;
    let options = profile_options(arguments)?;
    let directory = context.directory()?;
    let progress = if arguments.quiet { Progress::Hidden } else { Progress::new() };
    let fetched = context.fetch(&directory, resume(arguments), &progress)?;
    let Fetched { inventory, missing } = &fetched;

    let unknown: HashSet<_> = missing.iter().map(|Missing { account, .. }| account.id.clone()).collect();
    let selection = Selection::new(&arguments.matches, &arguments.exclude);
    let named = discovery::names(inventory, &directory, &template);
    let in_accounts: HashMap<_, _> =
        inventory.accounts.iter().map(|account| (&account.id, selection.in_account(account))).collect();
    let is_wanted = |named: &&Named<'_>| {
        !unknown.contains(&named.account.id)
            && in_accounts.get(&named.account.id).is_some_and(|selection| selection.has(&named.role.role_name))
    };
    let wanted: Vec<_> = named.iter().filter(is_wanted).collect();
    let offered = Offered::new(inventory, unknown.clone());
    let planned = |bytes: &[u8]| -> Result<(Vec<u8>, Counts)> {
        let mut document = Document::parse(bytes);
        let counts = discovery::update(&mut document, &wanted, &offered, &directory, &options)?;
        Ok((document.to_bytes(), counts))
    };

    if arguments.dry_run {
        let before = atomic::read(&path)?.unwrap_or_default();
        let (after, counts) = planned(&before)?;
        print(&diff::unified(&shown, &before, &after, std::io::stdout().is_terminal()))?;
        if !arguments.quiet {
            terminal::say(&format!("{shown} would be updated: {}\n", summary(&counts, options.prune)));
        }
        warn_of_left(&counts);
    } else {
        let _lock = lock()?;
        let mut earlier = None;
        let edited = edit::edit(&path, Privacy::Secret, |before| {
            let (after, counts) = planned(before)?;
            if after != before {
                let replaced = discovery::keep(&path, before, &after)?;
                // This runs a second time where another program changed the file meanwhile.
                earlier.get_or_insert(replaced);
            }
            Ok((after, counts))
        });
        if let (true, Some(earlier)) = (edited.is_err(), earlier) {
            earlier.restore()?;
        }
        let edited = edited?;
        warn_of_left(&edited.outcome);
        if !arguments.quiet {
            let verb = if edited.before == edited.after { "is up to date" } else { "updated" };
            print(&format!("{shown} {verb}: {}\n", summary(&edited.outcome, options.prune)))?;
        }
    }
    match fetched.shortfall() {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// Held from reading to writing, so that two runs do not undo each other's changes.
fn lock() -> Result<Lock> {
    lock::take(&environment::lock_folder()?, "config", PATIENCE, |_| {})
}

fn resume(arguments: &DiscoverArgs) -> Resume {
    match (arguments.resume, arguments.fresh) {
        (true, _) => Resume::Always,
        (_, true) => Resume::Never,
        _ => Resume::Recent,
    }
}

fn profile_options(arguments: &DiscoverArgs) -> Result<ProfileOptions> {
    let source = match arguments.style {
        CredentialStyle::Process if arguments.absolute => {
            let program = programs::lasting_path()
                .map_err(|error| Error::failed(format!("cannot find the path of this program: {}", reason(&error))))?;
            CredentialSource::Process { program: program.to_string_lossy().into_owned() }
        }
        CredentialStyle::Process => CredentialSource::Process { program: "aws-sso".to_owned() },
        CredentialStyle::Sso if arguments.absolute => {
            return Err(Error::usage("--absolute does not go with --style sso")
                .with_remedy("such profiles do not run this program: leave --absolute out"));
        }
        CredentialStyle::Sso => CredentialSource::Sso,
    };
    Ok(ProfileOptions {
        source,
        region: arguments.region.clone(),
        output: arguments.output.clone(),
        prune: arguments.prune,
    })
}

fn summary(counts: &Counts, prune: bool) -> String {
    let Counts { new, changed, unchanged, stale, .. } = counts;
    let hint = match (prune, stale) {
        (_, 0) => "",
        (true, _) => " and removed",
        (false, _) => " (--prune removes them)",
    };
    format!("{new} profiles new, {changed} changed, {unchanged} unchanged, {stale} stale{hint}")
}

fn warn_of_left(counts: &Counts) {
    const NAMED: usize = 5;
    if counts.left.is_empty() {
        return;
    }
    let mut names = counts.left.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if counts.left.len() > NAMED {
        names.push_str(&format!(" and {} more", counts.left.len() - NAMED));
    }
    terminal::warn(&format!(
        "these profiles were not written by aws-sso, or SDKs would read them differently, so they were left as they \
         are: {names}"
    ));
}
