//! What is asked for, and where the answers come from: the user's config.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::sync::OnceLock;

use super::typed::Typed;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::environment;
use crate::terminal;

/// The longest value that is offered. An ARN of AWS has half of it.
const LONGEST: usize = 256;

/// What is asked for on the line that is completed. The engine passes nothing but a word on to a completer.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// The word, where the engine does not get it: it would filter by its own rule.
    pub word: String,
    /// The value of `-p`: roles are offered of its Identity Center alone.
    pub profile: Option<String>,
    /// The words before, other than the verb, options and their values: a ROLE may have two.
    pub operands: Vec<String>,
}

impl Asked {
    /// What has been typed of a value, of which the engine passes on what it knows.
    pub(super) fn typed_of(&self, current: &OsStr) -> Typed {
        Typed::new(if current.is_empty() { &self.word } else { current.to_str().unwrap_or_default() })
    }
}

static ASKED: OnceLock<Asked> = OnceLock::new();

/// Says what the completers are asked for.
pub(crate) fn ask(asked: Asked) {
    let _ = ASKED.set(asked);
}

pub(super) fn asked() -> &'static Asked {
    ASKED.get_or_init(Asked::default)
}

/// Whether a shell can insert a name, and the program does not take it for an option. fish leaves a ~ at its start
/// bare, which stands for a home.
pub(super) fn can_be_typed(name: &str) -> bool {
    !name.starts_with(['-', '~']) && is_harmless(name)
}

/// Whether a name has no character that a terminal would obey or hide.
pub(crate) fn is_harmless(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len()) && matches!(terminal::clean(name), Cow::Borrowed(_))
}

pub(super) fn read_config() -> Option<Config> {
    Config::read(&environment::config_file().ok()?).ok()
}

/// The Identity Centers of the config, each once, and only that of `-p` where the line has it.
pub(super) fn identity_centers(config: &Config) -> Vec<Directory> {
    let named = asked()
        .profile
        .as_ref()
        .and_then(|name| Config::read_profile(&environment::config_file().ok()?, name).ok()?.directory(name).ok());
    let mut found: Vec<Directory> = Vec::new();
    for directory in config.directories().iter().filter_map(|name| config.directory(name).ok()) {
        let is_meant = named.as_ref().is_none_or(|named| named.has_start_url(&directory.start_url));
        if is_meant && !found.iter().any(|other| other.has_start_url(&directory.start_url)) {
            found.push(directory);
        }
    }
    found
}
