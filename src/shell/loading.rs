//! Which lines of a start-up file load the function: those that run `aws-sso init`, and then run what it prints.
//!
//! A line that only names it does not: `echo "run aws-sso init bash"`, a comment, a text of several lines. So the file
//! is cut into commands, with those in whose parentheses or backticks each of them stands.

use clap::ValueEnum as _;

use super::dialect::Shell;
use super::script_commands::{Command, Script};

/// A command that loads the function.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Loading {
    /// The number of its line.
    pub(super) line: usize,
    /// The shell that it names, if it names one.
    pub(super) names: Option<Shell>,
}

/// What runs the code that it is given.
const EVALUATORS: [&str; 7] = ["eval", "source", ".", "execx", "iex", "invoke-expression", "zsh-defer"];

/// What runs the code that it reads, or for Nushell keeps it in a folder from which code is loaded.
const PIPED_TO: [&str; 5] = ["source", "iex", "invoke-expression", ".", "save"];

/// What may stand before the name of a command.
const BEFORE_COMMANDS: [&str; 17] = [
    "if",
    "then",
    "else",
    "elif",
    "elseif",
    "while",
    "do",
    "!",
    "{",
    "and",
    "or",
    "not",
    "begin",
    "command",
    "builtin",
    "time",
    "_evalcache",
];

/// The commands of a file that load the function.
pub(super) fn loadings(shell: Shell, text: &str) -> Vec<Loading> {
    let script = Script::read(shell, text);
    let is_loading = |at: &usize| script.runs_init(*at) && script.is_evaluated(*at);
    (0..script.commands.len()).filter(is_loading).map(|at| script.loading(at)).collect()
}

impl Script {
    /// The words of a command from its name on.
    fn words(&self, at: usize) -> &[String] {
        let words = &self.commands[at].words;
        let is_assignment = |word: &str| word.split_once('=').is_some_and(|(name, _)| is_name(name));
        // A word of parentheses alone is the condition of an `if`.
        let is_before =
            |word: &&String| word.is_empty() || BEFORE_COMMANDS.contains(&word.as_str()) || is_assignment(word);
        &words[words.iter().take_while(is_before).count()..]
    }

    fn name(&self, at: usize) -> String {
        self.words(at).first().map(|name| name.to_lowercase()).unwrap_or_default()
    }

    fn runs_init(&self, at: usize) -> bool {
        let words = self.words(at);
        let is_program = words.first().is_some_and(|word| {
            let word = word.trim_start_matches('^');
            is_program(word) || self.value(at, word).is_some_and(is_program)
        });
        is_program && words.get(1).is_some_and(|verb| verb == "init")
    }

    /// What a variable holds that is set before this command.
    fn value(&self, before: usize, word: &str) -> Option<&str> {
        let name = word.strip_prefix('$')?;
        let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
        self.commands[..before].iter().rev().find_map(|Command { words, .. }| {
            let by_equals = words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            // `$name = VALUE` of PowerShell and xonsh, `var name = VALUE`, `set -g name VALUE`.
            let after = words.iter().position(|word| word.trim_start_matches('$') == name).map(|at| &words[at + 1..]);
            let apart = after.and_then(|after| match after {
                [equals, value, ..] if equals == "=" => Some(value),
                [value, ..] if words[0] == "set" => Some(value),
                _ => None,
            });
            by_equals.or(apart.map(String::as_str))
        })
    }

    /// Whether what it prints is run: by the command around it, or by one to which it is piped.
    fn is_evaluated(&self, at: usize) -> bool {
        let Command { inside, words, .. } = &self.commands[at];
        let beside = |other: &usize| self.commands[*other].inside == *inside;
        let mut next = (at + 1..self.commands.len()).filter(beside).take_while(|other| self.commands[*other].is_piped);
        words.iter().any(|word| word == "_evalcache")
            || next.any(|other| PIPED_TO.contains(&self.name(other).as_str()))
            || inside
                .is_some_and(|around| EVALUATORS.contains(&self.name(around).as_str()) || self.is_evaluated(around))
    }

