//! The sign-in of each sso-session, and which one is used without -p.

use super::report::{Finding, Time};
use crate::aws_cache::token::{self, Token};
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::environment;
use crate::error::Result;
use crate::files::read;
use crate::programs::profile_option;
use crate::secret_store::StoreKind;
use crate::session::Standing;

pub(super) fn check(context: &Context, time: Time) -> Vec<Finding> {
    // An unreadable config is reported by the check of the AWS config.
    let Ok(config) = context.config() else { return Vec::new() };
    let names = config.directories();
    if names.is_empty() {
        return match config.only_directory() {
            // A missing config is reported by its own check too.
            Err(error) if !config.is_missing() => vec![Finding::of(&error)],
            _ => Vec::new(),
        };
    }
    let mut findings: Vec<_> = chosen(context, names).into_iter().collect();
    for name in names {
        match config.directory(name).and_then(|directory| sign_in(context, &directory, time)) {
            Ok(finding) => findings.push(finding),
            Err(error) => findings.push(Finding::of(&error)),
        }
    }
    findings
}

/// The sso-session that a verb uses.
fn chosen(context: &Context, names: &[String]) -> Option<Finding> {
    let is_named = context.has_profile_option();
    Some(match context.directory() {
        Ok(directory) => {
            let when = if is_named { "with this" } else { "without" };
            Finding::ok(format!("{when} -p, the {} is {}", directory.named_by(), directory.name))
        }
        // The checks of the settings and of the environment have reported this.
        Err(_) if context.settings().is_err() || (!is_named && environment::sso_session().is_some()) => {
            return None;
        }
        Err(error) if is_named || names.len() == 1 => Finding::of(&error),
        Err(_) => Finding::ok(format!(
            "without -p, roles are looked for in all sso-sessions; login, logout and discover need one of: {}",
            names.iter().map(|name| profile_option(name)).collect::<Vec<_>>().join(" or ")
        )),
    })
}

fn sign_in(context: &Context, directory: &Directory, time: Time) -> Result<Finding> {
    let client = context.client(directory)?;
    let session = context.untouched_session(directory, &client)?;
    let token = session.stored()?;
    let name = &directory.name;
    let login = format!("run: aws-sso login {}", profile_option(name));
    if token.is_none() && session.is_to_be_moved()? {
        let found = format!("{name}: the sign-in is in a file; the next command moves it to the system's secret store");
        return Ok(Finding::ok(found));
    }
    let Some(token) = token else {
        return Ok(Finding::warning(format!("{name}: {}", why_none(context, directory)?), login));
    };
    let expiry = time(token.expires_at);
    let standing = session.standing(&token);
    Ok(match (standing.is_valid, standing.is_renewed) {
        (_, true) => {
            let state = if standing.is_valid { "valid until" } else { "expired at" };
            let registration = match token.registration_expires_at {
                Some(end) => format!("; its client is registered until {}", time(end)),
                None => String::new(),
            };
            Finding::ok(format!("{name}: signed in, token {state} {expiry}, renewed automatically{registration}"))
        }
        (true, false) => {
            Finding::ok(format!("{name}: signed in until {expiry}, {}", why_not_renewed(directory, &token, standing)))
        }
        (false, false) if standing.is_refused => {
            Finding::warning(format!("{name}: the sign-in has ended: the service refused to renew it"), login)
        }
        (false, false) => Finding::warning(format!("{name}: the sign-in expired at {expiry}"), login),
    })
}

fn why_not_renewed(directory: &Directory, token: &Token, standing: Standing) -> &'static str {
    if standing.is_refused {
        "not renewed after that: the service refused to renew it"
    } else if token.is_renewable() {
        "not renewed after that: its client registration expires before"
    } else if token.refresh_token.is_some() {
        "not renewed after that: its client registration has expired"
    } else if directory.session.is_none() {
        "not renewed after that: a profile without sso_session cannot be renewed"
    } else if directory.scopes.is_empty() {
        "not renewed after that: add to the sso-session: sso_registration_scopes = sso:account:access"
    } else {
        "not renewed after that: the service gave no refresh token"
    }
}

/// Why there is no token.
fn why_none(context: &Context, directory: &Directory) -> Result<String> {
    let path = token::path(&environment::token_cache()?, directory.token_key());
    let store = context.secret_store()?;
    if store.kind() == StoreKind::Files
        && let Some(flaw) = read::flaw_of_cached(&path)
    {
        // A sign-in replaces it.
        return Ok(flaw.to_string());
    }
    let why = match token::read(&store, &path)? {
        Some(_) => "the token in its file is for another start URL",
        None if path.exists() => "the file of its token holds no token",
        None => "not signed in",
    };
    Ok(why.to_owned())
}
