//! Scripts in real shells.

use std::path::PathBuf;

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

    /// What keeps a machine's own start files out.
    fn bare(self) -> &'static [&'static str] {
        match self {
            Self::Bash => &["--noprofile", "--norc"],
            Self::Zsh => &["-f"],
            Self::Fish => &["--no-config"],
        }
    }

    /// Every shell of this machine; the others are skipped, each with a line that says so.
    #[track_caller]
    pub fn all() -> Vec<Self> {
        [Self::Bash, Self::Zsh, Self::Fish].into_iter().filter(|shell| shell.is_here()).collect()
    }

    /// Whether the shell can be run here; says so if not.
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
    /// A script in a shell, with nothing but the script's own settings.
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
            // In a new home it would go through all manual pages, in a process that outlives it.
            std::fs::create_dir_all(self.path(".local/share/fish/generated_completions")).unwrap();
        }
        self.shell(shell).arg("-i")
    }

    fn shell(&self, shell: Shell) -> Invocation {
        let program = shell.program().unwrap_or_else(|| panic!("ask Shell::is_here first: {shell:?}"));
        self.command(&program).args(shell.bare()).env("SHELL", &program)
    }
}
