//! The arguments of `setup`, their help, and what other verbs do for it.

use clap::Args;

use super::questions::Questions;
use crate::cli::sign_in::SignInWay;
use crate::context::Context;
use crate::discovery::Template;
use crate::error::{Error, Result};
use crate::inventory::Inventory;
use crate::migration::TAKE_OVER;
use crate::shell::word;

#[derive(Debug, Default, Args)]
#[command(after_help = SETUP_HELP)]
pub(crate) struct SetupArgs {
    /// The start URL of your access portal: its address in the browser, or the beginning of it, such as d-1234567890
    pub(super) start_url: Option<String>,
    /// Take over what this tool has configured: aws-sso-cli
    #[arg(long, value_name = "TOOL", hide_possible_values = true, conflicts_with_all = ["start_url", "region", "name"])]
    pub(super) from: Option<OtherTool>,
    /// The Region of your Identity Center [default: the one that the start URL names; else you are asked]
    #[arg(long)]
    pub(super) region: Option<String>,
    /// The name of the sso-session [default: a part of the start URL]
    #[arg(long)]
    pub(super) name: Option<String>,
    /// The region for commands where nothing else sets one [default: that of the environment or of the config]
    #[arg(long, value_name = "REGION")]
    pub(super) default_region: Option<String>,
    /// Write a named profile for every account and role, without asking
    #[arg(long, conflicts_with = "no_discover")]
    pub(super) discover: bool,
    /// Write no profiles
    #[arg(long)]
    pub(super) no_discover: bool,
    /// How these profiles are named [default: {account_name|slug}-{role}, or the settings]
    #[arg(long, value_name = "TEMPLATE")]
    pub(super) profile_names: Option<Template>,
    /// Add the line that loads the awsso function to your shell's start-up file, without asking
    #[arg(long, conflicts_with = "no_shell_file")]
    pub(super) shell_file: bool,
    /// Leave the start-up file alone
    #[arg(long)]
    pub(super) no_shell_file: bool,
    #[command(flatten)]
    pub(super) way: SignInWay,
    /// Ask nothing and take what is proposed: profiles, and no change of a start-up file
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Restore the AWS config as it was before the last run
    #[arg(long, conflicts_with_all = [
        "start_url", "from", "region", "name", "default_region", "discover", "no_discover", "profile_names",
        "shell_file", "no_shell_file", "browser", "device_code", "qr", "no_browser", "redirect_port", "dry_run",
    ])]
    pub(super) undo: bool,
}

/// A tool whose config can be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum OtherTool {
    /// synfinatic's aws-sso-cli
    AwsSsoCli,
}

const SETUP_HELP: &str = "\
It writes an sso-session to the AWS config, signs in, and shows what you can use. Then it offers a named profile for \
every role, and the line that loads the awsso function in your shell. Whatever is to be written is shown first. \
Running it again changes nothing that is right.

Examples:
  aws-sso setup
  aws-sso setup https://d-1234567890.awsapps.com/start
  aws-sso setup d-1234567890 --region eu-west-1 --name corp --yes
  aws-sso setup --from aws-sso-cli --dry-run";

impl SetupArgs {
    /// Those of a `login` with a start URL, or without anything to sign in to.
    pub(crate) fn of_login(start_url: Option<String>, way: SignInWay) -> Self {
        Self { start_url, way, ..Self::default() }
    }

    /// Where nobody can be asked, each answer has to be there from the start: nothing is done by halves.
    pub(super) fn check(&self, questions: &Questions, has_region: bool) -> Result<()> {
        if questions.are_asked() || self.yes || self.dry_run {
            return Ok(());
        }
        let is_answered = |answers: [bool; 2]| answers.contains(&true);
        let open = [
            ("START_URL", self.start_url.is_some() || self.from.is_some()),
            ("--region REGION", has_region),
            ("--discover or --no-discover", is_answered([self.discover, self.no_discover])),
            ("--shell-file or --no-shell-file", is_answered([self.shell_file, self.no_shell_file])),
        ];
        let open: Vec<_> = open.into_iter().filter(|(_, is_there)| !is_there).map(|(option, _)| option).collect();
        if open.is_empty() {
            return Ok(());
        }
        let region = if has_region { "" } else { " --region REGION" };
        Err(Error::usage("there is no terminal on which to ask").with_remedy(format!(
            "add what is not said: {}\nor take what is proposed: {}{region} --yes",
            open.join(", "),
            self.again(self.start_url.as_deref().unwrap_or("START_URL"))
        )))
    }

    /// The command that goes on with this run, with the same options.
    pub(super) fn again(&self, start_url: &str) -> String {
        let first = match self.from {
            Some(_) => TAKE_OVER.to_owned(),
            None => format!("aws-sso setup {}", word(start_url)),
        };
        let profile_names = self.profile_names.as_ref().map(ToString::to_string);
        let values = [
            ("--region", &self.region),
            ("--name", &self.name),
            ("--default-region", &self.default_region),
            ("--profile-names", &profile_names),
        ];
        let values = values.into_iter().filter_map(|(option, value)| {
            let value = value.as_ref()?;
            Some(format!("{option} {}", word(value)))
        });
        let flags = [
            ("--discover", self.discover),
            ("--no-discover", self.no_discover),
            ("--shell-file", self.shell_file),
            ("--no-shell-file", self.no_shell_file),
            ("--yes", self.yes),
        ];
        let flags = flags.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| flag.to_owned());
        [first].into_iter().chain(values).chain(self.way.words()).chain(flags).collect::<Vec<_>>().join(" ")
    }
}

/// What other verbs do for this one: no verb imports another.
#[derive(Clone, Copy)]
pub(crate) struct Verbs {
    /// Signs in.
    pub(crate) login: fn(&Context, SignInWay) -> Result<()>,
    /// Writes a profile of such a name for every role of the list.
    pub(crate) discover: fn(&Context, Template, &Inventory) -> Result<()>,
}
