//! A profile for every role: what it would be called, and whether the user wants it.

use super::arguments::{SetupArgs, Verbs};
use super::questions::Questions;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::context::profiles::RoleProfiles;
use crate::discovery::{self, DISCOVERY, SETUP, Template};
use crate::environment::{self, shown};
use crate::error::Result;
use crate::files::read;
use crate::inventory::Inventory;
use crate::programs::profile_option;
use crate::settings::{edit, table};
use crate::terminal::{self, clean};

/// Names that a person can read, where neither an option nor the settings say how profiles are named.
const READABLE: &str = "{account_name|slug}-{role}";

/// How many names are shown.
const SHOWN: usize = 3;

/// Writes the profiles, if the user wants them and they are not there.
pub(super) fn offer(
    context: &Context,
    arguments: &SetupArgs,
    (directory, inventory): (&Directory, &Inventory),
    questions: &mut Questions,
    verbs: &Verbs,
) -> Result<()> {
    if arguments.no_discover {
        return Ok(());
    }
    let roles: Vec<_> = inventory.roles().map(|(_, role)| role).collect();
    if roles.is_empty() {
        return Ok(());
    }
    let profiles = RoleProfiles::new(context, directory, roles.iter())?;
    let with_profile = roles.iter().filter(|role| profiles.first(role).is_some()).count();
    if with_profile == roles.len() {
        terminal::say("each of these roles has a profile already\n");
        let has_other = |region: &String| roles.iter().any(|role| profiles.region(role) != Some(region));
        if let Some(region) = arguments.default_region.as_ref().filter(|region| has_other(region)) {
            terminal::say(&format!(
                "they keep their region; to give those that were discovered another one, run: aws-sso discover {} \
                 --region {region}\n",
                profile_option(&directory.name)
            ));
        }
        return Ok(());
    }
    let mut names = Names::choose(context, arguments, with_profile > 0)?;
    if arguments.profile_names.is_none()
        && are_taken(context.config()?, directory, &discovery::sample(inventory, directory, &names.template))
        && let Some(template) = names.template.with_session()
    {
        // The names of the other sso-session's profiles stay as they are.
        names = Names { template, is_new: false };
    }
    if !arguments.discover && questions.are_asked() {
        terminal::say(&description(&discovery::sample(inventory, directory, &names.template), roles.len()));
        let file = shown(&environment::config_file()?);
        if questions.yes(&format!("Write these profiles to {file}?"))? != Some(true) {
            return Ok(());
        }
    }
    if names.is_new {
        edit::set(&environment::settings_file()?, &table::DISCOVER_NAME, &names.template.to_string())?;
    }
    let config = environment::config_file()?;
    let before = read::whole(&config)?;
    let discovered = (verbs.discover)(context, names.template, inventory);
    if read::whole(&config)? != before {
        discovery::join(SETUP, DISCOVERY, &config, before.as_deref())?;
    }
    discovered
}

/// Whether profiles of another Identity Center have some of these names.
fn are_taken(config: &Config, directory: &Directory, names: &[String]) -> bool {
    let is_other = |name: &String| {
        let sign_in = config.role_of(name).map(|(sign_in, _)| sign_in);
        let other = sign_in.and_then(|sign_in| config.directory(&sign_in).ok());
        other.is_some_and(|other| !directory.has_start_url(&other.start_url))
    };
    names.iter().any(is_other)
}

fn description(names: &[String], roles: usize) -> String {
    let mut text = "\nWith a named profile for each role, the AWS CLI and every SDK can use it:\n".to_owned();
    for name in names.iter().take(SHOWN) {
        text += &format!("  {}\n", clean(name));
    }
    if roles > SHOWN {
        text += &format!("  and {} more\n", roles - SHOWN);
    }
    text
}

/// How the profiles are named.
struct Names {
    template: Template,
    /// Whether the settings have to learn it, so that the next discovery does not name them otherwise.
    is_new: bool,
}

impl Names {
    fn choose(context: &Context, arguments: &SetupArgs, has_profiles: bool) -> Result<Self> {
        let is_set = context.settings()?.discover_name().is_some();
        let template = match &arguments.profile_names {
            Some(template) => template.clone(),
            // The user has named some already.
            None if is_set || has_profiles => context.template(None)?,
            None => READABLE.parse()?,
        };
        Ok(Self { is_new: !is_set && template != Template::default(), template })
    }
}
