//! `sandbox serve`: prints the environment variables to set, and serves until stopped.

use super::behaviour::BehaviourArgs;
use super::private_home::PrivateHome;
use crate::error::Result;
use crate::output::print;
use crate::programs::signals::{Signals, block_on};
use crate::sandbox::Approval;
use crate::shell::Shell;
use crate::terminal;

pub(super) fn run(behaviour: &BehaviourArgs) -> Result<()> {
    block_on(async {
        // Before anything is printed: a script may stop us as soon as it has read the exports, and the temporary folder
        // must be removed even then.
        let mut signals = Signals::new()?;
        let home = PrivateHome::open(behaviour.options(Approval::Automatic))?;
        print(&exports(&home))?;
        terminal::say(&format!(
            "The local Identity Center runs at {}; its accounts and roles: {}\n\
             Set the variables above in another shell, then run: aws-sso login\n\
             Ctrl-C stops it and removes its temporary folder.\n",
            home.sandbox.endpoint(),
            home.sandbox.start_url(),
        ));
        signals.any().await;
        Ok(())
    })
}

/// Commands that set the variables, for every POSIX shell; on Windows for the user's.
fn exports(home: &PrivateHome) -> String {
    let shell = Shell::by_default();
    home.environment().iter().map(|(name, value)| shell.set(name, &value.to_string_lossy()) + "\n").collect()
}
