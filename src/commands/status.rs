//! `status`: the sign-in to each sso-session, how long it lasts, and this shell's role.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::aws_cache::role_credentials;
use crate::aws_cache::token::{self, Token};
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::output::{print, print_json};
use crate::secret_store::{SecretStore, StoreKind};
use crate::session::{Basis, SessionEnd, Standing};
use crate::terminal::{Palette, described, stdout_width};
use crate::timestamp::until;
use crate::{environment, terminal, timestamp};

#[derive(Debug, Args)]
#[command(after_help = "\
Without -p it shows every sso-session of the AWS config. In the JSON, ssoSessions has all of them; the keys beside it \
are those of the one that -p, AWS_SSO_SESSION or the settings name, or of the only one.

Examples:
  aws-sso status
  aws-sso status -p corp --json")]
pub(crate) struct StatusArgs {
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusReport<'a> {
    #[serde(flatten)]
    chosen: Option<&'a SignInReport>,
    sso_sessions: &'a [SignInReport],
    /// Where tokens and role credentials are kept.
    store: &'static str,
    /// Files that hold secrets although another store is set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets_in_files: Vec<PathBuf>,
    /// The role that programs of this shell take.
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<String>,
    /// What it is assumed with, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    role_via: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_expires_at: Option<String>,
    /// The role that this shell entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    entered_role_arn: Option<String>,
    /// What programs of this shell take in place of that role.
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<String>,
}

/// The sign-in of one sso-session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SignInReport {
    name: String,
    /// Why it cannot be used: it is wrong in the config.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    signed_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    renewable: bool,
    /// When the session of the sign-in is expected to end; nothing where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_end: Option<SessionEndReport>,
    /// The same, as the lines that a person reads.
    #[serde(skip)]
    lines: Vec<[String; 2]>,
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
    let all = all(context)?;
    let has_one = all.iter().filter(|named| named.is_ok()).count() == 1;
    let chosen = if has_one { Ok(None) } else { context.named_directory() };
    let of = |named| match named {
        Ok(directory) => sign_in(context, &directory),
        Err((name, fault)) => Ok(broken(name, &fault)),
    };
    let sign_ins = all.into_iter().map(of).collect::<Result<Vec<_>>>()?;
    let kind = context.secret_store()?.kind();
    let in_files = if kind == StoreKind::Files { Vec::new() } else { in_files()? };
    let role = context.shell_role()?;
    let instead = role.as_ref().and_then(|role| role.instead.clone());
    let role_expiry = role.as_ref().and_then(|role| role.expiration);
    let role_expiry = role_expiry.and_then(|epoch| Timestamp::from_second(epoch).ok());
    if arguments.json {
        let is_chosen = |sign_in: &&SignInReport| match &chosen {
            Ok(Some(chosen)) => sign_in.name == chosen.name,
            _ => has_one && sign_in.fault.is_none(),
        };
        print_json(&StatusReport {
            chosen: sign_ins.iter().find(is_chosen),
            sso_sessions: &sign_ins,
            store: kind.name(),
            secrets_in_files: in_files,
            role_arn: role
                .as_ref()
                .filter(|role| role.instead.is_none() && role.role.starts_with("arn:"))
                .map(|role| role.role.clone()),
            role_via: role.as_ref().filter(|role| role.instead.is_none()).and_then(|role| role.via.clone()),
            role_expires_at: role_expiry.filter(|_| instead.is_none()).map(timestamp::format),
            entered_role_arn: role.as_ref().filter(|role| role.profile.is_none()).map(|role| role.role.clone()),
            instead: instead.map(|instead| instead.description),
        })?;
        return chosen.map(drop);
    }
    let mut rest = vec![["secrets".to_owned(), describe_store(kind).to_owned()]];
    rest.extend(in_files.iter().map(|path| ["in a file".to_owned(), environment::shown(path)]));
    if let Some(role) = role {
        let until = role_expiry.map(|expiry| format!(", {}", until(expiry))).unwrap_or_default();
        let by = role.profile.map(|profile| format!(", by the profile {profile}")).unwrap_or_default();
        let via = role.via.map(|base| format!(", via {base}")).unwrap_or_default();
        rest.push(["role".to_owned(), role.role + &via + &by + &until]);
    }
    let mut lines = Vec::new();
    let has_several = sign_ins.len() > 1;
    for mut sign_in in sign_ins {
        lines.append(&mut sign_in.lines);
        lines.extend(has_several.then(<[String; 2]>::default));
    }
    lines.append(&mut rest);
    let palette = Palette::of_stdout();
    let lines = described(&lines, stdout_width());
    print(&lines.iter().map(|[label, text]| palette.dim(label) + &painted(palette, label, text)).collect::<String>())?;
    if let Some(instead) = instead {
        terminal::warn(&format!("programs of this shell do not take this role: {}", instead.description));
    }
    let [region, default] =
        ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| environment::current(name).filter(|value| !value.is_empty()));
    if let (Some(region), Some(default)) = (region, default)
        && region != default
    {
        let [region, default] = [region, default].map(|value| value.to_string_lossy().into_owned());
        terminal::warn(&format!(
            "boto3 works in {default} (AWS_DEFAULT_REGION), other programs in {region} (AWS_REGION)"
        ));
    }
    chosen.map(drop)
}

