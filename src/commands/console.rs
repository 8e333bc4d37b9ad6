//! `console`: a browser that is signed in to a role.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::access_portal::AccessPortal;
use crate::browser::{BrowserCommand, Opened, hand_over, open};
use crate::cli::shared::Assume;
use crate::cli::{completers, shared};
use crate::context::Context;
use crate::context::choose::choose_saying;
use crate::context::find::Found;
use crate::context::labels;
use crate::environment::{self, Elsewhere};
use crate::error::{Error, Result};
use crate::identity_center::ConsoleSignIn;
use crate::output::print;
use crate::partition::{Partition, is_aws_region};
use crate::programs::profile_option;
use crate::role::ConsolePage;
use crate::terminal::{self, clean};
use crate::timestamp::span;
use crate::{address, quote};

#[derive(Debug, Args)]
#[command(
    after_help = CONSOLE_HELP,
    // --duration is that of the console's session.
    mut_arg("lifetime", |argument| argument.long("assume-duration"))
)]
pub(crate) struct ConsoleArgs {
    /// The role [default: this shell's; without one you choose]
    #[arg(value_name = "ROLE", add = ArgValueCompleter::new(completers::roles))]
    role: Vec<String>,
    /// The service whose page is opened, such as s3
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(completers::services))]
    service: Option<String>,
    /// The region of the page [default: that of the profile, else that of this shell]
    #[arg(long, value_parser = shared::region)]
    region: Option<String>,
    /// The page itself, by its https address; what an address cannot have is encoded
    #[arg(long, value_name = "URL", conflicts_with = "service")]
    destination: Option<String>,
    /// How long the console's session lasts, from 15m to 12h [default: as long as the role's credentials, which is all
    /// that a role that a role assumes can have]
    #[arg(long, value_name = "TIME", value_parser = shared::console_duration)]
    duration: Option<u32>,
    /// Sign the browser out of the console session that it has; without multi-session support it has one at a time
    #[arg(long)]
    logout_first: bool,
    /// Print the link instead of opening it; anyone who opens it within 15 minutes is signed in
    #[arg(long)]
    print: bool,
    /// Go through the access portal: no credentials leave this machine, and no request is made
    #[arg(long)]
    portal: bool,
    /// What opens the link, with {url} {account_name} {account_id} {role}
    #[arg(long, value_name = "TEMPLATE")]
    browser_command: Option<BrowserCommand>,
    #[command(flatten)]
    assume: Assume,
}

const CONSOLE_HELP: &str = "\
The browser is started with the address of a page on this machine, which leads it to the link once. So the link itself \
is in no argument list. TEMPLATE is split into words as a shell does it, but no shell runs it. Values in a word such \
as ext+container:… are percent-encoded. The setting browser-command is the default for --browser-command.

Examples:
  aws-sso console 123456789012/ReadOnlyAccess --service s3
  aws-sso console prod --duration 12h --logout-first
  aws-sso console prod --portal --print";

pub(crate) fn run(context: &Context, arguments: &ConsoleArgs) -> Result<()> {
    if arguments.portal {
        check_portal(arguments)?;
    }
    let command = command(context, arguments)?;
    if arguments.role.is_empty() && environment::shell_role().is_none() && context.config()?.directories().is_empty() {
        context.directory()?;
    }
    if !arguments.print {
        check_browser(command.as_ref(), &print_command(&same_role(context, arguments, None), arguments))?;
    }
    let (found, region) = role(context, arguments)?;
    check_chained(&found, arguments)?;
    let same_role = same_role(context, arguments, Some(&found));
    let destination = destination(&found, arguments, region.as_deref(), &same_role)?;
    let print_command = print_command(&same_role, arguments);
    if arguments.portal {
        let link = portal_link(&found, destination.as_deref())?;
        if arguments.print {
            return print(&format!("{link}\n"));
        }
        context.client(&found.directory)?.block_on(open(&found, command.as_ref(), &link, &print_command))?;
        show(&found, &link, None);
        return Ok(());
    }
    let destination = match destination {
        Some(destination) => destination,
        None => home(&found, region.as_deref(), &same_role)?,
    };
    let client = context.client(&found.directory)?;
    let credentials = match arguments.duration {
        // It does not depend on how long they last.
        Some(_) => context.credentials(&found)?,
        None => context.lasting_credentials(&found, LONG_SECONDS)?,
    };
    let lasts = arguments.duration.map_or_else(|| credentials.seconds_left(), i64::from);
    let login = found.role.as_ref().map(|_| format!("aws-sso login {}", profile_option(&found.directory.name)));
    let wanted = ConsoleSignIn {
        partition: found.partition(),
        issuer: Some(found.directory.start_url.as_str()).filter(|url| !url.is_empty()),
        destination: &destination,
        duration: arguments.duration,
        logout_first: arguments.logout_first,
        login: login.as_deref(),
        same_role: &same_role,
    };
    let link = client.console_link(&credentials, &wanted)?;
    if arguments.print {
        return print(&format!("{}\n", link.expose()));
    }
    client.block_on(hand_over(link, &print_command, async |address| {
        open(&found, command.as_ref(), address, &print_command).await?;
        show(&found, address, Some(lasts));
        Ok(())
    }))
}

