//! Scripts in real shells.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_sso::shell::Shell as Dialect;

use super::user::User;
use super::{Home, Invocation, programs, skip};

/// A shell whose functions and exports the tool writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    /// Its name, as in `aws-sso init NAME`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
        }
    }

    fn program(self) -> Option<PathBuf> {
        programs(self.name()).next()
    }

    /// Options that skip the start-up files.
    fn bare(self) -> &'static [&'static str] {
        match self {
            Self::Bash => &["--noprofile", "--norc"],
            Self::Zsh => &["-f"],
            Self::Fish => &["--no-config"],
        }
    }

    /// Every installed shell; the others are skipped, each with a message.
    #[track_caller]
    pub fn all() -> Vec<Self> {
        [Self::Bash, Self::Zsh, Self::Fish].into_iter().filter(|shell| shell.is_here()).collect()
    }

    /// Whether the shell is installed; prints a message if not.
    #[track_caller]
    pub fn is_here(self) -> bool {
        let is_here = self.program().is_some();
        if !is_here {
            skip(&format!("{} is not installed: nothing is tested in it", self.name()));
        }
        is_here
    }
}

impl Home {
    /// A script in a shell without start-up files.
    pub fn script(&self, shell: Shell, script: &str) -> Invocation {
        self.script_with(shell, &[], script)
    }

    /// A script in a shell that was started with these options, such as `-eu`.
    pub fn script_with(&self, shell: Shell, options: &[&str], script: &str) -> Invocation {
        self.shell(shell).args(options).args(["-c", script])
    }

    /// A shell that waits for commands; to be started `in_terminal`.
    pub fn interactive(&self, shell: Shell) -> Invocation {
        if shell == Shell::Fish {
            // In a new home, fish would read all manual pages, in a process that continues after fish has ended.
            std::fs::create_dir_all(self.path(".local/share/fish/generated_completions")).unwrap();
        }
        self.shell(shell).arg("-i")
    }

    fn shell(&self, shell: Shell) -> Invocation {
        let program = shell.program().unwrap_or_else(|| panic!("ask Shell::is_here first: {shell:?}"));
        self.command(&program).args(shell.bare()).env("SHELL", &program)
    }
}

impl Shell {
    pub fn dialect(self) -> Dialect {
        match self {
            Self::Bash => Dialect::Bash,
            Self::Zsh => Dialect::Zsh,
            Self::Fish => Dialect::Fish,
        }
    }

    /// The line for the start-up file; with the backslash it works even if `eval` is an alias.
    pub fn load(self) -> String {
        self.load_with("")
    }

    /// The same with options of `init`.
    pub fn load_with(self, options: &str) -> String {
        match self {
            Self::Bash | Self::Zsh => format!("\\eval \"$(aws-sso init {} {options})\"", self.name()),
            Self::Fish => format!("aws-sso init fish {options} | source"),
        }
    }

    /// A statement that runs `command` and prints its status after `status `; a failure does not end a strict shell.
    pub fn status_of(self, command: &str) -> String {
        match self {
            Self::Bash | Self::Zsh => {
                format!("{command} && printf 'status 0\\n' || printf 'status %s\\n' \"$?\"")
            }
            Self::Fish => format!("{command}; printf 'status %s\\n' $status"),
        }
    }

    /// A statement that makes the prompt show the status: `[0]> `.
    pub fn status_prompt(self) -> &'static str {
        match self {
            Self::Bash => "PS1='[$?]> '",
            Self::Zsh => "PROMPT='[%?]> '",
            Self::Fish => "function fish_prompt; printf '[%s]> ' $status; end",
        }
    }

    /// A statement that exports a variable.
    pub fn export(self, name: &str, value: &str) -> String {
        self.dialect().set(name, value)
    }
}

impl User {
    /// A script in a shell that has the function.
    pub fn script(&self, shell: Shell, script: &str) -> Invocation {
        self.home.script(shell, &format!("{}\n{script}", shell.load())).endpoint(self.sandbox.endpoint())
    }
}

impl Home {
    /// The environment that a script wrote by `env -0 >FILE`, without the variables that every shell changes.
    pub fn environment(&self, file: &str) -> BTreeMap<String, String> {
        let text = self.read(file);
        let pairs = text.split('\0').filter_map(|line| line.split_once('='));
        pairs
            .filter(|(name, _)| !matches!(*name, "_" | "SHLVL" | "OLDPWD" | "PWD" | "LAST_EXIT_CODE"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The environment that `env -0` wrote after `clear`, without what `awsso -` needs for the role before.
    pub fn cleared(&self, file: &str) -> BTreeMap<String, String> {
        let mut environment = self.environment(file);
        assert!(environment.remove("AWS_SSO_PREVIOUS").is_some(), "{file} has no role to go back to");
        environment
    }
}
