//! The verbs that change a shell or speak to one.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::cli::completers;
use crate::shell::{Hook, Shell};

#[derive(Debug, Args)]
#[command(after_help = "For your start-up file:\n  \
    bash  ~/.bashrc                    eval \"$(aws-sso init bash)\"\n  \
    zsh   ~/.zshrc                     eval \"$(aws-sso init zsh)\"\n  \
    fish  ~/.config/fish/config.fish   aws-sso init fish | source\n  \
    PowerShell, in $PROFILE:\n      aws-sso init powershell | Out-String | Invoke-Expression\n\n\
    Examples:\n  aws-sso init zsh --hook refresh\n  aws-sso init bash --cmd sso --no-completion")]
pub(crate) struct Init {
    /// The shell that will read the code
    #[arg(value_enum)]
    pub shell: Shell,
    /// The function's name
    #[arg(long = "cmd", value_name = "NAME", default_value = "awsso")]
    pub command: String,
    /// What the prompt does when the shell's credentials have five minutes left
    #[arg(long, value_enum, default_value_t)]
    pub hook: Hook,
    /// Leave out the completion of arguments
    #[arg(long)]
    pub no_completion: bool,
}

/// What a shell's completion function asks.
#[derive(Debug, Args)]
pub(crate) struct Complete {
    /// The shell that asks
    #[arg(long, value_enum)]
    pub shell: Shell,
    /// The line up to the cursor, for a shell whose words are not ours
    #[arg(long, allow_hyphen_values = true)]
    pub line: Option<String>,
    /// The characters at which that shell ends a word
    #[arg(long, allow_hyphen_values = true, default_value = "")]
    pub breaks: String,
    /// The words up to the cursor
    #[arg(last = true)]
    pub words: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aws-sso completions bash > /usr/share/bash-completion/completions/aws-sso
  aws-sso completions fish > ~/.config/fish/completions/aws-sso.fish")]
pub(crate) struct Completions {
    /// The shell that will read the script
    #[arg(value_enum)]
    pub shell: Shell,
}

/// What a packager asks.
#[derive(Debug, Args)]
pub(crate) struct Packaging {
    /// Where to; the folder is made if need be
    pub folder: std::path::PathBuf,
}

/// The mark by which the function says that its shell will evaluate what is printed.
#[derive(Clone, Debug, Args)]
pub(crate) struct InShell {
    #[arg(long, hide = true, value_enum)]
    pub shell: Option<Shell>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  awsso use payments-dev/ReadOnlyAccess
  awsso use 123456789012/ReadOnlyAccess --region eu-west-1")]
pub(crate) struct Use {
    /// The role: an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile, or an alias
    // Optional so that a shell without the function gets to hear how to load it.
    #[arg(add = ArgValueCompleter::new(completers::roles))]
    pub role: Option<String>,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub in_shell: InShell,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  awsso pick\n  awsso pick -p corp --region eu-west-1")]
pub(crate) struct Pick {
    /// Words to begin with; a role that alone fits them is taken without asking
    pub query: Vec<String>,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub in_shell: InShell,
}

/// What a shell is given.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The region to work in
    #[arg(long, value_parser = super::region)]
    pub region: Option<String>,
    /// Name the discovered profile in AWS_PROFILE, for programs that outlive the credentials
    #[arg(long, conflicts_with = "keys")]
    pub as_profile: bool,
    /// Export keys even where ROLE is a profile
    #[arg(long)]
    pub keys: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The secret is printed: evaluate it, and keep it out of files.

Examples:
  aws-sso env payments-dev/ReadOnlyAccess --shell fish | source
  aws-sso env 123456789012/ReadOnlyAccess --region eu-west-1")]
pub(crate) struct Env {
    /// The role: an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile, or an alias
    #[arg(add = ArgValueCompleter::new(completers::roles))]
    pub role: String,
    /// The shell that will read the exports
    #[arg(long, value_enum, default_value = "posix")]
    pub shell: Shell,
    /// The region to work in
    #[arg(long, value_parser = super::region)]
    pub region: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
In the AWS config: credential_process = aws-sso process ROLE -p PROFILE (aws-sso discover writes such lines).

Examples:
  aws-sso process 123456789012/ReadOnlyAccess -p corp
  aws-sso process payments-dev/ReadOnlyAccess --login never")]
pub(crate) struct Process {
    /// The role: an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile, or an alias
    #[arg(add = ArgValueCompleter::new(completers::roles))]
    pub role: String,
}
