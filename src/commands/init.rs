//! `init`: the shell code that defines the `awsso` function.

use crate::cli;
use crate::error::{Error, Result};
use crate::output::print;
use crate::shell::{self, Init};

pub(crate) fn run(arguments: &cli::Init) -> Result<()> {
    let program =
        cli::program().map_err(|error| Error::failed(format!("the path of this program is unknown: {error}")))?;
    print(&shell::script(
        arguments.shell,
        &Init {
            command: &arguments.command,
            program: &program,
            hook: arguments.hook,
            completion: !arguments.no_completion,
        },
    )?)
}
