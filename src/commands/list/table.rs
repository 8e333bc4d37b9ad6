//! The list as a person reads it.

use super::rows::ListedRole;
use crate::context::lists::Listed;
use crate::terminal::{self, Palette, aligned, aligned_within};
use crate::timestamp::span;

/// The names of the columns.
const HEADINGS: [&str; 4] = ["ID", "ACCOUNT", "ROLE", "SSO-SESSION"];

/// The rows in columns: on a terminal below their headings, and cut to its width. The sso-session is shown where there
/// are several.
pub(super) fn table(rows: &[ListedRole<'_>], are_several: bool, terminal_width: Option<usize>) -> String {
    let rows = rows.iter().map(cells);
    if are_several {
        columns(HEADINGS, rows, terminal_width)
    } else {
        columns(without_session(HEADINGS), rows.map(without_session), terminal_width)
    }
}

fn cells<'a>(row: &'a ListedRole<'_>) -> [&'a str; 4] {
    [row.account_id, row.account_name, row.assumed.as_deref().unwrap_or(row.role_name), row.sso_session]
}

fn without_session([id, account, role, _]: [&str; 4]) -> [&str; 3] {
    [id, account, role]
}

fn columns<'a, const COLUMNS: usize>(
    headings: [&'a str; COLUMNS],
    rows: impl ExactSizeIterator<Item = [&'a str; COLUMNS]>,
    terminal_width: Option<usize>,
) -> String {
    let Some(width) = terminal_width.filter(|_| rows.len() > 0) else { return aligned(&rows.collect::<Vec<_>>()) };
    let rows: Vec<_> = std::iter::once(headings).chain(rows).collect();
    let table = aligned_within(&rows, width);
    let (headings, rows) = table.split_once('\n').unwrap_or_default();
    format!("{}\n{rows}", Palette::of_stdout().heading(headings))
}

/// How much there is, and when it was asked for.
pub(super) fn summary(rows: &[ListedRole<'_>], lists: &[Listed]) -> String {
    // What profiles assume is in no list, and neither are its accounts.
    let granted = rows.iter().filter(|row| row.assumed.is_none());
    let mut accounts: Vec<_> = granted.map(|row| (row.sso_session, row.account_id)).collect();
    let roles = accounts.len();
    let assumed = match rows.len() - roles {
        0 => String::new(),
        1 => ", and 1 that a profile assumes".to_owned(),
        more => format!(", and {more} that profiles assume"),
    };
    accounts.dedup();
    let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    let ages: Vec<_> = lists.iter().map(|listed| age(listed.inventory.seconds_old())).collect();
    let ages = match ages.split_first() {
        Some((first, others)) if others.iter().all(|age| age == first) => first.clone(),
        _ => {
            let names = lists.iter().map(|listed| terminal::name(&listed.directory.name));
            names.zip(&ages).map(|(name, age)| format!("{age} ({name})")).collect::<Vec<_>>().join(", ")
        }
    };
    format!("{} in {}{assumed}, as of {ages}", count(roles, "role"), count(accounts.len(), "account"))
}

fn age(seconds: i64) -> String {
    // A list from the future: the clock was changed.
    if seconds <= 0 { "now".to_owned() } else { format!("{} ago", span(seconds)) }
}
