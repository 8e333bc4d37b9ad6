//! `discover` and `-d`: a named profile for every account and role.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::time::Duration;

use crate::aws_config::document::Document;
use crate::cli::{self, Discover};
use crate::context::Context;
use crate::discovery::diff;
use crate::discovery::{self, Counts, Named, Offered, Settings, Style};
use crate::environment;
use crate::error::{Error, Result, reason};
use crate::files::atomic;
use crate::files::edit;
use crate::files::folder::Privacy;
use crate::files::lock::{self, Lock};
use crate::inventory::progress::Progress;
use crate::inventory::{Fetched, Missing, Resume, Selection};
use crate::output::print;
use crate::terminal::{self, clean};

/// How long another process may be busy with the config: it is read and written at once.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn run(context: &Context, arguments: &Discover) -> Result<()> {
    let path = environment::config_file()?;
    let shown = clean(&environment::shown(&path)).into_owned();
    if arguments.undo {
        let _lock = lock()?;
        discovery::undo(&path)?;
        return print(&format!("{shown} is as it was before the last discovery\n"));
    }
    let template = context.template(arguments.name.as_ref())?;
    let settings = settings(arguments)?;
    let directory = context.directory()?;
    let progress = if arguments.quiet { Progress::Hidden } else { Progress::new() };
    let fetched = context.fetch(&directory, resume(arguments), &progress)?;
    let Fetched { inventory, missing } = &fetched;

    let unknown: HashSet<_> = missing.iter().map(|Missing { account, .. }| account.id.clone()).collect();
    let selection = Selection::new(&arguments.matches, &arguments.exclude);
    let named = discovery::names(inventory, &directory, &template);
    let is_wanted = |named: &&Named<'_>| {
        !unknown.contains(&named.account.id) && selection.has(named.account, &named.role.role_name)
    };
    let wanted: Vec<_> = named.iter().filter(is_wanted).collect();
    let offered = Offered::new(inventory, unknown.clone());
    let planned = |bytes: &[u8]| -> Result<(Vec<u8>, Counts)> {
        let mut document = Document::parse(bytes);
        let counts = discovery::update(&mut document, &wanted, &offered, &directory, &settings)?;
        Ok((document.to_bytes(), counts))
    };

    if arguments.dry_run {
        let before = atomic::read(&path)?.unwrap_or_default();
        let (after, counts) = planned(&before)?;
        print(&diff::unified(&shown, &before, &after, std::io::stdout().is_terminal()))?;
        if !arguments.quiet {
            terminal::say(&format!("{shown} would be updated: {}\n", summary(&counts, settings.prune)));
        }
        warn_of_left(&counts);
    } else {
        let _lock = lock()?;
        let mut earlier = None;
        let edited = edit::edit(&path, Privacy::Secret, |before| {
            let (after, counts) = planned(before)?;
            if after != before {
                let replaced = discovery::keep(&path, before, &after)?;
                // Where somebody else's change is merged this is done twice.
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
            print(&format!("{shown} {verb}: {}\n", summary(&edited.outcome, settings.prune)))?;
        }
    }
    match fetched.shortfall() {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// Held from reading to writing, so that two discoveries do not undo each other.
fn lock() -> Result<Lock> {
    lock::take(&environment::lock_folder()?, "config", PATIENCE, |_| {})
}

fn resume(arguments: &Discover) -> Resume {
    match (arguments.resume, arguments.fresh) {
        (true, _) => Resume::Always,
        (_, true) => Resume::Never,
        _ => Resume::Recent,
    }
}

fn settings(arguments: &Discover) -> Result<Settings> {
    let style = match arguments.style {
        cli::Style::Process if arguments.absolute => {
            let program = cli::program()
                .map_err(|error| Error::failed(format!("cannot find the path of this program: {}", reason(&error))))?;
            Style::Process { program: program.to_string_lossy().into_owned() }
        }
        cli::Style::Process => Style::Process { program: "aws-sso".to_owned() },
        cli::Style::Sso if arguments.absolute => {
            return Err(Error::usage("--absolute does not go with --style sso")
                .with_remedy("such profiles do not run this program: leave --absolute out"));
        }
        cli::Style::Sso => Style::Sso,
    };
    Ok(Settings { style, region: arguments.region.clone(), output: arguments.output.clone(), prune: arguments.prune })
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
        "these profiles are somebody else's, or could not be read alike by every SDK, and were left as they are: {names}"
    ));
}