    fn loading(&self, at: usize) -> Loading {
        let names = self.words(at).iter().skip(2).find_map(|name| Shell::from_str(name, true).ok());
        Loading { line: self.commands[at].line, names }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn is_program(word: &str) -> bool {
    matches!(word.rsplit(['/', '\\']).next(), Some("aws-sso" | "aws-sso.exe"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_loads_the_function_if_its_output_is_run_and_a_text_that_names_it_does_not() {
        use Shell::{Bash, Elvish, Fish, Nushell, Powershell, Tcsh, Xonsh, Zsh};
        let loads = [
            (Bash, "eval \"$(aws-sso init bash)\""),
            (Bash, "  eval \"$(/opt/bin/aws-sso init bash --hook none)\"  # the function"),
            (Bash, "eval \"$('/my tools/aws-sso' init bash)\""),
            (Bash, "eval \"$(\"$HOME/bin/aws-sso\" init bash)\""),
            (Bash, "eval \"$(command aws-sso init bash 2>/dev/null)\""),
            (Bash, "eval `aws-sso init bash`"),
            (Bash, "source <(aws-sso init bash)"),
            (Bash, ". <(aws-sso init bash 2>&1)"),
            (Bash, "source /dev/stdin <<<\"$(aws-sso init bash)\""),
            (Bash, "command -v aws-sso >/dev/null && eval \"$(aws-sso init bash)\""),
            (Bash, "[ -x ~/bin/aws-sso ] && . <(~/bin/aws-sso init bash) || true"),
            (Bash, "if type aws-sso >/dev/null 2>&1; then eval \"$(aws-sso init bash)\"; fi"),
            (Bash, "case $- in *i*) eval \"$(aws-sso init bash)\";; esac"),
            (Bash, "(( x = 1 << 2 )); load() { eval \"$(aws-sso init bash)\"; }"),
            (Bash, "AWS_SSO=/opt/aws-sso; eval \"$($AWS_SSO init bash)\""),
            (Bash, "export A=~/bin/aws-sso && eval \"$(\"${A}\" init bash)\""),
            (Bash, "say() { echo it\\'s; }; A=1 eval \"$(aws-sso init bash)\""),
            (Bash, "PS1=$'it\\'s '; eval \"$(aws-sso init bash)\""),
            (Bash, "# don't\neval \\\n  \"$(aws-sso init bash)\""),
            (Bash, "cat <<EOF\ndon't\nEOF\neval \"$(aws-sso init bash)\""),
            (Bash, "a='a quote that does not end\neval \"$(aws-sso init bash)\""),
            (Zsh, "source =(aws-sso init zsh)"),
            (Zsh, "(( $+commands[aws-sso] )) && eval \"$(aws-sso init zsh)\""),
            (Zsh, "_evalcache aws-sso init zsh"),
            (Zsh, "zsh-defer eval \"$(aws-sso init zsh)\""),
            (Fish, "aws-sso init fish | source"),
            (Fish, "command -q aws-sso; and aws-sso init fish | source"),
            (Fish, "if status is-interactive\n  command aws-sso init fish |\n    source\nend"),
            (Fish, "source (aws-sso init fish | psub)"),
            (Fish, "set -g sso ~/bin/aws-sso\n$sso init fish | source"),
            (Powershell, "& 'C:\\my tools\\aws-sso.exe' init powershell | Out-String | iex"),
            (Powershell, "C:\\x\\aws-sso.exe init powershell | Invoke-Expression"),
            (Powershell, "Invoke-Expression (& { (aws-sso init powershell | Out-String) })"),
            (Powershell, "if (Get-Command aws-sso -ea 0) {aws-sso init powershell | iex}"),
            (Powershell, ". ([scriptblock]::Create((aws-sso init powershell) -join \"`n\"))"),
            (Powershell, "$sso = 'C:\\x\\aws-sso.exe'\r\niex \"$(& $sso init powershell)\"\r\n"),
            (Tcsh, "if ( $?prompt ) eval \"`aws-sso init tcsh`\""),
            (Xonsh, "execx($(aws-sso init xonsh))"),
            (Elvish, "if (has-external aws-sso) { eval (aws-sso init elvish | slurp) }"),
            (Nushell, "^'/my tools/aws-sso' init nushell | save --force ($dir | path join aws-sso.nu)"),
        ];
        for (shell, script) in loads {
            let found = loadings(shell, script);
            assert_eq!(found.len(), 1, "{shell:?}: {script}: {found:?}");
            let line = 1 + script.lines().position(|line| line.contains("init")).unwrap();
            assert_eq!(found[0], Loading { line, names: Some(shell) }, "{script}");
        }
        let unknown = loadings(Bash, "eval \"$(aws-sso init $SHELL_NAME)\"");
        assert_eq!(unknown, [Loading { line: 1, names: None }]);
        for (shell, script) in [
            (Bash, ""),
            (Bash, "# eval \"$(aws-sso init bash)\""),
            (Bash, "true # eval \"$(aws-sso init bash)\""),
            (Bash, "echo \"aws-sso init bash\""),
            (Bash, "echo 'run eval \"$(aws-sso init bash)\"; done'"),
            (Bash, "echo 'first\neval \"$(aws-sso init bash)\"\n'"),
            (Bash, "cat <<'EOF'\neval \"$(aws-sso init bash)\"\nEOF"),
            (Bash, "cat <<-EOF; true\n\teval \"$(aws-sso init bash)\"\n\tEOF\n"),
            (Bash, "alias load='eval \"$(aws-sso init bash)\"'"),
            (Bash, "aws-sso init bash"),
            (Bash, "aws-sso init bash > ~/aws-sso.bash"),
            (Bash, "eval \"$(aws-sso login)\""),
            (Bash, "eval \"$(echo aws-sso init bash)\""),
            (Bash, "eval \"$($UNKNOWN init bash)\""),
            (Bash, "eval \"$(my-aws-sso init bash)\""),
            (Fish, "echo 'aws-sso init fish | source'"),
            (Fish, "aws-sso init fish | grep source"),
            (Powershell, "<# aws-sso init powershell | iex #>"),
            (Powershell, "$text = @'\naws-sso init powershell | iex\n'@"),
            (Powershell, "Write-Host 'aws-sso init powershell | iex'"),
            (Tcsh, "alias load 'eval \"`aws-sso init tcsh`\"'"),
        ] {
            assert_eq!(loadings(shell, script), [], "{shell:?}: {script}");
        }
    }
}
