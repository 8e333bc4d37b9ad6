//! `sandbox` alone: the person's shell, in a home of its own, with `awsso` loaded.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use super::knobs::Knobs;
use super::place::Place;
use crate::environment;
use crate::error::{Error, Result};
use crate::programs::signals::{Signals, block_on};
use crate::sandbox::{Approval, Sandbox};
use crate::terminal;

/// A shell that can load the `awsso` function, or any other that runs commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bash,
    Zsh,
    Fish,
    Other,
}

impl Kind {
    fn of(shell: &Path) -> Self {
        match shell.file_stem().and_then(|name| name.to_str()) {
            Some("bash") => Self::Bash,
            Some("zsh") => Self::Zsh,
            Some("fish") => Self::Fish,
            _ => Self::Other,
        }
    }
}

pub(super) fn run(knobs: &Knobs) -> Result<ExitCode> {
    let approval = match environment::elsewhere() {
        Some(_) => Approval::Automatic,
        None => Approval::ByPage,
    };
    let shell = environment::shell().unwrap_or_else(|| OsString::from("sh"));
    block_on(async {
        let mut signals = Signals::new()?;
        let place = Place::open(knobs.options(approval))?;
        let (shell, kind) = supported(shell);
        let command = interactive(&place, &shell, kind)?;
        terminal::say(&greeting(&place.sandbox, kind));
        let status = wait(command, &shell, &mut signals).await?;
        Ok(exit_code(status))
    })
}

/// The shell itself where the function can be loaded into it, else `sh`.
fn supported(shell: OsString) -> (PathBuf, Kind) {
    let shell = PathBuf::from(shell);
    match Kind::of(&shell) {
        Kind::Other => {
            if shell.file_name().is_none_or(|name| name != "sh") {
                let shell = shell.to_string_lossy().into_owned();
                terminal::say(&format!("{} is none of bash, zsh and fish, so this is sh\n", terminal::clean(&shell)));
            }
            (PathBuf::from("sh"), Kind::Other)
        }
        kind => (shell, kind),
    }
}

/// `eval "$(failing)"` succeeds in bash and zsh: hence the code first, then its evaluation.
const BASH: &str = r#"code="$(aws-sso init bash)" && eval "$code"
unset code
PS1='\[\e[1;36m\]sandbox\[\e[0m\] \w \$ '
"#;

const ZSH: &str = r#"autoload -Uz compinit && compinit -u
code="$(aws-sso init zsh)" && eval "$code"
unset code
PROMPT='%B%F{cyan}sandbox%f%b %~ %# '
"#;

const FISH: &str = r#"set -l code (aws-sso init fish); and string join \n -- $code | source
set -g fish_greeting
function fish_prompt
    set_color --bold cyan; echo -n sandbox; set_color normal; echo -n " "(prompt_pwd)' > '
end
"#;

const SH: &str = "PS1='sandbox $ '\n";

/// The shell with a start-up file of ours in place of the person's.
fn interactive(place: &Place, shell: &Path, kind: Kind) -> Result<Command> {
    let mut command = place.command(shell)?;
    command.current_dir(place.path("")).env("SHELL", shell);
    match kind {
        Kind::Bash => {
            command.arg("--rcfile").arg(place.write(".bashrc", BASH)?).arg("-i");
        }
        Kind::Zsh => {
            place.write(".zshrc", ZSH)?;
            command.env("ZDOTDIR", place.path("")).arg("-i");
        }
        Kind::Fish => {
            // Where this is missing, fish fills it from every manual page, in the background, beyond its own end.
            place.make_folder(".local/share/fish/generated_completions")?;
            command.arg("--init-command").arg(FISH).arg("-i");
        }
        Kind::Other => {
            command.env("ENV", place.write(".shrc", SH)?).arg("-i");
        }
    }
    Ok(command)
}

fn greeting(sandbox: &Sandbox, kind: Kind) -> String {
    let accounts = sandbox.accounts();
    let first = accounts.first().and_then(|account| Some((account, account.roles.first()?)));
    let role = match first {
        Some((account, role)) => format!("{}/{role}", account.id),
        None => "ACCOUNT/ROLE".to_owned(),
    };
    let (take, note) = match kind {
        Kind::Other => (
            format!("eval \"$(aws-sso env {role})\""),
            "\nThe awsso function needs bash, zsh or fish; here its verbs are those of aws-sso.\n",
        ),
        _ => (format!("awsso use {role}"), ""),
    };
    format!(
        "\nA local Identity Center of {} accounts, in a home of its own: nothing here is yours, and nothing reaches \
         AWS.\nFive things to try; leave with exit.\n\n\
         1  aws-sso login              sign in\n\
         2  aws-sso discover           every account and role becomes a profile\n\
         3  {take}\n\
         {:27}   this shell gets the role's credentials\n\
         4  aws sts get-caller-identity --endpoint-url $AWS_ENDPOINT_URL\n\
         {:27}   with any AWS CLI: what AWS would see\n\
         5  aws-sso status             who you are, and until when\n{note}\n",
        accounts.len(),
        "",
        "",
    )
}

/// Waits for the shell to end. Ctrl-C is its affair; a termination ends it too.
async fn wait(command: Command, shell: &Path, signals: &mut Signals) -> Result<ExitStatus> {
    let failed = |error: &std::io::Error| {
        Error::failed(format!("cannot run {}: {error}", shell.display()))
            .with_remedy("set SHELL to a shell that is installed")
    };
    let mut child = tokio::process::Command::from(command).spawn().map_err(|error| failed(&error))?;
    let ended = tokio::select! {
        ended = child.wait() => Some(ended),
        () = signals.but_interrupt() => None,
    };
    let ended = if let Some(ended) = ended {
        ended
    } else {
        // An interactive shell ignores a polite request.
        let _ = child.start_kill();
        child.wait().await
    };
    ended.map_err(|error| failed(&error))
}

/// The shell's own status; as shells do, 128 and the signal's number where one ended it.
pub(super) fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status.code().or(signal.map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
