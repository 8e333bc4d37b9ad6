//! What a user may have meant by a command that does not exist: something that only a shell has. No shell reads what
//! stands behind `--`.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::filled::Code;
use super::in_code::{VARIABLES, refuse_placeholders};
use super::shell_words::{BEFORE_COMMANDS, CHANGES, CODE, is_assignment, is_of_shell, joined, joined_after, spaced};
use crate::cli::again;
use crate::cli::corrected::in_one_word;
use crate::programs::installed::is_program;
use crate::{environment, quote, suggest};

/// What makes words the code of a shell.
const SYNTAX: &[char] = &['|', '&', ';', '<', '>', '(', ')', '$', '`', '*', '?', '[', '~', '{', '}', '\n'];

/// What the command is in truth, and the way that works.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Advice {
    /// `None` if that cannot be known.
    pub(super) what: Option<&'static str>,
    pub(super) remedy: String,
}

/// How the command line goes on that the user has typed.
pub(super) struct Line {
    /// The beginning up to `--`, such as `aws-sso exec ROLE --`.
    start: String,
    /// Whether the command runs under several roles.
    is_many: bool,
    /// ROLE, of which the command may be a second word.
    role: Option<String>,
}

impl Line {
    /// The line that this process was started with.
    pub(super) fn typed(is_many: bool) -> Self {
        let words = again::words();
        let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
        Self { start: format!("aws-sso {} --", joined(&words[..end])), is_many, role: None }
    }

    /// The same, where the command may be a second word of ROLE.
    pub(super) fn with_role(mut self, role: Option<&str>) -> Self {
        let lacks_dashes = std::env::args_os().skip(1).count() < again::words().len();
        self.role = role.filter(|role| lacks_dashes && !role.contains(['/', ':'])).map(str::to_owned);
        self
    }

    /// Looks at a command whose program does not exist.
    pub(super) fn advice(&self, words: &[OsString]) -> Option<Advice> {
        let (program, rest) = words.split_first()?;
        let name = program.to_str().filter(|name| !name.is_empty())?;
        let because = |what, remedy| Some(Advice { what: Some(what), remedy });
        let is_variable = is_assignment(program);
        if name.contains(char::is_whitespace) && (!is_variable || rest.is_empty()) {
            // A path may have blanks too.
            let first = name.split(|c: char| c.is_whitespace() || SYNTAX.contains(&c)).next().unwrap_or_default();
            if first.contains('/') && !is_assignment(OsStr::new(first)) && !Path::new(first).is_file() {
                return None;
            }
            return because("the quotes make one word of it, and no shell reads it", self.unquoted(name, rest)?);
        }
        if is_variable {
            let has_command = rest.iter().any(|word| !is_assignment(word));
            let end = if has_command { "" } else { " CMD" };
            let remedy = format!("run: {} env {}{end}", self.start, pasted(words));
            return because("it sets a variable, as only shells do before a command", remedy);
        }
        if name.starts_with('~') || name.contains('$') {
            return because("no shell has replaced what it begins with", "leave out the quotes around it".to_owned());
        }
        if let Some((shell, _)) = CHANGES.iter().find(|(_, names)| names.contains(&name)) {
            let code = Code::of_words(name, rest).and(" && CMD");
            let mut remedy = self.shell_line("to run a command after it", shell, &code);
            if !self.is_many {
                remedy.push_str(&format!(
                    "\nor type it in a shell that has the role: {}",
                    self.start.trim_end_matches(" --")
                ));
            }
            return because("it is part of a shell, and changes nothing but that shell", remedy);
        }
        if BEFORE_COMMANDS.contains(&name) {
            let code = if name == "eval" { Code::of_text(&spaced(rest), &[]) } else { Code::of_words(name, rest) };
            return because("it is part of a shell", self.shell_line("run", "bash", &code));
        }
        if CODE.contains(&name) {
            return because("it is part of a shell", format!("run: {} bash -c 'CODE'", self.start));
        }
        let remedy = if name.contains('/') {
            format!("check its name{}", self.part_of_role(name)?)
        } else {
            self.for_unknown(name, words)
        };
        Some(Advice { what: None, remedy })
    }

    /// What to do if the word is a part of ROLE.
    fn part_of_role(&self, word: &str) -> Option<String> {
        let role = in_one_word(&[self.role.clone()?, word.to_owned()]);
        Some(format!("\nif it is a part of ROLE, that is one word: {}", quote::word(&role)))
    }