/// The command for the console of this run's role, as far as the role is known yet.
fn same_role(context: &Context, arguments: &ConsoleArgs, found: Option<&Found>) -> String {
    if let Some(found) = found.filter(|_| arguments.role.is_empty()) {
        return format!("aws-sso console {}", for_console(&context.pasted(found)));
    }
    let sign_in = context.profile_option().map(profile_option);
    let assume = arguments.assume.words();
    let words = arguments.role.iter().chain(&assume).map(|word| quote::word(word));
    for_console(
        &sign_in.into_iter().chain(words).fold("aws-sso console".to_owned(), |command, word| command + " " + &word),
    )
}

/// A line with the name that this verb has for how long an assumed role's credentials last.
fn for_console(line: &str) -> String {
    line.replace(" --duration=", " --assume-duration=")
}

/// This run's own command, which prints the link.
fn print_command(same_role: &str, arguments: &ConsoleArgs) -> String {
    let mut command = same_role.to_owned();
    let duration = arguments.duration.map(|seconds| format!("{seconds}s"));
    let options = [
        ("--service", &arguments.service),
        ("--region", &arguments.region),
        ("--destination", &arguments.destination),
        ("--duration", &duration),
    ];
    for (option, value) in options {
        if let Some(value) = value {
            command.push_str(&format!(" {option} {}", quote::word(value)));
        }
    }
    for (option, is_given) in [("--logout-first", arguments.logout_first), ("--portal", arguments.portal)] {
        if is_given {
            command.push_str(&format!(" {option}"));
        }
    }
    command + " --print"
}

/// Credentials with less time left are renewed, since the console's session ends with them. Most last an hour.
const LONG_SECONDS: i64 = 50 * 60;

/// The access portal starts the session itself.
fn check_portal(arguments: &ConsoleArgs) -> Result<()> {
    let (option, why) = match (arguments.duration, arguments.logout_first) {
        (Some(_), _) => ("--duration", "the access portal's session lasts as long as the permission set says"),
        (None, true) => ("--logout-first", "the access portal itself ends the session that the browser has"),
        (None, false) => return Ok(()),
    };
    Err(Error::usage(format!("{option} does not go with --portal: {why}")).with_remedy("leave out one of the two"))
}

/// AWS gives the console's session of a role that a role has assumed as long as its credentials last, and the access
/// portal does not know such roles.
fn check_chained(found: &Found, arguments: &ConsoleArgs) -> Result<()> {
    let (option, why) = match (found.is_chained(), arguments.duration) {
        (true, Some(_)) if found.is_assumed_by_role() => {
            ("--duration", "its console session lasts as long as its credentials, an hour at most")
        }
        (true, _) if arguments.portal => ("--portal", "the access portal does not offer it"),
        _ => return Ok(()),
    };
    let base = labels::via(found).unwrap_or_default();
    Err(Error::usage(format!("{option} does not go with {}, which {base} assumes: {why}", found.arn()))
        .with_remedy(format!("leave out {option}")))
}

