//! `list`: the accounts and roles that a person can use.

use std::io::IsTerminal as _;

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::error::Result;
use crate::inventory::progress::Progress;
use crate::inventory::{Inventory, Resume, Selection};
use crate::output::{self, print};
use crate::terminal::{self, aligned, clean};

#[derive(Debug, Args)]
#[command(after_help = "\
The list that was fetched last is remembered, also for Tab and the picker. --refresh asks the service again.

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
    /// Only roles whose name, or whose account's name or id, holds this; or all of it with * and ?; or ACCOUNT/ROLE
    #[arg(long = "match", value_name = "PATTERN")]
    matches: Vec<String>,
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
    let remembered = if arguments.refresh { None } else { Inventory::remembered(&directory)? };
    let (inventory, shortfall) = if let Some(inventory) = remembered {
        (inventory, None)
    } else {
        // `--refresh` promises a fresh list, so it takes nothing over from a run that was stopped.
        let resume = if arguments.refresh && !arguments.background { Resume::Never } else { Resume::default() };
        let fetched = context.fetch(&directory, resume, &Progress::for_person())?;
        let shortfall = fetched.shortfall();
        (fetched.inventory, shortfall)
    };
    let rows = rows(&inventory, &Selection::new(&arguments.matches, &[]));
    let text = if arguments.json {
        output::to_json(&rows)?
    } else if arguments.csv {
        separated(&rows, ",", csv_field)
    } else if arguments.tsv {
        separated(&rows, "\t", tsv_field)
    } else {
        table(&rows)
    };
    if rows.is_empty() && !arguments.matches.is_empty() {
        terminal::warn(&format!("no role matches {}", clean(&arguments.matches.join(" or "))));
    }
    // Programs get every name unchanged. A terminal would obey escape sequences in it.
    let is_seen = std::io::stdout().is_terminal();
    let line = |line: &str| line.split('\t').map(clean).collect::<Vec<_>>().join("\t") + "\n";
    print(&if is_seen { text.lines().map(line).collect() } else { text })?;
    match shortfall {
        None => Ok(()),
        Some(error) => Err(error),
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