    /// The line for words that were quoted as one.
    fn unquoted(&self, text: &str, rest: &[OsString]) -> Option<String> {
        let mut plain = text.to_owned();
        for (placeholder, _) in VARIABLES.iter().filter(|_| self.is_many) {
            plain = plain.replace(placeholder, "x");
        }
        let first = OsStr::new(plain.split_whitespace().next()?);
        let is_code = plain.contains(SYNTAX) || is_assignment(first) || first.to_str().is_some_and(is_of_shell);
        if !is_code && let Some(words) = shlex::split(text).filter(|words| !words.is_empty()) {
            let words: Vec<_> = words.into_iter().map(OsString::from).chain(rest.iter().cloned()).collect();
            if refuse_placeholders(&words).is_ok() || !self.is_many {
                return Some(format!("run: {} {}", self.start, pasted(&words)));
            }
        }
        let is_of_bash = ["[[", "<(", "((", "$'", "<<<", "source ", "|&", "&>"].iter().any(|word| text.contains(word));
        Some(self.shell_line("run", if is_of_bash { "bash" } else { "sh" }, &Code::of_text(text, rest)))
    }

    /// The line that gives this code to a shell. Where a placeholder is replaced in no code, it reads the variable; if
    /// it cannot, the user has to write that, and the line is not for pasting.
    fn shell_line(&self, intro: &str, shell: &str, code: &Code) -> String {
        let line = |code: &str| format!("{} {shell} -c {}", self.start, quote::word(code));
        let mut reads = code.placeholders().filter(|_| self.is_many).peekable();
        if reads.peek().is_none() {
            return format!("{intro}: {}", line(&code.typed));
        }
        if let Some(filled) = &code.filled {
            return format!("{intro}: {}", line(filled));
        }
        let reads = reads.map(|(placeholder, variable)| format!("\"${variable}\" in place of {placeholder}"));
        let reads = reads.collect::<Vec<_>>().join(", ");
        format!("in the code of a shell, read {reads}: {}", line(&code.typed))
    }

    fn for_unknown(&self, name: &str, words: &[OsString]) -> String {
        let mut remedy = if cfg!(unix) && Path::new(".").join(name).is_file() {
            format!("for the file in this folder, run: {} ./{}", self.start, pasted(words))
        } else {
            let programs = programs();
            let near = suggest::nearest(name, programs.iter().map(String::as_str), 3);
            // Many programs have short names, which are near to any other.
            if name.len() < 4 || near.is_empty() {
                "check its name, and PATH".to_owned()
            } else {
                format!("did you mean {}?", near.join(" or "))
            }
        };
        remedy.push_str(&self.part_of_role(name).unwrap_or_default());
        let shell = environment::shell();
        let shell = shell.as_ref().and_then(|shell| Path::new(shell).file_name()?.to_str());
        match shell.filter(|shell| ["bash", "zsh", "fish"].contains(shell)) {
            Some(shell) if !self.is_many => {
                let code = joined_after(name, &words[1..]);
                let code = quote::word(&code);
                remedy.push_str(&format!("\nfor an alias or a function: {} {shell} -ic {code}", self.start));
            }
            _ => remedy.push_str("\nfor an alias or a function, name what it stands for"),
        }
        remedy
    }
}

