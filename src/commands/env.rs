//! `env` and `-env`: a role's credentials as the exports of a shell.

use crate::cli;
use crate::commands::pick::named_or_chosen;
use crate::context::{Context, Found};
use crate::error::Result;
use crate::output::print;
use crate::shell::Shell;
use crate::shell::{Change, Grant};

pub(crate) fn run(context: &Context, arguments: &cli::Env) -> Result<()> {
    let found = context.find(&arguments.role)?;
    exports(context, &found, arguments.shell, arguments.region.as_deref())
}

/// `-env`, where the role may be left out and is then chosen.
pub(crate) fn run_original(context: &Context, role: Option<&str>) -> Result<()> {
    exports(context, &named_or_chosen(context, role)?, Shell::Posix, None)
}

fn exports(context: &Context, found: &Found, shell: Shell, region: Option<&str>) -> Result<()> {
    let credentials = context.credentials(found)?;
    let change = Change::to_role(&Grant {
        role: &found.role,
        credentials: &credentials,
        directory: &found.directory.name,
        region: region.or(found.region.as_deref()),
    });
    print(&change.render(shell)?)
}
