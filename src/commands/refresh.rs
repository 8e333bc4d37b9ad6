//! `refresh`: renews the credentials of this shell's role.

use clap::Args;

use crate::cli::shared::InShell;
use crate::context::Context;
use crate::context::enter::change_shell;
use crate::context::noted::note;
use crate::error::{Error, Result};
use crate::output::print;
use crate::shell::{Change, through_function};
use crate::{environment, terminal};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  awsso refresh\n  awsso refresh --login never")]
pub(crate) struct RefreshArgs {
    #[command(flatten)]
    in_shell: InShell,
    /// Say only what is known now about the end of the session; no request is made
    #[arg(long, hide = true)]
    only_session_end: bool,
}

pub(crate) fn run(context: &Context, arguments: &RefreshArgs) -> Result<()> {
    let shell = through_function(arguments.in_shell.shell, "refresh")?;
    let Some((role, expiration)) = environment::shell_role() else {
        let of_shell = if arguments.only_session_end { None } else { context.shell_role()? };
        let profile = of_shell.and_then(|role| role.profile).ok_or_else(no_role)?;
        terminal::say(&format!("aws-sso: {}\n", terminal::clean(&renewed_of_profile(&profile))));
        return Ok(());
    };
    if arguments.only_session_end {
        let end = context.session_end(&context.find_entered(&role)?.directory);
        return print(&Change::to_renewed(None, end, note()).render_in_function(shell, None)?);
    }
    let Some(expiration) = expiration else {
        // `use --as-profile` or `exec --server` exported no keys, so there is nothing to renew.
        let what = if let Some(profile) = environment::aws_profile() {
            renewed_of_profile(&profile)
        } else {
            let origin = environment::role_origin().ok_or_else(no_role)?;
            format!("programs get newer credentials from {origin} by themselves")
        };
        context.notice(&format!("aws-sso: {}\n", terminal::clean(&what)));
        let end = context.find_entered(&role).ok().and_then(|found| context.session_end(&found.directory));
        return print(&Change::to_renewed(None, end, note()).render_in_function(shell, None)?);
    };
    if let Some(instead) = context.shell_role()?.and_then(|role| role.instead) {
        terminal::warn(&format!("programs of this shell do not take this role: {}", instead.description));
    }
    let found = context.find_entered(&role)?;
    let credentials = context.newer_credentials(&found, expiration)?;
    // After the credentials: for them, somebody may have signed in.
    let end = context.session_end(&found.directory);
    change_shell(context, shell, &Change::to_renewed(Some(&credentials), end, note()))
}

fn renewed_of_profile(profile: &str) -> String {
    format!("programs renew the credentials of AWS_PROFILE={profile} by themselves")
}

fn no_role() -> Error {
    Error::usage("this shell has no role").with_remedy("run: awsso pick")
}