/// The names of the programs in the folders of `PATH`.
fn programs() -> BTreeSet<String> {
    let folders = environment::search_path().unwrap_or_default();
    let folders = std::env::split_paths(&folders).filter(|folder| folder.is_absolute());
    let entries = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let programs = entries.filter(|entry| is_program(&entry.path()));
    programs.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// The words as a line for the shell of the user.
fn pasted(words: &[OsString]) -> String {
    words.iter().map(|word| quote::word(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    fn remedy(is_many: bool, command: &[&str]) -> String {
        let start = if is_many { "aws-sso exec --match '*/Read' --" } else { "aws-sso exec ROLE --" };
        let advice = Line { start: start.to_owned(), is_many, role: None }.advice(&words(command)).unwrap();
        assert!(advice.what.is_some(), "{command:?}");
        let remedy = advice.remedy.lines().next().unwrap_or_default();
        let remedy = remedy.trim_start_matches("run: ").trim_start_matches("to run a command after it: ");
        remedy.strip_prefix(start).map_or(remedy, str::trim_start).to_owned()
    }

    #[test]
    fn what_only_a_shell_has_is_written_for_a_shell_with_the_users_own_words() {
        let cases: [(&[&str], &str); 25] = [
            (&["A=1", "env"], "env A=1 env"),
            (&["A=b c", "_B=", "terraform", "plan"], "env 'A=b c' _B= terraform plan"),
            (&["A=1"], "env A=1 CMD"),
            (&["A=/x/y", "z"], "env A=/x/y z"),
            (&["cd", "my dir"], "sh -c 'cd '\\''my dir'\\'' && CMD'"),
            (&["export", "A=1"], "sh -c 'export A=1 && CMD'"),
            (&["source", "./env.sh"], "bash -c 'source ./env.sh && CMD'"),
            (&[".", "./env.sh"], "sh -c '. ./env.sh && CMD'"),
            (&["ulimit", "-n", "9"], "sh -c 'ulimit -n 9 && CMD'"),
            (&["eval", "a | b", "c"], "bash -c 'a | b c'"),
            (&["time", "aws", "s3", "ls"], "bash -c 'time aws s3 ls'"),
            (&["exec", "aws", "a b"], "bash -c 'exec aws '\\''a b'\\'''"),
            (&["!", "true"], "bash -c '! true'"),
            (&["[[", "-n", "x", "]]"], "bash -c 'CODE'"),
            (&["for", "x", "in", "a"], "bash -c 'CODE'"),
            (&["terraform plan"], "terraform plan"),
            (&["terraform plan", "-out", "a b"], "terraform plan -out 'a b'"),
            (&["aws s3 ls 's3://a b'"], "aws s3 ls 's3://a b'"),
            (&["aws s3 ls | head"], "sh -c 'aws s3 ls | head'"),
            (&["aws s3 ls {role}"], "sh -c 'aws s3 ls {role}'"),
            (&["cd x && ls"], "sh -c 'cd x && ls'"),
            (&["cd x"], "sh -c 'cd x'"),
            (&["A=1 env"], "sh -c 'A=1 env'"),
            (&["diff <(a) <(b)"], "bash -c 'diff <(a) <(b)'"),
            (&["~/bin/x"], "leave out the quotes around it"),
        ];
        for (command, expected) in cases {
            assert_eq!(remedy(false, command), expected, "{command:?}");
        }
    }

    #[test]
    fn the_line_for_many_roles_has_no_placeholder_in_the_code_of_a_shell() {
        let cases: [(&[&str], &str); 11] = [
            (&["terraform plan {account_id}"], "terraform plan '{account_id}'"),
            (&["aws s3 ls {account_name} | head"], "sh -c 'aws s3 ls \"$AWS_SSO_ACCOUNT_NAME\" | head'"),
            (&["cd", "{account_id}"], "sh -c 'cd \"$AWS_SSO_ACCOUNT_ID\" && CMD'"),
            (&["cd", "a b{role}c"], "sh -c 'cd '\\''a b'\\''\"$AWS_SSO_ROLE_NAME\"c && CMD'"),
            (&["export", "A={account_name}-x"], "sh -c 'export A=\"$AWS_SSO_ACCOUNT_NAME\"-x && CMD'"),
            (&["eval", "echo {role}"], "bash -c 'echo \"$AWS_SSO_ROLE_NAME\"'"),
            (&["time", "ls", "{role}"], "bash -c 'time ls \"$AWS_SSO_ROLE_NAME\"'"),
            (&["A={role}", "x"], "env 'A={role}' x"),
            (&["A={role} x | y"], "sh -c 'A=\"$AWS_SSO_ROLE_NAME\" x | y'"),
            (&["cd {role}; x > {role}"], "sh -c 'cd \"$AWS_SSO_ROLE_NAME\"; x > \"$AWS_SSO_ROLE_NAME\"'"),
            (&["(x {region} & y)"], "sh -c '(x \"$AWS_REGION\" & y)'"),
        ];
        for (command, expected) in cases {
            let advised = remedy(true, command);
            assert_eq!(advised, expected, "{command:?}");
            let line: Vec<_> = shlex::split(&advised).unwrap().into_iter().map(OsString::from).collect();
            assert!(refuse_placeholders(&line).is_ok(), "{advised}");
        }
    }
}
