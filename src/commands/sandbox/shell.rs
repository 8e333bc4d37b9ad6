//! `sandbox` without a command: the user's shell in a home folder of its own, with `awsso` loaded.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use super::behaviour::BehaviourArgs;
use super::private_home::PrivateHome;
use crate::environment;
use crate::error::{Error, Result};
use crate::programs::signals::{Signals, block_on};
use crate::programs::{core_dumps, startable};
use crate::sandbox::{Approval, Sandbox};
use crate::terminal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ShellKind {
    Bash,
    Zsh,
    Fish,
    Powershell,
    /// cmd.exe, which cannot load the `awsso` function, and takes other options.
    Cmd,
    /// A shell that cannot load the `awsso` function.
    Other,
}

impl ShellKind {
    fn of(shell: &Path) -> Self {
        match shell.file_stem().and_then(|name| name.to_str()) {
            Some("bash") => Self::Bash,
            Some("zsh") => Self::Zsh,
            Some("fish") => Self::Fish,
            Some("pwsh" | "powershell") => Self::Powershell,
            Some("cmd") => Self::Cmd,
            _ => Self::Other,
        }
    }
}

pub(super) fn run(behaviour: &BehaviourArgs) -> Result<ExitCode> {
    let approval = match environment::elsewhere() {
        Some(_) => Approval::Automatic,
        None => Approval::ByPage,
    };
    block_on(async {
        let mut signals = Signals::new()?;
        let home = PrivateHome::open(behaviour.options(approval))?;
        let (shell, kind) = supported(environment::shell_program());
        let command = interactive(&home, &shell, kind)?;
        terminal::say(&greeting(&home.sandbox, kind));
        let status = wait(command, &shell, &mut signals).await?;
        Ok(exit_code(status))
    })
}

/// The user's shell if it can load the `awsso` function, else `sh`.
fn supported(shell: OsString) -> (PathBuf, ShellKind) {
    let path = PathBuf::from(shell);
    let kind = ShellKind::of(&path);
    if kind != ShellKind::Other {
        return (path, kind);
    }
    if path.file_name().is_none_or(|name| name != "sh") {
        let shown = path.to_string_lossy();
        terminal::say(&format!("{} cannot load the awsso function, so this is sh\n", terminal::clean(&shown)));
    }
    (PathBuf::from("sh"), ShellKind::Other)
}

/// In bash and zsh `eval "$(failing)"` succeeds, so the code is captured first and evaluated only if that worked.
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

const POWERSHELL: &str = "\
Invoke-Expression (& aws-sso init powershell | Out-String)
function prompt { \"sandbox $(Get-Location) > \" }
";

const SH: &str = "PS1='sandbox $ '\n";

/// The shell, with our start-up file in place of the user's.
fn interactive(home: &PrivateHome, shell: &Path, kind: ShellKind) -> Result<Command> {
    let mut command = home.command(shell)?;
    command.current_dir(home.path("")).env("SHELL", shell);
    match kind {
        ShellKind::Bash => {
            command.arg("--rcfile").arg(home.write(".bashrc", BASH)?).arg("-i");
        }
        ShellKind::Zsh => {
            home.write(".zshrc", ZSH)?;
            command.env("ZDOTDIR", home.path("")).arg("-i");
        }
        ShellKind::Fish => {
            // Without this folder fish would create it and fill it from all manual pages, in a process that outlives
            // it.
            home.create_folder(".local/share/fish/generated_completions")?;
            command.arg("--init-command").arg(FISH).arg("-i");
        }
        ShellKind::Powershell => {
            command.args(["-NoLogo", "-NoProfile", "-NoExit", "-Command", POWERSHELL]);
        }
        ShellKind::Cmd => {
            command.args(["/d", "/k", "prompt", "sandbox $P$G"]);
        }
        ShellKind::Other => {
            command.env("ENV", home.write(".shrc", SH)?).arg("-i");
        }
    }
    Ok(command)
}

fn greeting(sandbox: &Sandbox, kind: ShellKind) -> String {
    let accounts = sandbox.accounts();
    let first = accounts.first().and_then(|account| Some((account, account.roles.first()?)));
    let role = match first {
        Some((account, role)) => format!("{}/{role}", account.id),
        None => "ACCOUNT/ROLE".to_owned(),
    };
    let (take, note) = match kind {
        ShellKind::Other => (
            format!("eval \"$(aws-sso env {role})\""),
            "\nThe awsso function needs bash, zsh or fish; in this shell use aws-sso.\n",
        ),
        ShellKind::Cmd => (
            format!("for /f \"tokens=1*\" %i in ('aws-sso env {role} --shell cmd') do @set %j"),
            "\nThe awsso function needs PowerShell or Git Bash.\n",
        ),
        _ => (format!("awsso use {role}"), ""),
    };
    let endpoint = match kind {
        ShellKind::Powershell => "$env:AWS_ENDPOINT_URL",
        ShellKind::Cmd => "%AWS_ENDPOINT_URL%",
        _ => "$AWS_ENDPOINT_URL",
    };
    format!(
        "\nA local Identity Center with {} accounts. HOME is a temporary folder, and nothing reaches AWS.\n\
         Five things to try; exit ends the sandbox.\n\n\
         1  aws-sso login              sign in\n\
         2  aws-sso discover           every account and role becomes a profile\n\
         3  {take}\n\
         {:27}   this shell gets the role's credentials\n\
         4  aws sts get-caller-identity --endpoint-url {endpoint}\n\
         {:27}   with any AWS CLI: what AWS would see\n\
         5  aws-sso status             who you are, and until when\n{note}\n",
        accounts.len(),
        "",
        "",
    )
}

/// Waits for the shell to end. Ctrl-C is left to the shell; other signals that would end us end the shell too.
async fn wait(command: Command, shell: &Path, signals: &mut Signals) -> Result<ExitStatus> {
    let failed = |error: &std::io::Error| {
        Error::failed(format!("cannot run {}: {}", shell.display(), startable::explain(shell.as_os_str(), error).what))
            .with_remedy("set SHELL to a shell that is installed")
    };
    let mut child = core_dumps::with_own_limit(|| tokio::process::Command::from(command).spawn())
        .map_err(|error| failed(&error))?;
    let ended = tokio::select! {
        ended = child.wait() => Some(ended),
        () = signals.but_interrupt() => None,
    };
    let ended = if let Some(ended) = ended {
        ended
    } else {
        // Interactive shells ignore SIGTERM.
        let _ = child.start_kill();
        child.wait().await
    };
    ended.map_err(|error| failed(&error))
}

/// The shell's own status; 128 plus the signal's number if a signal ended it, as shells report it.
fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status.code().or(signal.map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
