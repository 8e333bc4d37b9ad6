//! `settings`: each value, where it came from, and what is wrong in the file.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::aws_config::meaning::Meanings;
use crate::context::Context;
use crate::environment::{self, shown};
use crate::error::{Error, Kind, Result};
use crate::inventory::Inventory;
use crate::output::{print, print_json};
use crate::role::{RoleLine, RoleRef, is_account_id};
use crate::settings::table::{PROFILE, Setting, TABLE};
use crate::settings::{Gravity, Problem, Settings};
use crate::terminal::{self, Palette, aligned};

#[derive(Debug, Args)]
#[command(after_help = SETTINGS_HELP)]
pub(crate) struct SettingsArgs {
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

const SETTINGS_HELP: &str = "\
Each line shows a setting, its value, and where the value comes from: an option, an environment variable, a line of \
the file, or the default. Wrong lines of the file, and aliases that name no role, are reported on stderr. The exit \
status is 2 if other verbs refuse the file.

Examples:
  aws-sso settings
  aws-sso settings --json";

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Report<'a> {
    file: String,
    settings: Vec<SettingRow<'a>>,
    problems: Vec<ReportedProblem<'a>>,
}

/// A setting or an alias, as it is shown.
#[derive(Debug, Serialize)]
struct SettingRow<'a> {
    name: String,
    /// The value in force; a default may be a description instead.
    value: &'a str,
    source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    Option,
    Environment,
    File,
    Default,
}

#[derive(Debug, Serialize)]
struct ReportedProblem<'a> {
    line: usize,
    gravity: &'static str,
    message: &'a str,
}

pub(crate) fn run(context: &Context, arguments: &SettingsArgs) -> Result<ExitCode> {
    let file = environment::settings_file()?;
    let settings = Settings::load(&file)?;
    let session = context.session_of_environment();
    let overrides = Overrides {
        options: [(PROFILE.key, "-p", context.profile_option()), ("login", "--login", context.login_option())],
        profile: session.as_ref().map(|(variable, name)| (*variable, name.as_str())),
    };
    let mut rows: Vec<_> = TABLE.iter().map(|setting| overrides.row(setting, &settings)).collect();
    rows.extend(settings.aliases().map(|(alias, role, line)| SettingRow {
        name: format!("alias.{alias}"),
        value: role,
        source: Source::File,
        line: Some(line),
        by: None,
        meaning: None,
    }));
    let mut problems = settings.problems().to_vec();
    problems.extend(aliases_without_role(context, &settings));
    problems.sort_by_key(|problem| problem.line);
    if arguments.json {
        print_json(&report(shown(&file), rows, &problems))?;
    } else {
        print(&table(&rows, &settings))?;
        for problem in &problems {
            let what = format!("{}: {}", settings.place(problem.line), problem.message);
            match problem.gravity {
                Gravity::Warning => terminal::warn(&what),
                Gravity::Error => terminal::complain(&Error::usage(what)),
            }
        }
    }
    let refused = problems.iter().any(|problem| problem.gravity == Gravity::Error);
    Ok(if refused { ExitCode::from(Kind::Usage.status()) } else { ExitCode::SUCCESS })
}

/// Options and variables, which take precedence over the file.
struct Overrides<'a> {
    options: [(&'static str, &'static str, Option<&'a str>); 2],
    profile: Option<(&'static str, &'a str)>,
}

impl Overrides<'_> {
    fn row<'a>(&'a self, setting: &'static Setting, settings: &'a Settings) -> SettingRow<'a> {
        let option = self.options.iter().find(|(key, _, _)| *key == setting.key && setting.section.is_empty());
        let option = option.and_then(|(_, option, value)| Some((*option, (*value)?)));
        let variable = self.profile.filter(|_| setting.key == PROFILE.key && setting.section.is_empty());
        let file = settings.get(setting);
        let (value, source, by, line) = match (option, variable, file) {
            (Some((option, value)), _, _) => (value, Source::Option, Some(option), None),
            (None, Some((variable, value)), _) => (value, Source::Environment, Some(variable), None),
            (None, None, Some((value, line))) => (value, Source::File, None, Some(line)),
            (None, None, None) => (setting.default, Source::Default, None, None),
        };
        SettingRow { name: setting.name(), value, source, line, by, meaning: Some(setting.meaning) }
    }
}

fn report<'a>(file: String, settings: Vec<SettingRow<'a>>, problems: &'a [Problem]) -> Report<'a> {
    let problems = problems
        .iter()
        .map(|problem| ReportedProblem {
            line: problem.line,
            gravity: if problem.gravity == Gravity::Error { "error" } else { "warning" },
            message: &problem.message,
        })
        .collect();
    Report { file, settings, problems }
}

fn table(rows: &[SettingRow<'_>], settings: &Settings) -> String {
    let line = |row: &SettingRow<'_>| {
        let source = match (row.by, row.line) {
            (Some(by), _) => by.to_owned(),
            (None, Some(line)) => settings.place(line),
            (None, None) => "default".to_owned(),
        };
        [row.name.clone(), row.value.to_owned(), source]
    };
    let table = aligned(&rows.iter().map(line).collect::<Vec<_>>());
    let palette = Palette::of_stdout();
    // What the user has not chosen stands back.
    let painted = |(line, row): (&str, &SettingRow<'_>)| match row.source {
        Source::Default => palette.dim(line) + "\n",
        _ => line.to_owned() + "\n",
    };
    table.lines().zip(rows).map(painted).collect()
}

/// Aliases that name no role, as far as this machine's files show. No request is made.
fn aliases_without_role(context: &Context, settings: &Settings) -> Vec<Problem> {
    let aliases = settings.aliases();
    aliases
        .filter_map(|(alias, role, line)| {
            let found = match RoleLine::read(role) {
                Err(why) => format!("the alias {alias}: {why}"),
                Ok(read) => format!("the alias {alias} names no role: {}", fault(context, settings, &read.role)?),
            };
            Some(Problem::warning(line, found))
        })
        .collect()
}

fn fault(context: &Context, settings: &Settings, role: &str) -> Option<String> {
    // An account, whose roles are named with it.
    if is_account_id(role) {
        return None;
    }
    let is_profile = |name: &str| {
        context.config().is_ok_and(|config| {
            let assumes = |section| Meanings::new(config).chain(section).is_ok_and(|chain| chain.is_some());
            config.role_of(name).is_some() || config.profile(name).is_some_and(assumes)
        })
    };
    match role.parse() {
        Err(error) => Some(error.to_string()),
        Ok(RoleRef::Name(name)) if is_profile(&name) => None,
        Ok(RoleRef::Name(name)) if settings.alias(&name).is_some() => Some(format!("{name} is an alias itself")),
        Ok(RoleRef::Name(name)) => Some(format!("there is no profile {name} with a role")),
        Ok(RoleRef::AccountName { .. }) if is_profile(role) => None,
        Ok(RoleRef::AccountName { account_name, role_name }) => {
            let directories = context.directories().ok()?.into_iter().flatten();
            let lists = directories.filter_map(|directory| Inventory::remembered(&directory).ok()?);
            let found: Vec<_> = lists.map(|list| list.role(&account_name, &role_name)).collect();
            let is_known = found.iter().any(Result::is_ok);
            found.into_iter().find_map(Result::err).filter(|_| !is_known).map(|error| error.to_string())
        }
        Ok(_) => None,
    }
}
