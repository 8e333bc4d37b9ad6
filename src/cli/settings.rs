//! The verb about the settings.

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = SETTINGS_HELP)]
pub(crate) struct Settings {
    /// For programs
    #[arg(long)]
    pub json: bool,
}

const SETTINGS_HELP: &str = "\
Each line is a setting, its value, and where that came from: an option, an environment variable, a line of the file, \
or the default. Lines of the file that are wrong, and aliases that name no role, are told on stderr; the exit status \
is 2 if other verbs refuse such a file.

Examples:
  aws-sso settings
  aws-sso settings --json";
