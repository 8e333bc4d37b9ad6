//! Which lines of a start-up file load the function: those that run `aws-sso init`, and then run what it prints.
//!
//! A line that only names it does not: `echo "run aws-sso init bash"`, a comment, a text of several lines. So the file
//! is cut into commands, with those in whose parentheses or backticks each of them stands.

use std::collections::{HashMap, HashSet};

use clap::ValueEnum as _;

use super::dialect::Shell;
use super::script_commands::Script;
use super::script_parts::{Command, Joined, is_posix};

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
    Search::new(shell, &script.commands).loadings()
}

/// What is known of each command, and so found out once.
struct Search<'a> {
    shell: Shell,
    commands: &'a [Command],
    /// The words from the command's name on.
    words: Vec<&'a [String]>,
    names: Vec<String>,
    /// Whether what it prints is read by a command that runs that.
    is_piped: Vec<bool>,
    /// Whether another command reads what it prints.
    is_read: Vec<bool>,
    /// The functions that are called where the file is read.
    called: HashSet<&'a str>,
}

impl<'a> Search<'a> {
    fn new(shell: Shell, commands: &'a [Command]) -> Self {
        let words: Vec<_> = commands.iter().map(|command| from_name(&command.words)).collect();
        let name = |words: &&[String]| words.first().map(|name| name.to_lowercase()).unwrap_or_default();
        let names: Vec<_> = words.iter().map(name).collect();
        let (mut is_piped, mut is_read) = (vec![false; commands.len()], vec![false; commands.len()]);
        for (at, command) in commands.iter().enumerate().rev() {
            if let Joined::Pipe(Some(before)) = command.joined {
                is_piped[before] = is_piped[at] || PIPED_TO.contains(&names[at].as_str());
                is_read[before] = true;
            }
        }
        let is_call = |(command, _): &(&Command, _)| command.function.is_none() && !command.is_function;
        let calls = commands.iter().zip(&words).filter(is_call);
        let called = calls.filter_map(|(_, words)| words.first()).map(String::as_str).collect();
        Self { shell, commands, words, names, is_piped, is_read, called }
    }

    fn loadings(&self) -> Vec<Loading> {
        let mut found = Vec::new();
        // What variables hold; in which variable or file the function's code is kept, and by which command.
        let (mut values, mut kept) = (HashMap::new(), HashMap::new());
        let mut ways: Vec<Way> = Vec::new();
        for (at, command) in self.commands.iter().enumerate() {
            if self.ends_file(at) {
                break;
            }
            let way = self.way(at, command.inside.map(|around| &ways[around]));
            if self.runs_init(at, &values) && !way.is_dead {
                if way.is_evaluated {
                    found.push(self.loading(at));
                }
                kept.extend(self.keeps(at).into_iter().map(|place| (place, at)));
            }
            if command.inside.is_none() && !way.is_dead && EVALUATORS.contains(&self.names[at].as_str()) {
                let init = self.words[at].iter().skip(1).find_map(|word| kept.get(word));
                found.extend(init.map(|init| self.loading(*init)));
            }
            values.extend(assignments(&command.words));
            ways.push(way);
        }
        found
    }

    /// Whether the file ends with this command.
    fn ends_file(&self, at: usize) -> bool {
        let Command { words, inside, joined, is_in_block, .. } = &self.commands[at];
        // Python's blocks are not read.
        let is_end = words.first().is_some_and(|name| matches!(name.as_str(), "return" | "exit"));
        is_end && inside.is_none() && *joined == Joined::No && !is_in_block && self.shell != Shell::Xonsh
    }

