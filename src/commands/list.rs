//! `list`: the accounts and roles that a person can use.

use std::io::IsTerminal as _;

use clap::Args;
use serde::Serialize;

use crate::aws_config::directory::Directory;
use crate::cli::patterns::Patterns;
use crate::context::Context;
use crate::error::{Kind, Result};
use crate::inventory::progress::Progress;
use crate::inventory::{Inventory, Resume, Scope, Selection};
use crate::output::{self, print};
use crate::terminal::{self, aligned, clean};

#[derive(Debug, Args)]
#[command(after_help = "\
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
}

const COLUMNS: [&str; 5] = ["accountId", "accountName", "emailAddress", "roleName", "roleArn"];

pub(crate) fn run(context: &Context, arguments: &ListArgs) -> Result<()> {
    #[cfg(unix)]
    if arguments.background {
        // Leave the terminal's session: this process must not draw on it, and must outlive it.
        let _ = rustix::process::setsid();
    }
    let directory = context.directory()?;
    let selection = arguments.patterns.selection();
    let scope = Scope::Selected(&selection);
    let inventory = if arguments.refresh {
        // `--refresh` promises a fresh list, so it takes nothing over from a run that was stopped.
        let list = context.fetch(&directory, Resume::Never, &Progress::for_person())?;
        selection.check(&list, &directory)?;
        list
    } else if arguments.patterns.is_empty() {
        known(context, &directory, &selection, context.inventory(&directory, Scope::All))?
    } else {
        known(context, &directory, &selection, context.selected(&directory, &selection))?
    };
    let rows = rows(&inventory, &selection);
    let text = if arguments.json {
        output::to_json(&rows)?
    } else if arguments.csv {
        separated(&rows, ",", csv_field)
    } else if arguments.tsv {
        separated(&rows, "\t", tsv_field)
    } else {
        table(&rows)
    };
    if inventory.accounts.is_empty() {
        terminal::say(&inventory.no_account().report());
    } else if rows.is_empty() && !arguments.patterns.is_empty() {
        terminal::warn("no role is left of those that match");
    }
    // Programs get every name unchanged. A terminal would obey escape sequences in it.
    let is_seen = std::io::stdout().is_terminal();
    let line = |line: &str| line.split('\t').map(clean).collect::<Vec<_>>().join("\t") + "\n";
    print(&if is_seen { text.lines().map(line).collect() } else { text })?;
    let gaps = inventory.gaps(&scope);
    if let Some(refusal) = gaps.refusal() {
        terminal::say(&refusal.report());
    }
    match gaps.shortfall("their roles may be missing above; the next run asks for them again") {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// The list. Without a sign-in an old one is shown all the same, because nobody acts by it yet.
fn known(
    context: &Context,
    directory: &Directory,
    selection: &Selection,
    list: Result<Inventory>,
) -> Result<Inventory> {
    match (list, Inventory::remembered(directory)?) {
        (Err(error), Some(old)) if error.kind() == Kind::SignInNeeded => {
            context.warn_of_age(&old, &error);
            selection.check(&old, directory)?;
            Ok(old)
        }
        (list, _) => list,
    }
}

fn rows<'a>(inventory: &'a Inventory, selection: &Selection) -> Vec<ListedRole<'a>> {
    selection
        .roles(inventory)
        .map(|(account, role)| ListedRole {
            account_id: &account.id,
            account_name: &account.name,
            email_address: &account.email,
            role_arn: role.to_string(),
            role_name: role.role_name,
        })
        .collect()
}

impl ListedRole<'_> {
    fn fields(&self) -> [&str; 5] {
        [self.account_id, self.account_name, self.email_address, &self.role_name, &self.role_arn]
    }
}

fn separated(rows: &[ListedRole<'_>], separator: &str, field: impl Fn(&str) -> String) -> String {
    let line = |fields: [&str; 5]| fields.map(&field).join(separator) + "\n";
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

fn table(rows: &[ListedRole<'_>]) -> String {
    aligned(&rows.iter().map(|row| [row.account_id, row.account_name, &row.role_name]).collect::<Vec<_>>())
}
