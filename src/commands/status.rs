//! `status`: which directory, signed in until when, and this shell's role.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use crate::aws_cache::role_credentials;
use crate::aws_cache::token::{self, Token};
use crate::context::Context;
use crate::environment;
use crate::error::{Error, Result};
use crate::output::print;
use crate::secret_store::{Kind, SecretStore};
use crate::terminal::clean;
use crate::timestamp;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aws-sso status\n  aws-sso status -p corp --json")]
pub(crate) struct StatusArgs {
    /// For programs
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    name: &'a str,
    start_url: &'a str,
    region: &'a str,
    signed_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    renewable: bool,
    /// Where tokens and role credentials are kept.
    store: &'static str,
    /// Files that hold secrets all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets_in_files: Vec<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_expires_at: Option<String>,
}

/// Prints what is known without asking the service.
pub(crate) fn run(context: &Context, arguments: &StatusArgs) -> Result<()> {
    let directory = context.directory()?;
    let client = context.client(&directory)?;
    let session = context.session(&directory, &client)?;
    let token = session.stored()?;
    let kind = session.store().kind();
    let in_files = if kind == Kind::Files { Vec::new() } else { in_files()? };
    let (role_arn, role_expiry) = environment::shell_role().unzip();
    let role_expiry = role_expiry.flatten().and_then(|epoch| Timestamp::from_second(epoch).ok());
    let text = if arguments.json {
        let status = Status {
            name: &directory.name,
            start_url: &directory.start_url,
            region: &directory.region,
            signed_in: token.as_ref().is_some_and(is_signed_in),
            expires_at: token.as_ref().map(|token| timestamp::format(token.expires_at)),
            renewable: token.as_ref().is_some_and(Token::is_renewable),
            store: kind.name(),
            secrets_in_files: in_files,
            role_arn,
            role_expires_at: role_expiry.map(timestamp::format),
        };
        let text = serde_json::to_string_pretty(&status);
        text.map_err(|error| Error::failed(format!("cannot write the status: {error}")))? + "\n"
    } else {
        let mut text = format!(
            "directory  {}\nstart URL  {}\nregion     {}\nsession    {}\n",
            clean(&directory.name),
            clean(&directory.start_url),
            clean(&directory.region),
            describe(token.as_ref()),
        );
        text.push_str(&format!("secrets    {}\n", place(kind)));
        for path in in_files {
            text.push_str(&format!("in a file  {}\n", clean(&environment::shown(&path))));
        }
        if let Some(role) = role_arn {
            let until = role_expiry.map(|expiry| format!(", {}", until(expiry))).unwrap_or_default();
            text.extend(["role       ", &clean(&role), &until, "\n"]);
        }
        text
    };
    print(&text)
}

fn place(kind: Kind) -> &'static str {
    match kind {
        Kind::Files => "in files, shared with the AWS CLI",
        Kind::Keyring => "in the system's secret store",
    }
}

/// What the AWS CLI has written, or this tool before its settings named another store.
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

/// Whether requests can be made without a person.
fn is_signed_in(token: &Token) -> bool {
    token.seconds_left() > 0 || token.is_renewable()
}

fn describe(token: Option<&Token>) -> String {
    match token {
        None => "not signed in".to_owned(),
        Some(token) if token.is_renewable() => {
            format!("signed in, renewed silently; token {}", until(token.expires_at))
        }
        Some(token) if token.seconds_left() > 0 => format!("signed in {}", until(token.expires_at)),
        Some(token) => format!("lapsed at {}", timestamp::format(token.expires_at)),
    }
}

fn until(instant: Timestamp) -> String {
    let minutes = timestamp::seconds_until(instant) / 60;
    let text = timestamp::format(instant);
    if minutes >= 0 { format!("until {text} ({minutes} minutes)") } else { format!("lapsed at {text}") }
}
