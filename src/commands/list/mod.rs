//! `list`: the accounts and roles that a person can use.

mod rows;
mod table;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rows::{COLUMNS, ListedRole, Wanted, of_chained, rows};

use crate::aws_config::directory::Directory;
use crate::cli::patterns::Patterns;
use crate::context::Context;
use crate::context::chained;
use crate::context::lists::{Listed, Lists, WithoutSignIn};
use crate::context::row_profiles::Profiles;
use crate::context::words::Words;
use crate::error::{Error, Kind, Result};
use crate::inventory::{Resume, Scope};
use crate::output::{self, print};
use crate::terminal::{self, Palette, clean, is_stderr, stdout_width};

#[derive(Debug, Args)]
#[command(after_help = "\
WORDS are those of pick: each has to be in the names of the account, the role, the sso-session or the role's profile, \
in upper or lower case. On a terminal the columns have headings and are cut to its width.

Without -p the roles of all sso-sessions of the AWS config are listed. Those to which you are not signed in are \
listed as they are remembered; nobody is asked to sign in to several. In the table, the roles that profiles assume \
with one of those or with access keys follow, each with its profile. exec --match leaves them out.

The list that was fetched last is remembered for a day, also for Tab and the picker, or as long as list-age in the \
settings says. --refresh asks the service at once. An account whose roles could not be fetched is named, and the exit \
status is 5. It is 4 if a pattern or the words match nothing.

Examples:
  aws-sso list reader payments
  aws-sso list --match 'prod*/ReadOnlyAccess'
  aws-sso list -p corp --refresh --json")]
pub(crate) struct ListArgs {
    /// Only roles with each of these words
    words: Vec<String>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    /// Print comma-separated values with a header
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print tab-separated values with a header
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    tsv: bool,
    #[command(flatten)]
    patterns: Patterns,
    /// Ask the service, even if the list is remembered
    #[arg(long)]
    refresh: bool,
    /// Run in the background of a program that owns the terminal
    #[arg(long, hide = true)]
    background: bool,
    /// Print what arrives, for that program, instead of the list
    #[arg(long, hide = true, requires = "background")]
    pass_on: bool,
}

pub(crate) fn run(context: &Context, arguments: &ListArgs) -> Result<ExitCode> {
    #[cfg(unix)]
    if arguments.background {
        // Leave the terminal's session: this process must not draw on it, and must outlive it.
        let _ = rustix::process::setsid();
    }
    if arguments.pass_on {
        context.lists(WithoutSignIn::Fails, Context::pass_on)?;
        return Ok(ExitCode::SUCCESS);
    }
    let is_table = !(arguments.json || arguments.csv || arguments.tsv);
    let selection = arguments.patterns.selection();
    let scope = Scope::Selected(&selection);
    let lists = if arguments.refresh {
        // `--refresh` promises a fresh list, so it takes nothing over from a run that was stopped.
        let get =
            |context: &Context, directory: &Directory| context.fetch(directory, Resume::Never, &context.progress());
        context.lists(WithoutSignIn::Fails, get)?
    } else if arguments.patterns.is_empty() {
        context.lists(WithoutSignIn::TakesOldList, |context, directory| context.inventory(directory, Scope::All))?
    } else {
        let config = context.config()?;
        let assumed = |lists: &Lists| Ok(if is_table { chained::as_list(config, &lists.known) } else { None });
        context.selected_beside(&selection, WithoutSignIn::TakesOldList, assumed)?
    };
    lists.warn_of_age(context);
    if arguments.refresh {
        lists.check(&selection)?;
    }
    let words = Words::of(&arguments.words.join(" "));
    let profiles =
        if words.is_empty() { None } else { Some(Profiles::new(Arc::clone(context.shared_config()?), &lists.known)) };
    // Programs take each ARN for a role of Identity Center.
    let chained = if is_table { chained::profiles(context.config()?, &lists.known) } else { Vec::new() };
    let wanted = Wanted { selection: &selection, words: &words, profiles: profiles.as_ref() };
    let mut rows = rows(&lists.known, &wanted);
    rows.extend(of_chained(&chained, &lists.known, &wanted));
    let terminal_width = stdout_width();
    let text = if arguments.json {
        output::to_json(&rows)?
    } else if arguments.csv {
        separated(&rows, ",", csv_field)
    } else if arguments.tsv {
        separated(&rows, "\t", tsv_field)
    } else {
        table::table(&rows, lists.are_several, terminal_width)
    };
    for Listed { inventory, .. } in &lists.known {
        if inventory.accounts.is_empty() {
            terminal::complain(&inventory.no_account());
        }
    }
    let has_accounts = lists.known.iter().any(|listed| !listed.inventory.accounts.is_empty());
    if has_accounts && rows.is_empty() && words.is_empty() && !arguments.patterns.is_empty() {
        terminal::warn("no role is left of those that match");
    }
    // Programs get every name unchanged. A terminal would obey escape sequences in it; a table has none.
    let is_raw = terminal_width.is_some() && !is_table;
    let line = |line: &str| line.split('\t').map(clean).collect::<Vec<_>>().join("\t") + "\n";
    print(&if is_raw { text.lines().map(line).collect() } else { text })?;
    if is_table && terminal_width.is_some() && is_stderr() && !rows.is_empty() {
        let summary = table::summary(&rows, &lists.known);
        terminal::say(&format!("{}\n", Palette::of_stderr().dim(&summary)));
    }
    lists.say_what_is_missing();
    let mut outcome = lists.failures.first().map(Error::kind);
    if has_accounts && rows.is_empty() && !words.is_empty() {
        let error = no_match(&arguments.words);
        terminal::complain(&error);
        outcome = outcome.or(Some(error.kind()));
    }
    if arguments.refresh {
        let is_old = lists.known.iter().any(|listed| listed.not_renewed.is_some()) || !lists.missing.is_empty();
        outcome = outcome.or(is_old.then_some(Kind::SignInNeeded));
    }
    for Listed { inventory, .. } in &lists.known {
        let gaps = inventory.gaps(&scope);
        let shortfall = gaps.shortfall("their roles may be missing above; the next run asks for them again");
        for error in [gaps.refusal(), shortfall].into_iter().flatten() {
            terminal::complain(&error);
            outcome = outcome.or(Some(error.kind()).filter(|kind| *kind != Kind::Denied));
        }
    }
    Ok(outcome.map_or(ExitCode::SUCCESS, |kind| ExitCode::from(kind.status())))
}

/// The error of words that no role has.
fn no_match(words: &[String]) -> Error {
    let remedy = if words.len() > 1 { "use fewer words, or see" } else { "see" };
    Error::denied(format!("no role has the words: {}", words.join(" ")))
        .with_remedy(format!("{remedy} what there is: aws-sso list"))
}

fn separated(rows: &[ListedRole<'_>], separator: &str, field: impl Fn(&str) -> String) -> String {
    let line = |fields: [&str; 6]| fields.map(&field).join(separator) + "\n";
    std::iter::once(COLUMNS).chain(rows.iter().map(ListedRole::fields)).map(line).collect()
}

/// Quotes a field as RFC 4180 says.
fn csv_field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// TSV has no quoting: tabs and line breaks become spaces.
fn tsv_field(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
