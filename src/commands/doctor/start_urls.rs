//! The start URL of each Identity Center, and whether `sso_region` is the Region that it leads to.

use super::report::Finding;
use crate::access_portal::{AccessPortal, Owner};
use crate::aws_config::config::{Config, Section};
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::error::Result;

pub(super) fn check(context: &Context) -> Vec<Finding> {
    let Ok(config) = context.config() else { return Vec::new() };
    let directories = config.directories().iter().filter_map(|name| config.directory(name).ok());
    directories.filter_map(|directory| of(context, config, &directory)).collect()
}

fn of(context: &Context, config: &Config, directory: &Directory) -> Option<Finding> {
    let portal = AccessPortal::read(&directory.start_url).ok()?;
    let section = section(config, directory)?;
    let (kind, name) = (directory.named_by(), &directory.name);
    let header =
        if directory.session.is_some() { format!("[sso-session {name}]") } else { format!("[profile {name}]") };
    let written = section.setting("sso_region");
    let write = |region: &str| format!("write below {header}: sso_region = {region}");
    match (portal.owner, portal.region, written) {
        (_, Some(region), None) => Some(Finding::warning(
            format!(
                "{kind} {name} has no sso_region: aws-sso takes {region} from its start URL, other AWS tools refuse it"
            ),
            write(&region),
        )),
        (_, Some(region), Some(written)) if *region != *written => Some(Finding::warning(
            format!("the sso_region of {kind} {name} is {written}, but its start URL is that of {region}"),
            write(&region),
        )),
        (Owner::Company, ..) => of_company(context, directory, &write),
        _ => None,
    }
}

/// The Region to which a company's own domain led when somebody signed in.
fn of_company(context: &Context, directory: &Directory, write: &dyn Fn(&str) -> String) -> Option<Finding> {
    let (kind, name, start_url) = (directory.named_by(), &directory.name, &directory.start_url);
    match region_of_sign_in(context, directory).ok()?.filter(|region| *region != *directory.region) {
        Some(region) => Some(Finding::warning(
            format!(
                "the sso_region of {kind} {name} is {}, but the sign-in is in {region}, where {start_url} led to",
                directory.region
            ),
            write(&region),
        )),
        None => Some(Finding::ok(format!("{name}: {start_url} is a company's own domain; a sign-in follows it"))),
    }
}

fn region_of_sign_in(context: &Context, directory: &Directory) -> Result<Option<String>> {
    let client = context.client(directory)?;
    let token = context.untouched_session(directory, &client)?.stored()?;
    Ok(token.and_then(|token| token.region))
}

/// The section that describes an Identity Center.
fn section<'a>(config: &'a Config, directory: &Directory) -> Option<Section<'a>> {
    match &directory.session {
        Some(session) => config.sso_session(session),
        None => config.profile(&directory.name),
    }
}
