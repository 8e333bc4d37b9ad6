//! The `awsso` function, its prompt hook and the code it evaluates, in the real shells.

#[cfg(feature = "sandbox")]
mod direnv;
#[cfg(feature = "sandbox")]
mod function;
mod hook;
#[cfg(feature = "sandbox")]
mod hostile;
mod init;
mod powershell;
mod quoting;
#[cfg(feature = "sandbox")]
mod session;

use std::collections::BTreeMap;

use aws_sso::sandbox::{Approval, Options, Sandbox};
use aws_sso::shell::Shell as Dialect;

use crate::support::terminal::Terminal;
use crate::support::{Home, Invocation, REGION, START_URL, Shell};

impl Shell {
    fn dialect(self) -> Dialect {
        match self {
            Self::Bash => Dialect::Bash,
            Self::Zsh => Dialect::Zsh,
            Self::Fish => Dialect::Fish,
        }
    }

    /// The line that a person has in the start-up file; the backslash is for one who has aliased `eval`.
    fn load(self) -> String {
        self.load_with("")
    }

    /// The same with options of `init`.
    fn load_with(self, options: &str) -> String {
        match self {
            Self::Bash | Self::Zsh => format!("\\eval \"$(aws-sso init {} {options})\"", self.name()),
            Self::Fish => format!("aws-sso init fish {options} | source"),
        }
    }

    /// A statement that runs `command` and prints its status after `status `; no strict mode minds that it fails.
    fn status_of(self, command: &str) -> String {
        match self {
            Self::Bash | Self::Zsh => {
                format!("{command} && printf 'status 0\\n' || printf 'status %s\\n' \"$?\"")
            }
            Self::Fish => format!("{command}; printf 'status %s\\n' $status"),
        }
    }

    /// A statement by which the prompt shows the status: `[0]> `.
    fn status_prompt(self) -> &'static str {
        match self {
            Self::Bash => "PS1='[$?]> '",
            Self::Zsh => "PROMPT='[%?]> '",
            Self::Fish => "function fish_prompt; printf '[%s]> ' $status; end",
        }
    }

    /// A statement that exports a variable.
    fn export(self, name: &str, value: &str) -> String {
        self.dialect().set(name, value)
    }
}

/// A directory, and a home whose person has signed in to it.
struct Signed {
    sandbox: Sandbox,
    home: Home,
}

impl Signed {
    fn in_to(options: Options) -> Self {
        let sandbox = Sandbox::start(Options {
            approval: Approval::Automatic,
            start_url: Some(START_URL.to_owned()),
            region: REGION.to_owned(),
            ..options
        })
        .unwrap();
        let signed = Self { sandbox, home: Home::new() };
        signed.home.sign_in_config("");
        let login = signed.home.aws_sso(["login", "-p", "corp", "--device-code", "--no-browser"]);
        let _ = login.endpoint(signed.sandbox.endpoint()).run().success();
        signed.sandbox.clear_log();
        signed
    }

    /// A script in a shell that has the function.
    fn script(&self, shell: Shell, script: &str) -> Invocation {
        self.home.script(shell, &format!("{}\n{script}", shell.load())).endpoint(self.sandbox.endpoint())
    }

    /// A role of the first account, by its number.
    fn role(&self, number: usize) -> String {
        let account = &self.sandbox.accounts()[0];
        format!("arn:aws:iam::{}:role/{}", account.id, account.roles[number])
    }
}

impl Home {
    /// What a script has left in a file by `env -0 >FILE`, but for what every shell changes.
    fn environment(&self, file: &str) -> BTreeMap<String, String> {
        let text = self.read(file);
        let pairs = text.split('\0').filter_map(|line| line.split_once('='));
        pairs
            .filter(|(name, _)| !matches!(*name, "_" | "SHLVL" | "OLDPWD" | "PWD"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

/// What a person sees who types these lines one after the other, and `exit`.
#[track_caller]
pub(crate) fn typed(invocation: Invocation, lines: &[&str]) -> String {
    let mut terminal = invocation.in_terminal();
    type_lines(&mut terminal, lines);
    terminal.send(" exit 0\r");
    terminal.finish().success().stdout
}

/// Types lines, each once the one before has been done.
#[track_caller]
fn type_lines(terminal: &mut Terminal, lines: &[&str]) {
    for (number, line) in lines.iter().enumerate() {
        terminal.send(&format!("{line}\r"));
        // What is typed shows up too, so the mark is put together by the shell.
        terminal.send(&format!("printf '%s%s\\n' do ne-{number}\r"));
        terminal.wait_for(&format!("done-{number}"));
    }
}
