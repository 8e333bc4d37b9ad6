//! The lines that are written, in the AWS config and in the settings: shown first.

use super::arguments::SetupArgs;
use super::progress::{Progress, Step};
use super::session::{Line, NewSession};
use crate::aws_config::config::Config;
use crate::cli::corrected;
use crate::context::Context;
use crate::discovery::{self, SETUP, diff};
use crate::environment::{self, shown};
use crate::error::{Error, Result};
use crate::files::edit::Edited;
use crate::files::read;
use crate::known_regions;
use crate::output::print;
use crate::partition::Partition;
use crate::settings::{edit, table};
use crate::shell::word;
use crate::terminal::{self, Palette, clean};

/// What is missing, and what is wrong.
pub(super) struct Lines {
    session: Vec<Line>,
    /// The region for commands, if the settings do not have it.
    region: Option<String>,
}

/// What this run has added before the first sign-in.
pub(super) struct Added {
    session: NewSession,
    setting: Option<Edited<()>>,
}

impl Added {
    /// A start URL that the service refuses is of no use: it would only be in the way of the right one.
    pub(super) fn take_back(&self, error: Error) -> Result<Error> {
        let config = environment::config_file()?;
        discovery::undo(SETUP, &config)?;
        if let Some(setting) = &self.setting {
            edit::take_back(&environment::settings_file()?, setting)?;
        }
        let NewSession { name, start_url, region } = &self.session;
        Ok(error.with_remedy(format!(
            "check the start URL {start_url}, and whether its Region is {region}\ncorrect what is wrong in: aws-sso \
             setup {} --region {region}\nthe sso-session {name} was removed: {} is as it was before",
            word(start_url),
            shown(&config)
        )))
    }
}

impl Lines {
    pub(super) fn new(context: &Context, arguments: &SetupArgs, session: &NewSession) -> Result<Self> {
        let config = context.config()?;
        let is_near = |region: &String| Partition::of_region(region) == Partition::of_region(&session.region);
        let usual = || {
            let of_profile = config.profile("default").and_then(|profile| profile.setting("region"));
            let known = environment::region().or_else(|| of_profile.map(str::to_owned));
            let known = known.filter(|region| known_regions::read(region).is_ok());
            known.filter(is_near).unwrap_or_else(|| session.region.to_string())
        };
        if let Some(asked) = arguments.default_region.as_deref().filter(|asked| **asked != *session.region) {
            let wrong = |why| Error::usage(format!("--default-region {asked}: {why}"));
            known_regions::read(asked)
                .map_err(|why| corrected::region("--default-region", asked).unwrap_or_else(|| wrong(why)))?;
        }
        let region = match (&arguments.default_region, context.settings()?.region()) {
            (Some(asked), Some(set)) if asked == set => None,
            (Some(asked), _) => Some(asked.clone()),
            (None, Some(_)) => None,
            (None, None) => Some(usual()),
        };
        Ok(Self { session: session.lines(config), region })
    }

    /// `--dry-run`: the difference in each file.
    pub(super) fn show_difference(&self, session: &NewSession) -> Result<()> {
        let palette = Palette::of_stdout();
        let config = environment::config_file()?;
        let before = read::whole(&config)?.unwrap_or_default();
        print(&diff::unified(&clean(&shown(&config)), &before, &session.write(&before)?, palette))?;
        if let Some(region) = &self.region {
            let settings = environment::settings_file()?;
            let before = read::own(&settings)?.unwrap_or_default();
            let after = edit::with(&before, &table::REGION, region);
            print(&diff::unified(&clean(&shown(&settings)), &before, &after, palette))?;
        }
        if self.session.is_empty() && self.region.is_none() {
            terminal::say(&format!("the sso-session {} is as it should be\n", session.name));
        }
        Ok(())
    }

    /// Shows the lines and writes them. Returns what can be taken back, if the sso-session is a new one.
    pub(super) fn write(&self, session: &NewSession, progress: &Progress) -> Result<Option<Added>> {
        let config = environment::config_file()?;
        let mut is_new = false;
        discovery::begin(SETUP, &config)?;
        if self.session.is_empty() {
            let file = shown(&config);
            terminal::say(&format!("{} has the sso-session {} already\n", clean(&file), session.name));
        } else {
            terminal::say(&format!("{} gets:\n{}", clean(&shown(&config)), self.of_session(&session.name)));
            discovery::edit(SETUP, &config, |before| {
                is_new = Config::parse(before).sso_session(&session.name).is_none();
                Ok((session.write(before)?, ()))
            })?;
        }
        progress.is_done(Step::Session);
        let mut setting = None;
        if let Some(region) = &self.region {
            let settings = environment::settings_file()?;
            terminal::say(&format!("{} gets:\n  region = {region}\n", clean(&shown(&settings))));
            setting = Some(edit::set(&settings, &table::REGION, region)?);
        }
        Ok(is_new.then(|| Added { session: session.clone(), setting }))
    }

    fn of_session(&self, name: &str) -> String {
        let mut text = format!("  [sso-session {name}]\n");
        for Line { key, value, before } in &self.session {
            let before = before.as_ref().map(|before| format!("   (it was {})", clean(before))).unwrap_or_default();
            text += &format!("  {key} = {}{before}\n", clean(value));
        }
        text
    }
}
