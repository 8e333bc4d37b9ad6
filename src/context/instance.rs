//! With which Identity Centers a verb works: with one, or with all of the config.

use super::Context;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::cli::again::{with_option, with_profile};
use crate::error::{Error, Result};
use crate::inventory::Inventory;
use crate::programs::profile_option;
use crate::settings::table::PROFILE;
use crate::suggest::nearest;
use crate::terminal;

/// How many sso-sessions an error shows.
pub(super) const SHOWN: usize = 10;

impl Context {
    /// The Identity Center that `-p`, the environment, the settings, or a config with only one names.
    pub(crate) fn directory(&self) -> Result<Directory> {
        self.named_directory()?.map_or_else(|| self.only_directory(), Ok)
    }

    /// The same for a verb that can do it for all.
    pub(crate) fn directory_unless_all(&self) -> Result<Directory> {
        let is_open = self.config()?.directories().len() > 1 && matches!(self.named_directory(), Ok(None));
        self.directory().map_err(|error| match error.remedy().filter(|_| is_open) {
            Some(remedy) => {
                let remedy = format!("{remedy}\nor for all: {}", with_option("--all"));
                error.with_remedy(remedy)
            }
            None => error,
        })
    }

    fn only_directory(&self) -> Result<Directory> {
        let config = self.config()?;
        config.only_directory().map_err(|error| match (config.directories(), error.remedy()) {
            ([first, _, ..], Some(remedy)) => {
                let remedy = format!("{remedy}\nrun: {}", with_profile(first));
                error.with_remedy(remedy)
            }
            _ => error,
        })
    }

    /// The Identity Center that `-p`, the environment or the settings name.
    pub(crate) fn named_directory(&self) -> Result<Option<Directory>> {
        if let Some(name) = self.profile_option() {
            let config = self.config()?;
            return config.directory(name).map(Some).map_err(|error| with_near(error, config, name));
        }
        let Some((by, name)) = self.named_without_option()? else { return Ok(None) };
        let directory = self.config()?.directory(&name);
        directory.map(Some).map_err(|error| error.naming(&format!("{by} names {name}")))
    }

    /// What names an Identity Center where `-p` does not, and the name: the environment, else the settings.
    pub(super) fn named_without_option(&self) -> Result<Option<(String, String)>> {
        if let Some((variable, name)) = self.session_of_environment() {
            return Ok(Some((variable.to_owned(), name)));
        }
        let settings = self.settings()?;
        let setting = settings.get(&PROFILE);
        Ok(setting.map(|(name, line)| (format!("{}: profile", settings.place(line)), name.to_owned())))
    }

    /// The Identity Centers that a verb goes over: that of `-p`, else each of the config, or what is wrong with it.
    pub(crate) fn directories(&self) -> Result<Vec<Result<Directory>>> {
        let config = self.config()?;
        let names = config.directories();
        if self.has_profile_option() || names.len() < 2 {
            return Ok(vec![Ok(self.directory()?)]);
        }
        let (mut found, mut faults): (Vec<Vec<Directory>>, Vec<_>) = (Vec::new(), Vec::new());
        for name in names {
            match config.directory(name) {
                Ok(directory) => {
                    let is_same = |known: &&mut Vec<Directory>| known[0].has_start_url(&directory.start_url);
                    match found.iter_mut().find(is_same) {
                        Some(known) => known.push(directory),
                        None => found.push(vec![directory]),
                    }
                }
                Err(error) => faults.push(Err(error)),
            }
        }
        let chosen = self.named_directory().ok().flatten();
        let one = |names| Ok(self.one_name(names, chosen.as_ref()));
        Ok(found.into_iter().map(one).chain(faults).collect())
    }

    /// Two names for one start URL are one: the one that is chosen, else one that is signed in or remembered.
    fn one_name(&self, mut names: Vec<Directory>, chosen: Option<&Directory>) -> Directory {
        if let Some(chosen) = chosen.filter(|chosen| chosen.has_start_url(&names[0].start_url)) {
            return chosen.clone();
        }
        let first = if names.len() < 2 {
            None
        } else {
            let is_remembered = |directory: &Directory| matches!(Inventory::remembered(directory), Ok(Some(_)));
            let signed_in = names.iter().position(|directory| self.is_signed_in(directory));
            signed_in.or_else(|| names.iter().position(is_remembered))
        };
        names.swap_remove(first.unwrap_or(0))
    }

    /// Does something with each of these sso-sessions, although some fail. `what` is what they are counted as, `verb`
    /// what tries again.
    pub(crate) fn each(
        &self,
        names: &[String],
        what: &str,
        verb: &str,
        act: impl Fn(&Directory) -> Result<()>,
    ) -> Result<()> {
        if let Some(name) = self.profile_option() {
            let one = format!("run: aws-sso {verb} --all\nor for one: aws-sso {verb} {}", profile_option(name));
            return Err(Error::usage("--all does not go with -p").with_remedy(one));
        }
        let config = self.config()?;
        if names.is_empty() {
            return config.only_directory().map(drop);
        }
        let mut failures = Vec::new();
        for name in names {
            if let Err(error) = config.directory(name).and_then(|directory| act(&directory)) {
                let error = error.naming(name);
                terminal::complain(&error);
                failures.push(error.kind());
            }
        }
        let Some(kind) = failures.first() else { return Ok(()) };
        let count = format!("{} of {} {what} failed", failures.len(), names.len());
        Err(Error::new(*kind, count).with_remedy(format!("to try again, run: aws-sso {verb} --all")))
    }

    /// Whether requests can be made to this Identity Center without a new sign-in, as far as this machine knows.
    pub(super) fn is_signed_in(&self, directory: &Directory) -> bool {
        let Ok(client) = self.client(directory) else { return false };
        let Ok(session) = self.untouched_session(directory, &client) else { return false };
        session.stored().ok().flatten().is_some_and(|token| session.standing(&token).is_signed_in())
    }
}

/// The error for a name of `-p`, with this run's command for the only one that was probably meant.
fn with_near(error: Error, config: &Config, name: &str) -> Error {
    let is_there = config.sso_session(name).is_some() || config.profile(name).is_some();
    match nearest(name, config.directories().iter().map(String::as_str), 2).as_slice() {
        [near] if !is_there => {
            let remedy = error.remedy().map(|remedy| format!("{remedy}\n")).unwrap_or_default();
            error.with_remedy(format!("{remedy}run: {}", with_profile(near)))
        }
        _ => error,
    }
}

/// The names of the first of these.
pub(super) fn names(directories: &[Directory]) -> String {
    let shown: Vec<_> = directories.iter().take(SHOWN).map(|directory| directory.name.as_str()).collect();
    match directories.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The error where all of these would have to be asked, and none can.
pub(crate) fn not_signed_in(directories: &[Directory]) -> Error {
    Error::sign_in_needed(format!("not signed in to {}", names(directories))).with_remedy(logins(directories))
}

/// The commands that sign in to these.
pub(super) fn logins(directories: &[Directory]) -> String {
    let one = |directory: &Directory| format!("run: aws-sso login {}", profile_option(&directory.name));
    let mut lines: Vec<_> = directories.iter().take(3).map(one).collect();
    if directories.len() > 1 {
        lines.push("or sign in to all: aws-sso login --all".to_owned());
    }
    lines.join("\n")
}
