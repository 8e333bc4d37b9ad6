//! `--undo`: the AWS config as it was before the last run.

use crate::discovery::{self, SETUP};
use crate::environment::{self, shown};
use crate::error::Result;
use crate::output::print;
use crate::terminal::clean;

pub(super) fn undo() -> Result<()> {
    let path = environment::config_file()?;
    discovery::undo(SETUP, &path)?;
    print(&format!("{} is as it was before the last setup\n", clean(&shown(&path))))
}
