//! `status`: the sign-in, how long it lasts, and this shell's role.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::aws_cache::role_credentials;
use crate::aws_cache::token::{self, Token};
use crate::context::Context;
use crate::error::Result;
use crate::output::{print, print_json};
use crate::secret_store::{SecretStore, StoreKind};
use crate::session::{Basis, SessionEnd};
use crate::terminal::aligned;
use crate::{environment, terminal, timestamp};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aws-sso status\n  aws-sso status -p corp --json")]
pub(crate) struct StatusArgs {
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusReport<'a> {
    name: &'a str,
    start_url: &'a str,
    region: &'a str,
    signed_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    renewable: bool,
    /// When the session of the sign-in is expected to end; nothing where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_end: Option<SessionEndReport>,
    /// Where tokens and role credentials are kept.
    store: &'static str,
    /// Files that hold secrets although another store is set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets_in_files: Vec<PathBuf>,
    /// The role that programs of this shell take.
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_expires_at: Option<String>,
    /// The role that this shell entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    entered_role_arn: Option<String>,
    /// What programs of this shell take in place of that role.
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<String>,
}

/// When a session is expected to end, and how that is known.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionEndReport {
    at: String,
    /// How many of the latest sessions lasted as long, of those that were seen to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreeing: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<usize>,
}

impl SessionEndReport {
    fn of(end: &SessionEnd) -> Self {
        let (agreeing, seen) = match end.basis {
            Basis::Token => (None, None),
            Basis::Earlier { agreeing, seen, .. } => (Some(agreeing), Some(seen)),
        };
        Self { at: timestamp::format(end.at), agreeing, seen }
    }
}

/// Prints what this machine's files and the environment say. No request is made.
pub(crate) fn run(context: &Context, arguments: &StatusArgs) -> Result<()> {
    let directory = context.directory()?;
    let client = context.client(&directory)?;
    let session = context.session(&directory, &client)?;
    let token = session.stored()?;
    let session_end = SessionEnd::of(&directory).filter(|_| token.as_ref().is_some_and(is_signed_in));
    let kind = session.store().kind();
    let in_files = if kind == StoreKind::Files { Vec::new() } else { in_files()? };
    let role = context.shell_role()?;
    let instead = role.as_ref().and_then(|role| role.instead.clone());
    let role_expiry = role.as_ref().and_then(|role| role.expiration);
    let role_expiry = role_expiry.and_then(|epoch| Timestamp::from_second(epoch).ok());
    if arguments.json {
        return print_json(&StatusReport {
            name: &directory.name,
            start_url: &directory.start_url,
            region: &directory.region,
            signed_in: token.as_ref().is_some_and(is_signed_in),
            expires_at: token.as_ref().map(|token| timestamp::format(token.expires_at)),
            renewable: token.as_ref().is_some_and(Token::is_renewable),
            session_end: session_end.as_ref().map(SessionEndReport::of),
            store: kind.name(),
            secrets_in_files: in_files,
            role_arn: role.as_ref().filter(|role| role.instead.is_none()).map(|role| role.role.clone()),
            role_expires_at: role_expiry.filter(|_| instead.is_none()).map(timestamp::format),
            entered_role_arn: role.as_ref().map(|role| role.role.clone()),
            instead: instead.map(|instead| instead.description),
        });
    }
    let mut lines = vec![
        [directory.named_by().to_owned(), directory.name.clone()],
        ["start URL".to_owned(), directory.start_url.clone()],
        ["region".to_owned(), directory.region.to_string()],
        ["sign-in".to_owned(), describe(token.as_ref())],
    ];
    // Where the token cannot be renewed, the line above says it.
    let session_end = session_end.filter(|end| end.basis != Basis::Token);
    lines.extend(session_end.map(|end| ["session".to_owned(), end.describe()]));
    lines.push(["secrets".to_owned(), describe_store(kind).to_owned()]);
    lines.extend(in_files.iter().map(|path| ["in a file".to_owned(), environment::shown(path)]));
    if let Some(role) = role {
        let until = role_expiry.map(|expiry| format!(", {}", until(expiry))).unwrap_or_default();
        lines.push(["role".to_owned(), role.role + &until]);
    }
    print(&aligned(&lines))?;
    if let Some(instead) = instead {
        terminal::warn(&format!("programs of this shell do not take this role: {}", instead.description));
    }
    Ok(())
}

fn describe_store(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Files => "in files, shared with the AWS CLI",
        StoreKind::Keyring => "in the system's secret store",
    }
}

/// The files with secrets that the AWS CLI wrote, or that this tool wrote before the setting named another store.
fn in_files() -> Result<Vec<PathBuf>> {
    let (tokens, roles) = (environment::token_cache()?, environment::role_cache()?);
    let mut paths = SecretStore::Files.list(&tokens)?;
    paths.retain(|path| token::is_secret(path));
    let mut of_roles = SecretStore::Files.list(&roles)?;
    of_roles.retain(|path| role_credentials::is_role(&SecretStore::Files, path));
    paths.append(&mut of_roles);
    paths.sort();
    Ok(paths)
}

/// Whether requests can be made without a new sign-in.
fn is_signed_in(token: &Token) -> bool {
    token.seconds_left() > 0 || token.is_renewable()
}

fn describe(token: Option<&Token>) -> String {
    match token {
        None => "not signed in".to_owned(),
        Some(token) if token.is_renewable() => {
            format!("signed in, renewed automatically; token {}", until(token.expires_at))
        }
        Some(token) if token.seconds_left() > 0 => format!("signed in {}", until(token.expires_at)),
        Some(token) => format!("expired at {}", timestamp::format(token.expires_at)),
    }
}

fn until(instant: Timestamp) -> String {
    let minutes = timestamp::seconds_until(instant) / 60;
    let text = timestamp::format(instant);
    if minutes >= 0 { format!("until {text} ({minutes} minutes)") } else { format!("expired at {text}") }
}