/// The role and the region to show: the role that was named, else this shell's, else the one that the user chooses.
fn role(context: &Context, arguments: &ConsoleArgs) -> Result<(Found, Option<String>)> {
    let found = if !arguments.role.is_empty() {
        context.find_assuming(&arguments.role, &arguments.assume)?
    } else if let Some(found) = context.find_of_shell("aws-sso console ROLE")? {
        found.assuming(&arguments.assume)?
    } else {
        context.warn_of_unknown_profile();
        choose_saying(context, "name the role: aws-sso console ROLE")?.assuming(&arguments.assume)?
    };
    let partition = found.partition();
    let is_there = |region: &String| is_aws_region(region) && Partition::of_region(region).name == partition;
    if let Some(region) = arguments.region.as_ref().filter(|region| !is_there(region)) {
        let example = Some(found.directory.region.to_string()).filter(is_there);
        let example = example.map(|region| format!(", such as {region}")).unwrap_or_default();
        return Err(Error::usage(format!("{region} is not a region of {partition}"))
            .with_remedy(format!("name one of {partition}{example}")));
    }
    // The region of the profile or of the shell may belong to another partition.
    let usual = || found.region.clone().filter(is_there).or_else(|| environment::region().filter(is_there));
    let region = arguments.region.clone().or_else(usual);
    Ok((found, region))
}

/// The page to open, if one was named.
fn destination(
    found: &Found,
    arguments: &ConsoleArgs,
    region: Option<&str>,
    same_role: &str,
) -> Result<Option<String>> {
    let partition = found.partition();
    if let Some(service) = &arguments.service {
        return service_page(partition, service, region, same_role).map(Some);
    }
    // The role may have been named by the address of a console page: that page opens.
    if let Some(page) = arguments.destination.as_ref().or(found.page.as_ref()) {
        let host = console_host(partition, same_role)?;
        let read = ConsolePage::read(partition, page).map_err(|why| {
            Error::usage(format!("{page} is not a page of the console of {partition}: {why}"))
                .with_remedy(format!("name one of https://{host}/ or of a host below it"))
        })?;
        let Some(region) = &arguments.region else { return Ok(Some(read.address)) };
        return read.in_region(region).map(Some).map_err(|other| {
            Error::usage(format!("{page} is a page of {other}, not of {region}"))
                .with_remedy(format!("leave out --region, or name a page of {region}"))
        });
    }
    // The portal has a page of its own, also where the console's address is not known.
    let is_known = console_host(partition, same_role).is_ok();
    match (region, &arguments.region) {
        (None, _) => Ok(None),
        (_, None) if !is_known => Ok(None),
        _ => home(found, region, same_role).map(Some),
    }
}

/// The host of the partition's console.
fn console_host(partition: &str, same_role: &str) -> Result<&'static str> {
    Partition::named(partition).and_then(|partition| partition.console_host).ok_or_else(|| {
        Error::usage(format!("the console of the partition {partition} is not known, nor are its pages"))
            .with_remedy(format!("open the console through the access portal: {same_role} --portal"))
    })
}

fn home(found: &Found, region: Option<&str>, same_role: &str) -> Result<String> {
    service_page(found.partition(), "console", region, same_role)
}

/// Services whose console page is not named as in the AWS CLI.
const PAGES: [(&str, &str); 5] = [
    ("dynamodb", "dynamodbv2"),
    ("logs", "cloudwatch"),
    ("ssm", "systems-manager"),
    ("stepfunctions", "states"),
    ("vpc", "vpcconsole"),
];

fn service_page(partition: &str, service: &str, region: Option<&str>, same_role: &str) -> Result<String> {
    let is_word =
        !service.is_empty() && service.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !is_word {
        return Err(Error::usage(format!("{service} is not the name of a service"))
            .with_remedy("write it as the AWS CLI does, such as s3; or name the page with --destination"));
    }
    let host = console_host(partition, same_role)?;
    let page = PAGES.iter().find(|(name, _)| *name == service).map_or(service, |(_, page)| page);
    Ok(match region {
        Some(region) => format!("https://{region}.{host}/{page}/home?region={region}"),
        None => format!("https://{host}/{page}/home"),
    })
}

/// The access portal's shortcut link, which uses the session that the browser has there.
fn portal_link(found: &Found, destination: Option<&str>) -> Result<String> {
    let portal = portal(&found.directory.start_url, &found.directory.region.to_string())?;
    let mut link =
        format!("{portal}/#/console?account_id={}&role_name={}", found.account_id(), address::quote(found.role_name()));
    if let Some(destination) = destination {
        link.push_str("&destination=");
        link.push_str(&address::quote(destination));
    }
    Ok(link)
}

