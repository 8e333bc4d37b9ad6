//! What the original tool does without an output option: it writes a role's credentials to the default profile.

use std::path::Path;

use crate::aws_cache::default_keys;
use crate::aws_config::config::Config;
use crate::aws_config::credentials_file;
use crate::aws_config::origin::Origin;
use crate::aws_config::readers::{Reader, Rejection};
use crate::context::Context;
use crate::context::choose::named_or_chosen;
use crate::context::find::Found;
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::output::print;
use crate::terminal::clean;
use crate::{environment, terminal, timestamp};

pub(crate) fn run(context: &Context, role: Option<&str>) -> Result<()> {
    let found = named_or_chosen(context, role)?;
    refuse_own_source(&found)?;
    let credentials = context.credentials(&found)?;
    let path = environment::credentials_file()?;
    let written = check(context, &path, &credentials, &found)?;
    if found.role.is_some() {
        default_keys::remember(&found.directory, &credentials.access_key_id, &path);
    }
    credentials_file::write_default(&path, &credentials)?;
    print(&format!(
        "Default profile in {}\n  account  {}\n  role     {}\n  expires  {} (in {})\n",
        clean(&environment::shown(&path)),
        credentials.account_id,
        clean(found.role_name()),
        timestamp::local_time(credentials.expiration),
        timestamp::span(credentials.seconds_left()),
    ))?;
    if let Some(hiding) = context.hiding_default(&written, environment::value)? {
        terminal::warn(&format!("programs of this shell do not take the default profile: {}", hiding.describe()));
    }
    Ok(())
}

/// Fails if the role is assumed with the very keys that would be replaced: nobody could assume it again.
fn refuse_own_source(found: &Found) -> Result<()> {
    match found.directory.origin() {
        Origin::Keys("default") => Err(Error::usage(format!(
            "{} is assumed with the keys of the default profile, which its credentials would replace",
            found.arn()
        ))
        .with_remedy("move those keys to a profile of another name, and name that as source_profile")),
        _ => Ok(()),
    }
}

/// Fails if the AWS files would keep some program from these credentials. Returns the credentials file as it will be.
fn check(context: &Context, path: &Path, credentials: &RoleCredentials, found: &Found) -> Result<Config> {
    let written = credentials_file::planned(path, credentials)?;
    if let Err(Rejection { line, quirk }) = Reader::Botocore.read(&written) {
        let place = format!("{}:{line}", environment::shown(path));
        return Err(Error::usage(format!("{place}: the AWS CLI and boto3 cannot read this file: {quirk}"))
            .with_remedy(quirk.remedy()));
    }
    let written = Config::parse_credentials(path, Some(written));
    // A bare environment: what only this shell's variables hide is written, and said.
    match context.hiding_default(&written, |_| None)? {
        Some(hiding) if hiding.takes_others() => Err(Error::usage(format!(
            "the default profile has other credentials, which AWS tools prefer: {}",
            hiding.describe()
        ))
        .with_remedy(format!(
            "delete that line, or move it to another profile\nor change this shell alone: awsso use {}",
            context.pasted(found)
        ))),
        Some(hiding) => {
            terminal::warn(&format!("the default profile does not work for all: {}", hiding.describe()));
            Ok(written)
        }
        None => Ok(written),
    }
}
