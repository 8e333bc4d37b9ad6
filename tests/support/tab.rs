//! A shell in a terminal, in which somebody presses Tab.

use super::powershell::pwsh;
use super::terminal::Terminal;
use super::{Home, Shell};

/// A shell whose function `awsso` writes down its arguments, and completes them as the real one does.
#[must_use]
pub struct Typist<'a> {
    pub shell: &'static str,
    home: &'a Home,
    terminal: Terminal,
    /// How many commands have run: the prompt shows it.
    runs: usize,
}

impl<'a> Typist<'a> {
    /// One for each shell that is installed.
    pub fn all(home: &'a Home) -> Vec<Self> {
        let mut all: Vec<_> = Shell::all().into_iter().map(|shell| Self::start(home, shell, "")).collect();
        all.extend(pwsh().map(|pwsh| Self::start_powershell(home, &pwsh)));
        all
    }

    /// One for a shell, after these lines.
    pub fn start(home: &'a Home, shell: Shell, lines: &str) -> Self {
        let setup = match shell {
            Shell::Bash => {
                "eval \"$(aws-sso init bash --hook none)\"\nruns=0\n\
                 awsso() { printf '%s\\0' \"$@\" >\"$HOME/arguments\"; runs=$((runs + 1)); }\nPS1='run-$runs> '\n"
            }
            Shell::Zsh => {
                "(( $+functions[compdef] )) || { autoload -Uz compinit; compinit -u }\n\
                 eval \"$(aws-sso init zsh --hook none)\"\nruns=0\n\
                 function awsso { printf '%s\\0' \"$@\" >$HOME/arguments; (( runs += 1 )) }\n\
                 setopt promptsubst; PROMPT='run-$runs> '\n"
            }
            Shell::Fish => {
                "aws-sso init fish --hook none | source\nset -g runs 0\n\
                 function awsso; printf '%s\\0' $argv >$HOME/arguments; set -g runs (math $runs + 1); end\n\
                 function fish_prompt; printf 'run-%s> ' $runs; end\n"
            }
        };
        home.write("setup", format!("{lines}\n{setup}"));
        let mut terminal = home.interactive(shell).endpoint(UNREACHABLE).in_terminal();
        // A fish without a home of its own would look for manual pages.
        terminal.send("source $HOME/setup\r");
        terminal.wait_for("run-0> ");
        Self { shell: shell.name(), home, terminal, runs: 0 }
    }

    fn start_powershell(home: &'a Home, pwsh: &std::path::Path) -> Self {
        home.write(
            "setup.ps1",
            "aws-sso init powershell --hook none | Out-String | Invoke-Expression\n$global:runs = 0\n\
             function global:awsso {\n\
                 [IO.File]::WriteAllText(\"$HOME/arguments\", (($args | ForEach-Object { \"$_`0\" }) -join ''))\n\
                 $global:runs++\n\
             }\n\
             function global:prompt { \"run-$global:runs> \" }\n",
        );
        let shell = home.pwsh(pwsh).args(["-NoProfile", "-NoExit", "-File"]).arg(home.path("setup.ps1"));
        let mut terminal = shell.endpoint(UNREACHABLE).in_terminal();
        terminal.wait_for("run-0> ");
        Self { shell: "powershell", home, terminal, runs: 0 }
    }

    /// Types these keys and Enter, and returns the arguments that arrive.
    #[track_caller]
    pub fn arguments(&mut self, keys: &str) -> Vec<String> {
        self.terminal.send(keys);
        self.terminal.send("\r");
        self.runs += 1;
        self.terminal.wait_for(&format!("run-{}> ", self.runs));
        let text = self.home.read("arguments");
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    /// The same, but Enter once a text is on the screen: PowerShell loses keys that are typed while it asks the
    /// terminal where the cursor is.
    #[track_caller]
    pub fn arguments_once(&mut self, keys: &str, shown: &str) -> Vec<String> {
        self.terminal.send(keys);
        self.terminal.wait_for(shown);
        self.arguments("")
    }

    /// Types these keys, waits for a text, and leaves the line.
    #[track_caller]
    pub fn shows(&mut self, keys: &str, text: &str) -> String {
        self.terminal.send(keys);
        self.terminal.wait_for(text);
        let screen = self.terminal.screen();
        // What is left of the line goes.
        let _ = self.arguments("\x15awsso");
        screen
    }
}

/// No address answers here: completion must not send a request.
pub const UNREACHABLE: &str = "http://127.0.0.1:9";