    fn way(&self, at: usize, around: Option<&Way>) -> Way {
        let Command { words, joined, function, .. } = &self.commands[at];
        let is_never_called = function.is_some_and(|header| {
            let words = &self.commands[header].words;
            let name = words.iter().find(|word| !matches!(word.as_str(), "function" | "fn" | "def"));
            name.is_none_or(|name| !self.called.contains(name.as_str()))
        });
        let never_follows = match *joined {
            Joined::And(Some(before)) => self.names[before] == "false",
            Joined::Or(Some(before)) => matches!(self.names[before].as_str(), "true" | ":"),
            _ => false,
        };
        let has_subshells = is_posix(self.shell) || self.shell == Shell::Tcsh;
        // A pipe runs in a process of its own, but its last command does not in zsh.
        let is_in_subshell = has_subshells && self.is_read[at]
            || matches!(self.shell, Shell::Bash | Shell::Posix) && matches!(joined, Joined::Pipe(_));
        let is_dead = is_never_called || never_follows || around.is_some_and(|around| around.is_dead);
        let is_top = around.is_none();
        let runs_what_it_is_given = EVALUATORS.contains(&self.names[at].as_str()) && self.has_only_code(at);
        let is_piped = self.is_piped[at] && !matches!(self.shell, Shell::Bash | Shell::Posix | Shell::Tcsh);
        let is_run = is_piped || words.iter().any(|word| word == "_evalcache");
        Way {
            is_dead: is_dead || is_top && is_in_subshell && !is_piped,
            is_evaluated: around.is_some_and(|around| around.evaluates) || is_run && (is_top || !has_subshells),
            evaluates: around.is_some_and(|around| around.evaluates)
                || is_run && !is_top && !has_subshells
                || runs_what_it_is_given && (is_top || !has_subshells)
                || is_piped && (is_top || !has_subshells),
        }
    }

    /// Whether the code that it is given does not begin with another command, to which the function would be words.
    fn has_only_code(&self, at: usize) -> bool {
        let code = self.words[at].iter().skip(1).find(|word| *word != "--");
        let is_other = |code: &String| code.starts_with(char::is_alphabetic) && !code.contains([';', '\n']);
        self.names[at] != "eval" || !is_posix(self.shell) || !code.is_some_and(is_other)
    }

    fn runs_init(&self, at: usize, values: &HashMap<&str, &str>) -> bool {
        let Some((program, words)) = self.words[at].split_first() else { return false };
        let program = program.trim_start_matches('^');
        let value = || values.get(variable(program)?).copied();
        let is_program = is_program(program) || value().is_some_and(is_program);
        let is_help = |word: &String| matches!(word.as_str(), "--help" | "-h");
        let verb = words.iter().find(|word| !word.starts_with('-'));
        is_program && verb.is_some_and(|verb| verb == "init") && !words.iter().any(is_help)
    }

    /// Where the output of this command is kept: a file, or a variable as it is read.
    fn keeps(&self, at: usize) -> Vec<String> {
        let around = self.commands[at].inside.filter(|around| matches!(&*self.names[*around], "" | "export"));
        let set = around.and_then(|around| self.commands[around].words.last()?.split_once('='));
        let set = set.filter(|(name, rest)| is_name(name) && matches!(*rest, "" | "$"));
        let variables = set.into_iter().flat_map(|(name, _)| [format!("${name}"), format!("${{{name}}}")]);
        let redirected = self.words[at].iter().position(|word| word.starts_with('>')).and_then(|at_sign| {
            let rest = self.words[at][at_sign].trim_start_matches(['>', '|', '!']);
            if rest.is_empty() { self.words[at].get(at_sign + 1).cloned() } else { Some(rest.to_owned()) }
        });
        variables.chain(redirected).collect()
    }

    fn loading(&self, at: usize) -> Loading {
        let names = self.words[at].iter().skip(2).find_map(|name| Shell::from_str(name, true).ok());
        Loading { line: self.commands[at].line, names }
    }
}

/// What becomes of a command and of what it prints.
struct Way {
    /// It does not run, or not in the shell itself.
    is_dead: bool,
    /// What it prints is run: by the command around it, or by one to which it is piped.
    is_evaluated: bool,
    /// What the commands in its parentheses print is run.
    evaluates: bool,
}

/// The words of a command from its name on.
fn from_name(words: &[String]) -> &[String] {
    let is_assignment = |word: &str| word.split_once('=').is_some_and(|(name, _)| is_name(name));
    // A word of parentheses alone is the condition of an `if`.
    let is_before = |word: &&String| word.is_empty() || BEFORE_COMMANDS.contains(&word.as_str()) || is_assignment(word);
    &words[words.iter().take_while(is_before).count()..]
}

