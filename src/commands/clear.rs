//! `clear`: this shell gets back what it had before.

use crate::cli::InShell;
use crate::commands::r#use::{displaced, through_function};
use crate::environment;
use crate::error::Result;
use crate::output::print;
use crate::shell::Change;

pub(crate) fn run(arguments: &InShell) -> Result<()> {
    let shell = through_function(arguments.shell, "clear")?;
    let has_role = environment::shell_role().is_some();
    print(&Change::back(displaced(), has_role).render(shell)?)
}
