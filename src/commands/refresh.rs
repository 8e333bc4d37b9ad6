//! `refresh`: renews the credentials of this shell's role.

use clap::Args;

use crate::cli::shared::InShell;
use crate::context::Context;
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
}

pub(crate) fn run(context: &Context, arguments: &RefreshArgs) -> Result<()> {
    let shell = through_function(arguments.in_shell.shell, "refresh")?;
    let (role, expiration) = environment::shell_role().ok_or_else(no_role)?;
    if expiration.is_none() {
        // `use --as-profile` exported no keys, so there is nothing to renew.
        let Some(profile) = environment::aws_profile() else {
            // `exec --server`: the server renews them.
            let origin = environment::role_origin().ok_or_else(no_role)?;
            terminal::say(&format!(
                "aws-sso: programs get newer credentials from {} by themselves\n",
                terminal::clean(&origin)
            ));
            return Ok(());
        };
        terminal::say(&format!(
            "aws-sso: programs renew the credentials of AWS_PROFILE={} by themselves\n",
            terminal::clean(&profile)
        ));
        return Ok(());
    }
    if let Some(instead) = context.shell_role()?.and_then(|role| role.instead) {
        terminal::warn(&format!("programs of this shell do not take this role: {}", instead.description));
    }
    let credentials = context.credentials(&context.find(&role)?)?;
    print(&Change::to_renewed(&credentials, note()).render_in_function(shell)?)
}

fn no_role() -> Error {
    Error::usage("this shell has no role").with_remedy("run: awsso use ROLE")
}
