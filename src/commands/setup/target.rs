//! Which Identity Center is set up: from the arguments, the start URL's host, the config, or a question.

use super::arguments::SetupArgs;
use super::questions::Questions;
use super::session::{self, NewSession};
use super::{recognised, regions};
use crate::access_portal::{AccessPortal, Owner};
use crate::aws_config::config::{Config, Section};
use crate::aws_config::document::{Document, Header};
use crate::aws_config::readers::{Effect, Reader, Stumble, stumbles};
use crate::cli::corrected;
use crate::environment::shown;
use crate::error::{Error, Result};
use crate::files::read;
use crate::identity_center::portal_behind;
use crate::known_regions;
use crate::partition::{InvalidRegion, Partition, Region, is_aws_region, named_region};
use crate::terminal::{self, clean};

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
    let portal = if let Some(text) = known_url.or(arguments.start_url.as_deref()) {
        AccessPortal::read(text)?
    } else {
        arguments.check(questions, arguments.region.is_some())?;
        ask_for_start_url(config, questions)?
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
    let region = region(config, arguments, &portal, &name, questions)?;
    arguments.check(questions, true)?;
    Ok(NewSession { name, start_url: portal.url, region })
}

/// The Region: that of the option, of the host, of where a company's domain leads, of the config, or of an answer.
fn region(
    config: &Config,
    arguments: &SetupArgs,
    portal: &AccessPortal,
    name: &str,
    questions: &mut Questions,
) -> Result<Region> {
    let asked = arguments.region.as_deref();
    let written = config.sso_session(name).and_then(|session| session.setting("sso_region"));
    let region = match (asked, &portal.region) {
        (Some(asked), Some(of_host)) if *asked != **of_host => {
            return Err(Error::usage(format!("{} is in {of_host}, not in {asked}", portal.url))
                .with_remedy(format!("leave out --region {asked}")));
        }
        (_, Some(of_host)) => return Ok(of_host.clone()),
        // Who has written it twice means it: AWS has more Regions each year.
        (Some(asked), None) if written == Some(asked) && is_aws_region(asked) => in_partition(asked, portal),
        (Some(asked), None) => read(asked, portal),
        (None, None) => {
            let behind = portal_behind(&portal.url, config)?;
            if let Some(region) = behind.as_ref().and_then(|behind| behind.region.clone()) {
                return Ok(region);
            }
            let portal = behind.as_ref().unwrap_or(portal);
            let of_profile = || recognised::region_of(config, &portal.url);
            match written.map(str::to_owned).or_else(of_profile).map(|text| (read(&text, portal), text)) {
                Some((Ok(region), _)) => Ok(region),
                Some((Err(why), text)) => {
                    terminal::say(&format!("the sso_region {} of {name} is wrong: {why}\n", clean(&text)));
                    return ask_for_region(config, arguments, portal, questions);
                }
                None => return ask_for_region(config, arguments, portal, questions),
            }
        }
    };
    let region = region.map_err(|why| {
        let asked = asked.unwrap_or_default();
        corrected::region("--region", asked).unwrap_or_else(|| Error::usage(format!("--region {asked}: {why}")))
    })?;
    if portal.owner != Owner::ThisMachine && !known_regions::is_known(&region) {
        terminal::warn(&format!("{region} is none of the Regions that this version knows"));
    }
    Ok(region)
}

/// A Region in which an access portal can be. A local Identity Center has Regions of its own.
fn read(text: &str, portal: &AccessPortal) -> Result<Region, String> {
    if portal.owner == Owner::ThisMachine {
        return named_region(text)?.parse().map_err(|error: InvalidRegion| error.to_string());
    }
    in_partition(&known_regions::read(text)?, portal)
}

fn in_partition(region: &str, portal: &AccessPortal) -> Result<Region, String> {
    let partition = Partition::of_region(region);
    match portal.partition.filter(|of_portal| *of_portal != partition) {
        Some(of_portal) => {
            Err(format!("that Region is in {}, and {} in {}", partition.name, portal.url, of_portal.name))
        }
        None => region.parse().map_err(|error: InvalidRegion| error.to_string()),
    }
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

fn ask_for_region(
    config: &Config,
    arguments: &SetupArgs,
    portal: &AccessPortal,
    questions: &mut Questions,
) -> Result<Region> {
    arguments.check(questions, false)?;
    let likely = regions::likely(config, portal.partition);
    let mut text = "Which Region is your Identity Center in? It is in the address of its settings page, and your \
                    administrator knows it.\n"
        .to_owned();
    for (number, region) in (1..).zip(&likely) {
        text += &format!("  {number}  {region}\n");
    }
    text += "A number, or another Region [1]: ";
    let from_answer = |answer: &str| {
        let chosen = match answer.parse::<usize>() {
            Ok(number) => number.checked_sub(1).and_then(|at| likely.get(at)).map(String::as_str),
            Err(_) if answer.is_empty() => likely.first().map(String::as_str),
            Err(_) => Some(answer),
        };
        let chosen = chosen.ok_or_else(|| Error::usage(format!("there is no number {answer}")))?;
        let region = read(chosen, portal).map_err(|why| Error::usage(format!("{chosen}: {why}")))?;
        if portal.owner != Owner::ThisMachine && !known_regions::is_known(&region) {
            return Err(Error::usage(format!("{region} is none of the Regions that this version knows"))
                .with_remedy(format!("if AWS has it, run: aws-sso setup {} --region {region}", portal.url)));
        }
        Ok(region)
    };
    questions.ask(&text, from_answer)?.ok_or_else(|| missing("the Region of your Identity Center", "--region REGION"))
}
