//! What Tab offers: verbs and options from the command line's definition, profiles and roles from this machine's files.
//!
//! Never the network, and never a secret. A value is offered only if it is made of characters that no shell minds
//! (whatever an account is called, its id is): a shell inserts it as it stands.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::mem::ManuallyDrop;

use clap_complete::engine::{self, CompletionCandidate};

use crate::aws_config::config::{Config, Parts};
use crate::cli;
use crate::environment;
use crate::inventory::Inventory;
use crate::settings::Settings;
use crate::terminal::clean;

/// More than a person reads; a shell asks before it shows a tenth of it.
const MOST: usize = 1000;

/// A word that fits, and a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// What is inserted.
    pub(crate) value: String,
    /// What is shown beside it; may be empty.
    pub(crate) description: String,
}

/// What fits in place of the last of `words`, the first being the command itself.
#[must_use]
pub(crate) fn candidates(words: &[String]) -> Vec<Candidate> {
    if words.len() < 2 {
        return Vec::new();
    }
    let words = without_profile(words);
    let index = words.len() - 1;
    let words = words.into_iter().map(|word| cli::long_spelling(OsString::from(word))).collect();
    // What cannot be completed is no error to a person who presses Tab.
    let found = engine::complete(&mut cli::command(), words, index, None).unwrap_or_default();
    found
        .into_iter()
        .filter_map(|candidate| {
            let value = candidate.get_value().to_str().filter(|value| is_plain(value))?.to_owned();
            let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
            let description = help.lines().next().map(|line| clean(line).into_owned()).unwrap_or_default();
            Some(Candidate { value, description })
        })
        .collect()
}

/// The words without `-p PROFILE`, which decides nothing here: the engine would take a profile that is called like a
/// verb for that verb.
fn without_profile(words: &[String]) -> Vec<String> {
    let last = words.len() - 1;
    let is_option = |at: usize| at + 1 < last && matches!(words[at].as_str(), "-p" | "--profile");
    let is_ours = words.iter().position(|word| word == "--").unwrap_or(last);
    let is_kept = |at: &usize| *at > is_ours || !(is_option(*at) || *at > 0 && is_option(*at - 1));
    (0..=last).filter(is_kept).map(|at| words[at].clone()).collect()
}

/// Profiles and sso-sessions that name a directory.
pub(crate) fn directories(current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let Some(config) = environment::config_file().ok().and_then(|path| Config::read(&path).ok()) else {
        return Vec::new();
    };
    config.directories().iter().filter(|name| name.starts_with(&*current)).map(CompletionCandidate::new).collect()
}

/// Everything that names a role: aliases, profiles, `ACCOUNT/ROLE`, and ARNs once one is begun.
pub(crate) fn roles(current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let mut offers = Offers { current: &current, found: BTreeMap::new(), shared: usize::MAX };
    if let Some(settings) = environment::settings_file().ok().and_then(|path| Settings::load(&path).ok()) {
        for (alias, role, _) in settings.aliases() {
            offers.add(alias, || Some(format!("alias of {role}")));
        }
    }
    let mut directories = Vec::new();
    for part in config_parts().into_iter().flatten().map_while(Result::ok) {
        for profile in part.profiles() {
            offers.add(profile.name(), || profile.means_role().then(|| "profile".to_owned()));
        }
        if offers.are_enough() {
            break;
        }
        directories.extend(part.directory_lines());
    }
    if !offers.are_enough() {
        let config = Config::parse(&directories);
        for directory in config.directories().iter().filter_map(|name| config.directory(name).ok()) {
            if let Ok(Some(inventory)) = Inventory::remembered(&directory) {
                // Person and shell wait: that fifty thousand names are not given back one by one is a tenth of it.
                offers.add_inventory(&ManuallyDrop::new(inventory));
            }
        }
    }
    offers.found.into_iter().map(|(value, help)| CompletionCandidate::new(value).help(Some(help.into()))).collect()
}

struct Offers<'a> {
    current: &'a str,
    found: BTreeMap<String, String>,
    /// How many bytes all that fits begins with, found or left out: so far a shell types by itself.
    shared: usize,
}

