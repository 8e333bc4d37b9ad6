//! `--from`: what another tool has configured is taken over.

use super::arguments::SetupArgs;
use super::questions::Questions;
use crate::aws_config::config::Config;
use crate::context;
use crate::discovery::{self, SETUP, diff};
use crate::environment::{self, shown};
use crate::error::{Error, Result};
use crate::files::edit;
use crate::files::folder::Privacy;
use crate::files::read;
use crate::migration::{self, Files, Plan, TheirFile};
use crate::output::print;
use crate::settings::Settings;
use crate::terminal::{self, Palette, clean};

/// Shows what is taken over and writes it. Returns the sso-session to go on with; `None` with `--dry-run`.
pub(super) fn take_over(arguments: &SetupArgs, questions: &mut Questions) -> Result<Option<String>> {
    let theirs = TheirFile::read()?;
    let files = Targets::read()?;
    let plan = files.plan(&theirs, &files.config);
    let name = clean(&shown(&theirs.path)).into_owned();
    let difference = files.difference(&plan)?;
    if difference.is_empty() {
        print(&format!("everything of {name} that has a place here is there already\n"))?;
    } else {
        print(&format!("from {name}:\n{difference}"))?;
    }
    tell("left as it is", plan.clashes());
    tell("not taken over", plan.left_out());
    let [first, ..] = plan.sessions() else {
        return Err(Error::usage(format!("{name} has no Identity Center that can be taken over"))
            .with_remedy("begin with the start URL: aws-sso setup START_URL"));
    };
    if arguments.dry_run {
        return Ok(None);
    }
    if !difference.is_empty() {
        match questions.yes("Write these lines?")? {
            Some(true) => {}
            None if arguments.yes => {}
            Some(false) => return Err(Error::cancelled("nothing was written")),
            None => {
                return Err(Error::usage("there is no terminal on which to ask whether these lines are to be written")
                    .with_remedy("add --yes"));
            }
        }
        files.write(&theirs)?;
    }
    Ok(Some(first.clone()))
}

/// The files into which something is written, and what is in them.
struct Targets {
    config_path: std::path::PathBuf,
    config: Vec<u8>,
    credentials: Config,
    settings_path: std::path::PathBuf,
    settings: Vec<u8>,
}

impl Targets {
    fn read() -> Result<Self> {
        let (config_path, settings_path) = (environment::config_file()?, environment::settings_file()?);
        // A wrong line is an error here: what is added after it might mean something else.
        Settings::read(&settings_path)?;
        Ok(Self {
            config: read::whole(&config_path)?.unwrap_or_default(),
            settings: read::own(&settings_path)?.unwrap_or_default(),
            credentials: context::credentials_file()?,
            config_path,
            settings_path,
        })
    }

    fn plan(&self, theirs: &TheirFile, config: &[u8]) -> Plan {
        self.plan_with(theirs, config, &self.settings)
    }

    fn plan_with(&self, theirs: &TheirFile, config: &[u8], settings: &[u8]) -> Plan {
        let (config, settings) = (Config::parse(config), Settings::parse(&self.settings_path, settings));
        let files = Files { config: &config, credentials: &self.credentials, settings: &settings };
        migration::plan(&theirs.config, files)
    }

    /// What the plan changes in both files.
    fn difference(&self, plan: &Plan) -> Result<String> {
        let palette = Palette::of_stdout();
        let of = |path: &std::path::Path, before: &[u8], after: &[u8]| {
            diff::unified(&clean(&shown(path)), before, after, palette)
        };
        let config = of(&self.config_path, &self.config, &plan.config(&self.config)?);
        Ok(config + &of(&self.settings_path, &self.settings, &plan.settings(&self.settings)?))
    }

    /// Writes both files. Each is planned again on what it holds by then: another program may have changed it.
    fn write(&self, theirs: &TheirFile) -> Result<()> {
        // The settings name the sso-sessions, which have the names that are free in the config of that moment.
        discovery::edit(SETUP, &self.config_path, |before| Ok((self.plan(theirs, before).config(before)?, ())))?;
        let config = read::whole(&self.config_path)?.unwrap_or_default();
        edit::edit(&self.settings_path, Privacy::Secret, |before| {
            Ok((self.plan_with(theirs, &config, before).settings(before)?, ()))
        })?;
        Ok(())
    }
}

fn tell(what: &str, sentences: &[String]) {
    if !sentences.is_empty() {
        let lines: String = sentences.iter().map(|sentence| format!("  {}\n", clean(sentence))).collect();
        terminal::say(&format!("{what}:\n{lines}"));
    }
}
