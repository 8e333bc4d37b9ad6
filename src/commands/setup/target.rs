//! Which Identity Center is set up: from the arguments, the start URL's host, the config, or a question.

use super::arguments::SetupArgs;
use super::questions::Questions;
use super::session::{self, NewSession};
use super::{recognised, regions};
use crate::access_portal::AccessPortal;
use crate::aws_config::config::{Config, Section};
use crate::aws_config::document::{Document, Header};
use crate::aws_config::readers::{Effect, Reader, Stumble, stumbles};
use crate::cli::shared;
use crate::environment::shown;
use crate::error::{Error, Result};
use crate::files::read;
use crate::identity_center::portal_behind;
use crate::partition::Region;
use crate::terminal::clean;

/// What the arguments and the config say, and the user where they do not.
pub(super) fn find(
    config: &Config,
    arguments: &SetupArgs,
    profile_option: Option<&str>,
    questions: &mut Questions,
) -> Result<NewSession> {
    // What is set up already may be called by its name.
    let known = arguments.start_url.as_deref().and_then(|text| config.sso_session(text));
    let known_url = known.and_then(|session| session.setting("sso_start_url"));
    if let (Some(name), Some(other)) =
        (&arguments.name, profile_option.filter(|other| arguments.name.as_deref() != Some(other)))
    {
        return Err(Error::usage(format!("--name {name} and -p {other} name two sso-sessions"))
            .with_remedy("leave out one of the two"));
    }
    let name = arguments.name.as_deref().or(profile_option).or_else(|| known.map(Section::name));
    let portal = match known_url.or(arguments.start_url.as_deref()) {
        Some(text) => AccessPortal::read(text)?,
        None => {
            arguments.check(questions, arguments.region.is_some())?;
            ask_for_start_url(config, questions)?
        }
    };
    let existing = session::existing(config, &portal.url);
    if let Some(error) = config.misspelt_session().filter(|_| existing.is_none()) {
        return Err(error);
    }
    let existing = name.or(existing);
    let name = match existing {
        Some(name) => name.to_owned(),
        None => session::free_name(config, &portal.session_name, &portal.url),
    };
    session::check_name(config, &name, &portal.url)?;
    check_header(config, &name)?;
    let known = match (&arguments.region, &portal.region) {
        (Some(asked), Some(of_host)) if **asked != **of_host => {
            return Err(Error::usage(format!("{} is in {of_host}, not in {asked}", portal.url))
                .with_remedy(format!("leave out --region {asked}")));
        }
        (Some(region), _) => Some(parsed(region)?),
        (None, Some(region)) => Some(region.clone()),
        (None, None) => {
            let behind = portal_behind(&portal.url, config)?.and_then(|behind| behind.region);
            behind.or_else(|| configured(config, &name)).or_else(|| of_profile(config, &portal.url))
        }
    };
    arguments.check(questions, known.is_some())?;
    let region = match known {
        Some(region) => region,
        None => ask_for_region(config, questions)?,
    };
    Ok(NewSession { name, start_url: portal.url, region })
}

/// Refuses to repair an sso-session that the AWS CLI would skip nevertheless.
fn check_header(config: &Config, name: &str) -> Result<()> {
    let file = read::whole(config.path())?.unwrap_or_default();
    let document = Document::parse(&file);
    let session = Header::sso_session(name);
    let is_header = |at: usize| document.header_lines().any(|(line, header)| line == at && *header == session);
    let is_skipped = |found: &Stumble| found.effect == Effect::Ignored && found.readers.contains(&Reader::Botocore);
    match stumbles(&file).into_iter().filter(is_skipped).find(|found| is_header(found.line)) {
        Some(Stumble { line, quirk, .. }) => Err(Error::usage(format!(
            "{}:{line}: the AWS CLI and boto3 ignore the section that begins here: {quirk}",
            shown(config.path())
        ))
        .with_remedy(quirk.remedy())),
        None => Ok(()),
    }
}

/// What nobody can be asked for.
pub(super) fn missing(what: &str, option: &str) -> Error {
    Error::usage(format!("{what} is not known, and there is nobody to ask")).with_remedy(format!("name it: {option}"))
}

/// Enter takes the start URL of the only Identity Center in the config; where nobody is asked, that is taken.
fn ask_for_start_url(config: &Config, questions: &mut Questions) -> Result<AccessPortal> {
    let known = recognised::start_url(config);
    let proposed = known.as_ref().map(|url| format!(" [{}]", clean(url))).unwrap_or_default();
    let read = |text: &str| match &known {
        Some(known) if text.trim().is_empty() => AccessPortal::read(known),
        _ => AccessPortal::read(text),
    };
    match (questions.ask(&format!("Start URL of your AWS access portal{proposed}: "), read)?, &known) {
        (Some(portal), _) => Ok(portal),
        (None, Some(known)) => AccessPortal::read(known),
        (None, None) => Err(missing("the start URL", "aws-sso setup START_URL")),
    }
}

/// The Region of a profile of the older kind, which has the start URL itself.
fn of_profile(config: &Config, start_url: &str) -> Option<Region> {
    recognised::region_of(config, start_url)?.parse().ok()
}

/// The Region of an sso-session that is there.
fn configured(config: &Config, name: &str) -> Option<Region> {
    config.sso_session(name)?.setting("sso_region")?.parse().ok()
}

fn ask_for_region(config: &Config, questions: &mut Questions) -> Result<Region> {
    let likely = regions::likely(config);
    let mut text = "Which Region is your Identity Center in? It is in the address of its settings page, and your \
                    administrator knows it.\n"
        .to_owned();
    for (number, region) in (1..).zip(&likely) {
        text += &format!("  {number}  {region}\n");
    }
    text += "A number, or another Region [1]: ";
    let read = |answer: &str| {
        let chosen = match answer.parse::<usize>() {
            Ok(number) => number.checked_sub(1).and_then(|at| likely.get(at)).map(String::as_str),
            Err(_) if answer.is_empty() => likely.first().map(String::as_str),
            Err(_) => Some(answer),
        };
        parsed(chosen.ok_or_else(|| Error::usage(format!("there is no number {answer}")))?)
    };
    questions.ask(&text, read)?.ok_or_else(|| missing("the Region of your Identity Center", "--region REGION"))
}

fn parsed(text: &str) -> Result<Region> {
    let region = shared::region(text).map_err(|why| Error::usage(format!("{text}: {why}")))?;
    region.parse().map_err(|_| Error::usage(format!("{text} is not a region")))
}