impl Offers<'_> {
    /// Whether nothing that comes could still matter.
    fn are_enough(&self) -> bool {
        self.found.len() >= MOST && self.shared <= self.current.len()
    }

    /// Adds what fits. Of too many, one more is taken only where the others would make a shell type too much.
    fn add(&mut self, value: &str, description: impl Fn() -> Option<String>) {
        if !value.starts_with(self.current) {
            return;
        }
        let shared = self.found.keys().next().map_or(value.len(), |first| shared(first, value));
        if (self.found.len() >= MOST && shared >= self.shared) || !is_plain(value) {
            return;
        }
        if let Some(description) = description() {
            self.shared = self.shared.min(shared);
            self.found.insert(value.to_owned(), description);
        }
    }

    /// An ARN is offered to whoever begins one, the account's id to whoever begins that, else its name where it has a
    /// plain one: three times the same role would only be in the way.
    fn add_inventory(&mut self, inventory: &Inventory) {
        let is_arn = self.current.starts_with("ar");
        let is_id = self.current.starts_with(|c: char| c.is_ascii_digit());
        let mut value = String::new();
        for account in &inventory.accounts {
            let by_name = is_plain(&account.name) && !is_id;
            let named = if by_name { &account.name } else { &account.id };
            // Most are turned down here, before anything is built.
            let fits = match self.current.get(..named.len()) {
                Some(begun) => begun == named,
                None => named.starts_with(self.current),
            };
            for role in account.roles.iter().filter(|_| is_arn) {
                let arn = inventory.arn(account, role).to_string();
                self.add(&arn, || Some(format!("{} in {}", role, account.name)));
            }
            for role in account.roles.iter().filter(|_| fits) {
                value.clear();
                value.extend([named, "/", role]);
                self.add(&value, || Some(if by_name { &account.id } else { &account.name }.clone()));
            }
        }
    }
}

/// How many bytes both begin with.
fn shared(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

fn config_parts() -> Option<Parts> {
    Parts::open(&environment::config_file().ok()?).ok()?
}

/// Made of characters that mean nothing to any shell, wherever in a word they stand.
fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_./:@%+=,-".contains(&b))
}

/// The words of a command line up to the cursor, the last of them the one that is being typed: for bash, whose own
/// words end at each colon.
#[must_use]
pub(crate) fn words_of_line(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut in_word) = (Vec::new(), String::new(), None, false);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None | Some('"'), '\\') => word.extend(letters.next()),
            (None, letter) if letter.is_whitespace() => {
                if in_word {
                    words.push(std::mem::take(&mut word));
                }
                in_word = false;
                continue;
            }
            (_, letter) => word.push(letter),
        }
        in_word = true;
    }
    words.push(word);
    words
}

/// The part of a value that bash inserts: what follows the last character of the typed word at which bash ends a word.
#[must_use]
pub(crate) fn after_break<'a>(value: &'a str, typed: &str, breaks: &str) -> &'a str {
    let kept = typed.rfind(|c| (c == ':' || c == '=') && breaks.contains(c)).map_or(0, |at| at + 1);
    value.get(kept..).filter(|_| value.starts_with(&typed[..kept])).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_into_words_as_a_shell_cuts_it() {
        let cases: [(&str, &[&str]); 7] = [
            ("awsso use arn:aws:iam::1", &["awsso", "use", "arn:aws:iam::1"]),
            ("awsso use ", &["awsso", "use", ""]),
            ("awsso use 'a b", &["awsso", "use", "a b"]),
            ("awsso use \"a\\\"b\" c\\ d", &["awsso", "use", "a\"b", "c d"]),
            ("awsso  --login=n", &["awsso", "--login=n"]),
            ("awsso use ''", &["awsso", "use", ""]),
            ("", &[""]),
        ];
        for (line, expected) in cases {
            assert_eq!(words_of_line(line), expected, "{line}");
        }
    }

    #[test]
    fn bash_inserts_what_follows_its_own_break() {
        let arn = "arn:aws:iam::123456789012:role/x";
        assert_eq!(after_break(arn, "arn:aws:iam::1", " :="), "123456789012:role/x");
        assert_eq!(after_break(arn, "arn:aws:iam::1", " "), arn);
        assert_eq!(after_break("--login=never", "--login=n", ":="), "never");
        assert_eq!(after_break("use", "u", ":="), "use");
    }
}
