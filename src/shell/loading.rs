//! Which lines of a start-up file load the function: those that run `aws-sso init`, and then run what it prints.
//!
//! A line that only names it does not: `echo "run aws-sso init bash"`, a comment, a text of several lines. So the file
//! is cut into commands, with those in whose parentheses or backticks each of them stands.

use std::collections::{HashMap, HashSet};

use clap::ValueEnum as _;

use super::dialect::Shell;
use super::script_commands::{self, Command, Joined, assignments, from_name, is_name, is_posix, is_program, variable};

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

/// The commands of a file that load the function.
pub(super) fn loadings(shell: Shell, text: &str) -> Vec<Loading> {
    let script = script_commands::read(shell, text);
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
        self.names[at] != "eval" || !code.is_some_and(is_other)
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

#[cfg(test)]
mod tests;
