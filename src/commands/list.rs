//! `list`: the accounts and roles that a person can use.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::aws_config::directory::Directory;
use crate::cli::patterns::Patterns;
use crate::context::Context;
use crate::context::lists::{Listed, WithoutSignIn};
use crate::error::{Error, Kind, Result};
use crate::inventory::progress::Progress;
use crate::inventory::{Resume, Scope, Selection};
use crate::output::{self, print};
use crate::terminal::{self, aligned, clean};

#[derive(Debug, Args)]
#[command(after_help = "\
Without -p the roles of all sso-sessions of the AWS config are listed. Those to which you are not signed in are \
listed as they are remembered; nobody is asked to sign in to several.

The list that was fetched last is remembered for a day, also for Tab and the picker, or as long as list-age in the \
settings says. --refresh asks the service at once. An account whose roles could not be fetched is named, and the exit \
status is 5. It is 4 if a pattern matches nothing.

Examples:
  aws-sso list --match 'prod*/ReadOnlyAccess'
  aws-sso list -p corp --refresh --json")]
pub(crate) struct ListArgs {
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
}

/// One role, as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListedRole<'a> {
    account_id: &'a str,
    account_name: &'a str,
    email_address: &'a str,
    role_name: String,
    role_arn: String,
    sso_session: &'a str,
}

const COLUMNS: [&str; 6] = ["accountId", "accountName", "emailAddress", "roleName", "roleArn", "ssoSession"];

pub(crate) fn run(context: &Context, arguments: &ListArgs) -> Result<ExitCode> {
    #[cfg(unix)]
    if arguments.background {
        // Leave the terminal's session: this process must not draw on it, and must outlive it.
        let _ = rustix::process::setsid();
    }
    let selection = arguments.patterns.selection();
    let scope = Scope::Selected(&selection);
    let lists = if arguments.refresh {
        // `--refresh` promises a fresh list, so it takes nothing over from a run that was stopped.
        let get =
            |context: &Context, directory: &Directory| context.fetch(directory, Resume::Never, &Progress::for_person());
        context.lists(WithoutSignIn::Fails, get)?
    } else if arguments.patterns.is_empty() {
        context.lists(WithoutSignIn::TakesOldList, |context, directory| context.inventory(directory, Scope::All))?
    } else {
        context.selected(&selection, WithoutSignIn::TakesOldList)?
    };
    lists.warn_of_age(context);
    if arguments.refresh {
        lists.check(&selection)?;
    }
    let rows: Vec<_> = lists.known.iter().flat_map(|listed| rows(listed, &selection)).collect();
    let text = if arguments.json {
        output::to_json(&rows)?
    } else if arguments.csv {
        separated(&rows, ",", csv_field)
    } else if arguments.tsv {
        separated(&rows, "\t", tsv_field)
    } else {
        table(&rows, lists.are_several)
    };
    for Listed { inventory, .. } in &lists.known {
        if inventory.accounts.is_empty() {
            terminal::complain(&inventory.no_account());
        }
    }
    let has_accounts = lists.known.iter().any(|listed| !listed.inventory.accounts.is_empty());
    if has_accounts && rows.is_empty() && !arguments.patterns.is_empty() {
        terminal::warn("no role is left of those that match");
    }
    // Programs get every name unchanged. A terminal would obey escape sequences in it.
    let is_seen = std::io::stdout().is_terminal();
    let line = |line: &str| line.split('\t').map(clean).collect::<Vec<_>>().join("\t") + "\n";
    print(&if is_seen { text.lines().map(line).collect() } else { text })?;
    lists.say_what_is_missing();
    let mut outcome = lists.failures.first().map(Error::kind);
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

fn rows<'a>(listed: &'a Listed, selection: &Selection) -> Vec<ListedRole<'a>> {
    selection
        .roles(&listed.inventory)
        .map(|(account, role)| ListedRole {
            sso_session: &listed.directory.name,
            account_id: &account.id,
            account_name: &account.name,
            email_address: &account.email,
            role_arn: role.to_string(),
            role_name: role.role_name,
        })
        .collect()
}

impl ListedRole<'_> {
    fn fields(&self) -> [&str; 6] {
        let Self { account_id, account_name, email_address, role_name, role_arn, sso_session } = self;
        [account_id, account_name, email_address, role_name, role_arn, sso_session]
    }
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

/// The sso-session is shown where there are several.
fn table(rows: &[ListedRole<'_>], are_several: bool) -> String {
    if !are_several {
        return aligned(&rows.iter().map(|row| [row.account_id, row.account_name, &row.role_name]).collect::<Vec<_>>());
    }
    let cells =
        |row: &ListedRole<'_>| [row.account_id, row.account_name, &row.role_name, row.sso_session].map(str::to_owned);
    aligned(&rows.iter().map(cells).collect::<Vec<_>>())
}
