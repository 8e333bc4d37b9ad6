//! Where the command begins in a line of `exec`. The first word that is no option is ROLE, unless an option names the
//! roles, and the next such word is the command: what follows belongs to it, as after `--`.

use std::ffi::OsString;

use clap::{Arg, Command};

use super::long_spelling;

/// Where the command begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CommandStart {
    /// The index of its first word, which may be behind the last one.
    pub at: usize,
    /// The index of ROLE.
    pub role: Option<usize>,
    /// Whether `--` stands before it.
    pub has_dashes: bool,
    /// The index of an `--output=dir`, which takes a second value.
    form: Option<usize>,
}

impl CommandStart {
    /// Finds it, if the line has one. `exec` defines the options that may stand before it.
    pub(crate) fn find(words: &[OsString], exec: impl FnOnce() -> Command) -> Option<Self> {
        if !words.iter().any(|word| word == "exec") {
            return None;
        }
        let all = exec();
        let mut known: Vec<&Arg> = all.get_arguments().collect();
        let (mut at, mut has_verb, mut role, mut form, mut names_roles) = (1, false, None, None, false);
        loop {
            let word = long_spelling(words.get(at)?.clone()).to_string_lossy().into_owned();
            if word == "--" {
                return has_verb.then_some(Self { at: at + 1, role, has_dashes: true, form });
            }
            if word.starts_with('-') && word != "-" {
                let option = Given::read(&word, &known)?;
                names_roles |= matches!(option.argument.get_id().as_str(), "matches" | "pick");
                if option.is_attached && word == "--output=dir" {
                    form = Some(at);
                    at += usize::from(words.get(at + 1).is_some_and(|word| word != "--"));
                }
                at += option.values(&words[at + 1..]);
            } else if !has_verb {
                has_verb = true;
                known.extend(all.find_subcommand(&word)?.get_arguments());
            } else if role.is_none() && !names_roles {
                role = Some(at);
            } else {
                return Some(Self { at, role, has_dashes: false, form });
            }
            at += 1;
        }
    }

    /// The line with `--` before the command, and with the values of an option in words of their own.
    pub(crate) fn with_dashes(&self, mut words: Vec<OsString>) -> Vec<OsString> {
        if !self.has_dashes {
            words.insert(self.at, "--".into());
        }
        if let Some(form) = self.form {
            words.splice(form..=form, ["--output".into(), "dir".into()]);
        }
        words
    }
}

/// An option as it is given; of several letters, the last one.
struct Given<'a> {
    argument: &'a Arg,
    /// Whether its value is in the same word.
    is_attached: bool,
}

impl<'a> Given<'a> {
    /// `None` for an option that is not known.
    fn read(word: &str, known: &[&'a Arg]) -> Option<Self> {
        if let Some(long) = word.strip_prefix("--") {
            let (name, is_attached) = long.split_once('=').map_or((long, false), |(name, _)| (name, true));
            let is_it = |argument: &&&Arg| {
                argument.get_long() == Some(name) || argument.get_all_aliases().is_some_and(|all| all.contains(&name))
            };
            return Some(Self { argument: known.iter().find(is_it)?, is_attached });
        }
        let mut letters = word.trim_start_matches('-').chars();
        loop {
            let letter = letters.next()?;
            let argument = known.iter().find(|argument| argument.get_short() == Some(letter))?;
            let is_last = letters.as_str().is_empty();
            if is_last || argument.get_action().takes_values() {
                return Some(Self { argument, is_attached: !is_last });
            }
        }
    }

    /// How many of the next words are its values.
    fn values(&self, next: &[OsString]) -> usize {
        if self.is_attached || !self.argument.get_action().takes_values() {
            return 0;
        }
        // `--output FORM` takes a folder with one of its forms alone.
        let has_folder = self.argument.get_id() == "output" && next.first().is_some_and(|form| form == "dir");
        next.iter().take(1 + usize::from(has_folder)).take_while(|word| *word != "--").count()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    /// A few options of each kind.
    fn exec() -> Command {
        let with_value = |name: &'static str| Arg::new(name).long(name);
        let flag = |name: &'static str| Arg::new(name).long(name).action(clap::ArgAction::SetTrue);
        let verb = Command::new("exec")
            .arg(with_value("region"))
            .arg(Arg::new("matches").long("match"))
            .arg(flag("pick"))
            .arg(flag("yes").short('y'))
            .arg(with_value("jobs").short('j'))
            .arg(with_value("output").num_args(1..=2));
        Command::new("aws-sso")
            .arg(with_value("profile").short('p'))
            .arg(flag("verbose").short('v'))
            .arg(flag("env-vars"))
            .subcommand(verb)
    }

    #[test]
    fn the_first_word_after_the_role_begins_the_command() {
        let cases = [
            ("exec R | ls -l --region x", true),
            ("exec R --region eu-west-1 | terraform plan", true),
            ("-p corp exec --region=eu-west-1 R -v | ls", true),
            ("-vp corp exec R | ls -- -x", true),
            ("-pcorp exec R | exec exec", true),
            ("-p exec exec exec | exec", true),
            ("exec --match x | ls -l", true),
            ("exec --match=x -yj 4 | ls", true),
            ("exec -yj4 --pick | ls --match y", true),
            ("exec R --match x | ls", true),
            ("exec --match x --output dir DIR | ls dir", true),
            ("exec --match x --output json | dir ls", true),
            ("exec --match x --output=json | dir ls", true),
            ("exec --match x | ls --output=dir x", true),
            ("exec R -- | ls", false),
            ("exec -- | ls -l", false),
            ("exec --match x -- | -l --", false),
            ("exec R -- |", false),
            ("exec --match x --output dir -- | ls", false),
            ("-env exec R | ls -env", true),
            ("exec R | - x", true),
            ("exec - | ls", true),
        ];
        for (line, is_without_dashes) in cases {
            // A bar stands before the command.
            let words: Vec<_> = line.split_whitespace().collect();
            let at = words.iter().position(|word| *word == "|").unwrap();
            let typed = ["aws-sso"].into_iter().chain(words.into_iter().filter(|word| *word != "|"));
            let typed: Vec<_> = typed.map(OsString::from).collect();
            let start = CommandStart::find(&typed, exec).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((start.at, start.has_dashes), (at + 1, !is_without_dashes), "{line}");
            let mut expected = typed.clone();
            if is_without_dashes {
                expected.insert(at + 1, "--".into());
            }
            assert_eq!(start.with_dashes(typed), expected, "{line}");
            assert_eq!(CommandStart::find(&expected, exec).unwrap().with_dashes(expected.clone()), expected, "{line}");
        }
    }

    #[test]
    fn a_folder_follows_an_attached_form_of_output() {
        for typed in ["exec --match x --output=dir DIR ls -l", "exec --match x --output=dir DIR -- ls -l"] {
            let words: Vec<_> = ["aws-sso"].into_iter().chain(typed.split(' ')).map(OsString::from).collect();
            let line = CommandStart::find(&words, exec).unwrap().with_dashes(words).join(OsStr::new(" "));
            assert_eq!(line, "aws-sso exec --match x --output dir DIR -- ls -l", "{typed}");
        }
    }

    #[test]
    fn other_lines_have_no_command() {
        for line in ["", "use R exec", "exec", "exec R", "exec --match x", "exec R --nonsense ls", "-p exec use R -- x"]
        {
            let words: Vec<_> = ["aws-sso"].into_iter().chain(line.split_whitespace()).map(OsString::from).collect();
            assert_eq!(CommandStart::find(&words, exec), None, "{line}");
        }
    }
}