/// Every sso-session, also those with one start URL: each has a sign-in of its own. One that is wrong in the config is
/// there with its name and what is wrong.
fn all(context: &Context) -> Result<Vec<Result<Directory, (String, Error)>>> {
    let config = context.config()?;
    if context.has_profile_option() || config.directories().len() < 2 {
        return Ok(vec![Ok(context.directory()?)]);
    }
    let chosen = context.named_directory().ok().flatten();
    let mut all = Vec::new();
    for name in config.directories() {
        all.push(match (config.directory(name), &chosen) {
            // A profile may stand for it.
            (Ok(directory), Some(chosen)) if directory.token_key() == chosen.token_key() => Ok(chosen.clone()),
            (named, _) => named.map_err(|error| (name.clone(), error)),
        });
    }
    if all.iter().any(Result::is_ok) {
        for (_, error) in all.iter().filter_map(|named| named.as_ref().err()) {
            terminal::warn(&error.to_string());
        }
        return Ok(all);
    }
    all.into_iter().find_map(Result::err).map_or(Ok(Vec::new()), |(_, error)| Err(error))
}

fn broken(name: String, fault: &Error) -> SignInReport {
    let fault = fault.to_string();
    let lines = vec![["sso-session".to_owned(), name.clone()], ["broken".to_owned(), fault.clone()]];
    SignInReport {
        name,
        fault: Some(fault),
        start_url: None,
        region: None,
        signed_in: false,
        expires_at: None,
        renewable: false,
        session_end: None,
        lines,
    }
}

fn sign_in(context: &Context, directory: &Directory) -> Result<SignInReport> {
    let client = context.client(directory)?;
    let session = context.session(directory, &client)?;
    let token = session.stored()?;
    let standing = token.as_ref().map(|token| session.standing(token));
    let signed_in = standing.is_some_and(Standing::is_signed_in);
    let session_end = SessionEnd::of(directory, &context.secret_store()?).filter(|_| signed_in);
    let Directory { name, start_url, region, .. } = directory.clone();
    let mut lines = vec![
        [directory.named_by().to_owned(), name.clone()],
        ["start URL".to_owned(), start_url.clone()],
        ["region".to_owned(), region.to_string()],
        ["sign-in".to_owned(), describe(token.as_ref().zip(standing))],
    ];
    // Where the token cannot be renewed, the line above says it.
    let learned = session_end.as_ref().filter(|end| end.basis != Basis::Token);
    lines.extend(learned.map(|end| ["session".to_owned(), end.describe()]));
    Ok(SignInReport {
        signed_in,
        expires_at: token.as_ref().map(|token| timestamp::format(token.expires_at)),
        renewable: standing.is_some_and(|standing| standing.is_renewed),
        session_end: session_end.as_ref().map(SessionEndReport::of),
        lines,
        name,
        fault: None,
        start_url: Some(start_url),
        region: Some(region.to_string()),
    })
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

fn describe(sign_in: Option<(&Token, Standing)>) -> String {
    match sign_in {
        None => "not signed in".to_owned(),
        Some((token, Standing { is_renewed: true, .. })) => {
            format!("signed in, renewed automatically; token {}", until(token.expires_at))
        }
        Some((token, Standing { is_valid: true, .. })) => format!("signed in {}", until(token.expires_at)),
        Some((_, Standing { is_refused: true, .. })) => "ended: the service refused to renew it".to_owned(),
        Some((token, _)) => until(token.expires_at),
    }
}

/// The colors of a line. Its words say the same.
fn painted(palette: Palette, label: &str, text: &str) -> String {
    match label.trim_end() {
        "sso-session" | "profile" => palette.heading(text.trim_end()) + "\n",
        "broken" => palette.error(text.trim_end()) + "\n",
        "sign-in" => match text.strip_prefix("signed in") {
            Some(rest) => palette.good("signed in") + rest,
            None => palette.warning(text.trim_end()) + "\n",
        },
        _ => text.to_owned(),
    }
}