/// The access portal's address. A start URL may be the issuer's, and there is no page at that host.
fn portal(start_url: &str, region: &str) -> Result<String> {
    AccessPortal::page(start_url, region).ok_or_else(|| {
        Error::usage(format!("the access portal of {start_url} is not known"))
            .with_remedy("write the portal's address as sso_start_url, or leave out --portal")
    })
}

fn command(context: &Context, arguments: &ConsoleArgs) -> Result<Option<BrowserCommand>> {
    match (&arguments.browser_command, context.settings()?.browser_command()) {
        (Some(command), _) => Ok(Some(command.clone())),
        (None, Some(command)) => command.parse().map(Some),
        (None, None) => Ok(None),
    }
}

/// Fails early where the user would not see this machine's browser, before any request is made.
fn check_browser(command: Option<&BrowserCommand>, print: &str) -> Result<()> {
    let why = match environment::elsewhere() {
        _ if command.is_some() || open::is_chosen() => return Ok(()),
        _ if open::is_unwanted() => "BROWSER is none",
        Some(Elsewhere::OverSsh) => "you are connected over SSH",
        Some(Elsewhere::InContainer) => "this is a container",
        Some(Elsewhere::NoDisplay) => "there is no display",
        None => return Ok(()),
    };
    Err(Error::usage(format!("you would not see a browser of this machine: {why}")).with_remedy(format!(
        "print the link and open it where your browser is: {print}\nor name a program in BROWSER or --browser-command"
    )))
}

/// Starts the browser. The address is not a secret, so it may stand in an argument list.
async fn open(found: &Found, command: Option<&BrowserCommand>, address: &str, print: &str) -> Result<()> {
    let failure = match command {
        None if open::open(address).await => return Ok(()),
        None => "no browser could be opened".to_owned(),
        Some(command) => {
            let account_name = labels::account_name(found);
            let command = command.command(&Opened {
                url: address,
                account_name: account_name.as_deref().unwrap_or(found.account_id()),
                account_id: found.account_id(),
                role: found.role_name(),
            })?;
            let program = command.get_program().display().to_string();
            let Err(cause) = open::start(command) else { return Ok(()) };
            format!("the browser {program} did not start: {}", cause.what)
        }
    };
    Err(Error::failed(failure)
        .with_remedy(format!("name one in BROWSER or --browser-command, or print the link: {print}")))
}

/// `lasts` is how many seconds the session does, if that is known.
fn show(found: &Found, address: &str, lasts: Option<i64>) {
    let lasts = lasts.map(|seconds| format!(", for {}", span(seconds))).unwrap_or_default();
    terminal::show(&format!(
        "aws-sso: the console opens as {}/{}{lasts}\n  if no browser opens, go to\n    {}\n",
        found.account_id(),
        clean(found.role_name()),
        clean(address)
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_led_to_its_portal_or_refused() {
        let cases = [
            ("https://corp.awsapps.com/start", Some("https://corp.awsapps.com/start")),
            ("https://identitycenter.amazonaws.com/ssoins-1a", Some("https://ssoins-1a.portal.eu-west-1.app.aws")),
            ("https://identitycenter.amazonaws.com/ssoins-1a/", Some("https://ssoins-1a.portal.eu-west-1.app.aws")),
            (
                "https://identitycenter.amazonaws.com.cn/ssoins-1a",
                Some("https://ssoins-1a.portal.eu-west-1.app.amazonwebservices.com.cn"),
            ),
            (
                "https://identitycenter.us-gov.amazonaws.com/ssoins-1a",
                Some("https://ssoins-1a.portal.eu-west-1.app.aws"),
            ),
            (
                "https://identitycenter.amazonaws.eu/ssoins-1a",
                Some("https://ssoins-1a.portal.eu-west-1.api.amazonwebservices.eu"),
            ),
            ("https://identitycenter.amazonaws.com/other", None),
        ];
        for (start_url, expected) in cases {
            assert_eq!(portal(start_url, "eu-west-1").ok().as_deref(), expected, "{start_url}");
        }
    }
}