/// The variables that these words set: `name=VALUE`, `$name = VALUE` of PowerShell and xonsh, `var name = VALUE`,
/// `set -g name VALUE`.
fn assignments(words: &[String]) -> impl Iterator<Item = (&str, &str)> {
    let by_equals = words.iter().filter_map(|word| word.split_once('='));
    let is_set = words.first().is_some_and(|name| name == "set");
    let apart = (1..words.len()).filter_map(move |at| {
        let name = words[at - 1].trim_start_matches('$');
        match &words[at..] {
            [equals, value, ..] if equals == "=" => Some((name, value.as_str())),
            [value, ..] if is_set => Some((name, value.as_str())),
            _ => None,
        }
    });
    by_equals.chain(apart).filter(|(name, _)| is_name(name))
}

/// The variable that a word reads.
fn variable(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    Some(name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name))
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
    fn a_command_loads_the_function_if_its_output_is_run() {
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
            (Bash, "(( x = 1 << 2 )); load() { eval \"$(aws-sso init bash)\"; }; load"),
            (Bash, "x=$((1 << 2))\nload()\n{\n  eval \"$(aws-sso init bash)\"\n}\nload\n"),
            (Bash, "f() { if { a; }; then b; fi; }; eval \"$(aws-sso init bash)\""),
            (Bash, "[ -z \"$PS1\" ] && return\ncase $- in *i*) ;; *) return;; esac\neval \"$(aws-sso init bash)\""),
            (Bash, "if a; then\n  return\nfi\nf() {\n return\n}\n{ eval \"$(aws-sso init bash)\"; }"),
            (Bash, "x=$(case $y in a) echo \"it's\";; esac); eval \"$(aws-sso init bash)\""),
            (Bash, "x=${x%%(*} y=${y:-'}'} z=\"${z:-don't}\"; eval \"$(aws-sso init bash)\""),
            (Bash, "f() { while a; do b; done }; eval \"$(aws-sso init bash)\""),
            (Bash, "x=$'a$b'; eval \"$(aws-sso init bash)\""),
            (Bash, "false || eval \"$(aws-sso init bash)\"; true | cat"),
            (Bash, "cat <<\"END OF\"\ndon't\nEND OF\neval \"$(aws-sso init bash)\""),
            (Bash, "eval \"$(aws-sso init bash)\"\ncat <<EOF\nhello"),
            (Bash, "eval \"$(aws-sso init bash)\"\na='a quote that does not end\n"),
            (Bash, "eval \"A=1; $(aws-sso init bash)\""),
            (Bash, "eval \"$(aws-sso init bash)\"; return; eval \"$(aws-sso init bash)\""),
            (Bash, "source <(aws-sso -q init bash)"),
            (Bash, "x=$(aws-sso init bash); eval \"$x\""),
            (Bash, "export x=\"$(aws-sso init bash 2>/dev/null)\" && eval \"${x}\""),
            (Bash, "aws-sso init bash > ~/.sso && source ~/.sso"),
            (Bash, "aws-sso init bash >~/.sso; . ~/.sso"),
            (Bash, "AWS_SSO=/opt/aws-sso; eval \"$($AWS_SSO init bash)\""),
            (Bash, "export A=~/bin/aws-sso && eval \"$(\"${A}\" init bash)\""),
            (Bash, "say() { echo it\\'s; }; A=1 eval \"$(aws-sso init bash)\""),
            (Bash, "PS1=$'it\\'s '; eval \"$(aws-sso init bash)\""),
            (Bash, "# don't\neval \\\n  \"$(aws-sso init bash)\""),
            (Bash, "cat <<EOF\ndon't\nEOF\neval \"$(aws-sso init bash)\""),
            (Zsh, "source =(aws-sso init zsh)"),
            (Zsh, "(( $+commands[aws-sso] )) && eval \"$(aws-sso init zsh)\""),
            (Zsh, "aws-sso init zsh | source /dev/stdin"),
            (Zsh, "if [[ -o login ]] { return }; eval \"$(aws-sso init zsh)\""),
            (Zsh, "_evalcache aws-sso init zsh"),
            (Zsh, "zsh-defer eval \"$(aws-sso init zsh)\""),
            (Fish, "aws-sso init fish | source"),
            (Fish, "command -q aws-sso; and aws-sso init fish | source"),
            (Fish, "if status is-interactive\n  command aws-sso init fish |\n    source\nend"),
            (Fish, "if a\n  exit\nelse if b\n  exit\nend\ntest x; or return\naws-sso init fish | source"),
            (Fish, "function load\n  aws-sso init fish | source\nend\nload"),
            (Fish, "source (aws-sso init fish | psub)"),
            (Fish, "set -g sso ~/bin/aws-sso\n$sso init fish | source"),
            (Powershell, "& 'C:\\my tools\\aws-sso.exe' init powershell | Out-String | iex"),
            (Powershell, "C:\\x\\aws-sso.exe init powershell | Invoke-Expression"),
            (Powershell, "if (${env:A}) { return }\nfunction f { ${a} = 1; return }\naws-sso init powershell | iex"),
            (Powershell, "Invoke-Expression (& { (aws-sso init powershell | Out-String) })"),
            (Powershell, "if (Get-Command aws-sso -ea 0) {aws-sso init powershell | iex}"),
            (Powershell, ". ([scriptblock]::Create((aws-sso init powershell) -join \"`n\"))"),
            (Powershell, "$sso = 'C:\\x\\aws-sso.exe'\r\niex \"$(& $sso init powershell)\"\r\n"),
            (Tcsh, "if ( ! $?prompt ) exit\nif ( $x ) then\n exit\nendif\neval `aws-sso init tcsh`"),
            (Tcsh, "@ x = ( 1 << 2 ); eval \"`aws-sso init tcsh`\""),
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
    }

    #[test]
    fn a_text_that_names_it_or_a_command_that_does_not_run_in_the_shell_itself_does_not_load_it() {
        use Shell::{Bash, Elvish, Fish, Powershell, Tcsh, Zsh};
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
            (Bash, "cat <<EOF\nhello\neval \"$(aws-sso init bash)\""),
            (Bash, "a='a quote that does not end\neval \"$(aws-sso init bash)\""),
            (Bash, "if true; then\neval \"$(aws-sso init bash)\""),
            (Bash, "( true\neval \"$(aws-sso init bash)\""),
            (Bash, "return\neval \"$(aws-sso init bash)\""),
            (Bash, "true; exit 0\neval \"$(aws-sso init bash)\""),
            (Bash, "false && eval \"$(aws-sso init bash)\""),
            (Bash, ": || eval \"$(aws-sso init bash)\""),
            (Bash, "eval \"$(aws-sso init bash)\" | cat"),
            (Bash, "true | eval \"$(aws-sso init bash)\""),
            (Bash, "aws-sso init bash | source /dev/stdin"),
            (Bash, "(eval \"$(aws-sso init bash)\")"),
            (Bash, "x=$(eval \"$(aws-sso init bash)\")"),
            (Bash, "eval \"$(aws-sso init bash --help)\""),
            (Bash, "eval \"echo $(aws-sso init bash)\""),
            (Bash, "eval echo \"$(aws-sso init bash)\""),
            (Bash, "cat <<\"END OF\"\neval \"$(aws-sso init bash)\"\nEND OF\n"),
            (Bash, "sso() { unset -f sso; eval \"$(aws-sso init bash)\"; sso \"$@\"; }"),
            (Bash, "function sso {\n  eval \"$(aws-sso init bash)\"\n}\n"),
            (Bash, "x=$(aws-sso init bash); echo \"$x\""),
            (Bash, "aws-sso init bash > ~/.sso && source ~/.other"),
            (Zsh, "eval \"$(aws-sso init zsh)\" | cat"),
            (Fish, "function sso\n  aws-sso init fish | source\nend"),
            (Fish, "exit\naws-sso init fish | source"),
            (Powershell, "function Load { aws-sso init powershell | iex }"),
            (Powershell, "return\r\naws-sso init powershell | iex"),
            (Elvish, "fn load {|@a| eval (aws-sso init elvish | slurp) }"),
            (Tcsh, "(eval `aws-sso init tcsh`)"),
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

    /// Each would take minutes if a part of the rest were read again for each of these lines.
    #[test]
    fn a_large_file_is_read_once() {
        for line in [
            "# a comment of some text\nalias x=y\n",
            "cat <<A\n",
            "cat <<A\nA\n",
            "x='a' y=\"$(b \"${c}\")\"\n",
            "a\"b\"'c'",
            "$x init\n",
            "x=1 ",
            "eval \"$(aws-sso init zsh)\" | ",
            "f() { eval \"$(aws-sso init bash)\"; }\n",
            "aws-sso init zsh | ",
            "$(aws-sso init zsh ",
            "if { ( case x in\n",
        ] {
            let _ = loadings(Shell::Zsh, &line.repeat(1_000_000 / line.len()));
        }
    }
}
