//! The directories: which one is used where none is named, and the sign-in to each.

use super::report::Finding;
use crate::aws_cache::token::{self, Token};
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::environment;
use crate::error::{Error, Result};
use crate::timestamp;

pub(super) fn check(context: &Context) -> Vec<Finding> {
    // That it cannot be read is told elsewhere.
    let Ok(config) = context.config() else { return Vec::new() };
    let names = config.directories();
    let mut findings = Vec::new();
    if names.is_empty() {
        if !config.is_missing() {
            findings.extend(config.only_directory().err().as_ref().map(Finding::of));
        }
        return findings;
    }
    findings.extend(chosen(context, names));
    for name in names {
        match config.directory(name).and_then(|directory| sign_in(context, &directory)) {
            Ok(finding) => findings.push(finding),
            Err(error) => findings.push(Finding::of(&error)),
        }
    }
    findings
}

/// The directory that a verb uses.
fn chosen(context: &Context, names: &[String]) -> Option<Finding> {
    let is_told = context.has_profile_option();
    Some(match context.directory() {
        Ok(directory) if is_told => Finding::ok(format!("with this -p the directory is {}", directory.name)),
        Ok(directory) => Finding::ok(format!("without -p the directory is {}", directory.name)),
        // The settings and the variable have been told of.
        Err(_) if context.settings().is_err() || (!is_told && environment::sso_profile().is_some()) => {
            return None;
        }
        Err(error) if is_told || names.len() == 1 => Finding::of(&error),
        Err(_) => Finding::ok(format!("each verb has to be told which: -p {}", names.join(" or -p "))),
    })
}

fn sign_in(context: &Context, directory: &Directory) -> Result<Finding> {
    let client = context.client(directory)?;
    let token = context.session(directory, &client)?.stored()?;
    let name = &directory.name;
    let login = format!("run: aws-sso login -p {name}");
    let Some(token) = token else {
        return Ok(Finding::warning(format!("{name}: {}", why_none(context, directory)?), login));
    };
    let expiry = timestamp::format(token.expires_at);
    let is_live = token.seconds_left() > 0;
    Ok(match (is_live, token.is_renewable()) {
        (_, true) => {
            let until = token
                .registration_expires_at
                .map_or_else(String::new, |end| format!("; its client is registered until {}", timestamp::format(end)));
            let when = if is_live { "until" } else { "lapsed at" };
            Finding::ok(format!("{name}: signed in, token {when} {expiry}, renewed silently{until}"))
        }
        (true, false) => {
            Finding::ok(format!("{name}: signed in until {expiry}, {}", why_not_renewed(directory, &token)))
        }
        (false, false) => Finding::warning(format!("{name}: the sign-in lapsed at {expiry}"), login),
    })
}

fn why_not_renewed(directory: &Directory, token: &Token) -> &'static str {
    if token.refresh_token.is_some() {
        "not renewed after that: its client registration has lapsed"
    } else if directory.session.is_none() {
        "not renewed after that: a profile without sso_session cannot be"
    } else if directory.scopes.is_empty() {
        "not renewed after that: add to the sso-session: sso_registration_scopes = sso:account:access"
    } else {
        "not renewed after that: the service gave no refresh token"
    }
}

/// Why there is no token to speak of.
fn why_none(context: &Context, directory: &Directory) -> Result<&'static str> {
    let path = token::path(&environment::token_cache()?, directory.token_key());
    Ok(match token::read(&context.secret_store()?, &path) {
        Err(error) => return Err::<_, Error>(error),
        Ok(Some(_)) => "the token in its place is for another start URL",
        Ok(None) if path.exists() => "what is in the place of its token is none",
        Ok(None) => "not signed in",
    })
}
