//! `list`: the accounts and roles that a person can use.

use std::io::IsTerminal as _;

use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::inventory::progress::Progress;
use crate::inventory::{Inventory, Resume, Selection};
use crate::output::print;
use crate::terminal::{self, clean};
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
What was fetched last is remembered, for Tab and the picker as well; --refresh asks anew.

Examples:
  aws-sso list --match 'prod*/ReadOnlyAccess'
  aws-sso list -p corp --refresh --json")]
pub(crate) struct ListArgs {
    /// For programs
    #[arg(long)]
    json: bool,
    /// Comma-separated, with a header
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Tab-separated, with a header
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    tsv: bool,
    /// Only roles whose name, or whose account's name or id, holds this; or all of it with * and ?; or ACCOUNT/ROLE
    #[arg(long = "match", value_name = "PATTERN")]
    matches: Vec<String>,
    /// Ask the service, although the answer is remembered
    #[arg(long)]
    refresh: bool,
    /// On behalf of a program that has the terminal
    #[arg(long, hide = true)]
    background: bool,
}

/// A role, as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
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
        // Without a terminal there is none to disturb, and none whose end would end this too.
        let _ = rustix::process::setsid();
    }
    let directory = context.directory()?;
    let remembered = if arguments.refresh { None } else { Inventory::remembered(&directory)? };
    let (inventory, shortfall) = if let Some(inventory) = remembered {
        (inventory, None)
    } else {
        // Whoever asks for a fresh list gets no part of a run that was stopped within the hour.
        let resume = if arguments.refresh && !arguments.background { Resume::Never } else { Resume::default() };
        let fetched = context.fetch(&directory, resume, &Progress::for_person())?;
        let shortfall = fetched.shortfall();
        (fetched.inventory, shortfall)
    };
    let rows = rows(&inventory, &Selection::new(&arguments.matches, &[]));
    let text = if arguments.json {
        json(&rows)?
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
    // Programs read every name as it is; a terminal would obey it.
    let is_seen = std::io::stdout().is_terminal();
    print(&if is_seen { text.lines().map(|line| format!("{}\n", clean(line))).collect() } else { text })?;
    match shortfall {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

fn rows<'a>(inventory: &'a Inventory, selection: &Selection) -> Vec<Row<'a>> {
    inventory
        .roles()
        .filter(|(account, role)| selection.has(account, &role.role_name))
        .map(|(account, role)| Row {
            account_id: &account.id,
            account_name: &account.name,
            email_address: &account.email,
            role_arn: role.to_string(),
            role_name: role.role_name,
        })
        .collect()
}

impl Row<'_> {
    fn fields(&self) -> [&str; 5] {
        [self.account_id, self.account_name, self.email_address, &self.role_name, &self.role_arn]
    }
}

fn json(rows: &[Row<'_>]) -> Result<String> {
    let mut text =
        serde_json::to_string_pretty(rows).map_err(|error| Error::failed(format!("cannot write the list: {error}")))?;
    text.push('\n');
    Ok(text)
}

fn separated(rows: &[Row<'_>], separator: &str, field: impl Fn(&str) -> String) -> String {
    let line = |fields: [&str; 5]| fields.map(&field).join(separator) + "\n";
    std::iter::once(COLUMNS).chain(rows.iter().map(Row::fields)).map(line).collect()
}

/// As RFC 4180 has it.
fn csv_field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Tabs and line breaks would be taken for the list's own.
fn tsv_field(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

fn table(rows: &[Row<'_>]) -> String {
    let width = rows.iter().map(|row| clean(row.account_name).chars().count()).max().unwrap_or(0);
    rows.iter()
        .map(|row| format!("{}  {:width$}  {}\n", row.account_id, clean(row.account_name), clean(&row.role_name)))
        .collect()
}
