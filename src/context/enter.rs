//! What entering a role changes in an environment, for a shell, a command or a server.

use super::Context;
use super::find::Found;
use crate::cli::shared::Target;
use crate::environment;
use crate::error::{Error, Result};
use crate::inventory::Recent;
use crate::output::print;
use crate::programs::profile_option;
use crate::shell::{Change, Displaced, Grant, Shell};

/// Prints the shell code that changes to a role.
pub(crate) fn enter(context: &Context, shell: Shell, found: &Found, target: &Target) -> Result<()> {
    print(&change(context, found, target)?.render(shell)?)
}

/// What entering a role changes, including the record of what it displaces.
pub(crate) fn change(context: &Context, found: &Found, target: &Target) -> Result<Change> {
    let region = target.region.as_deref().or(found.region.as_deref());
    let profile = match (&found.profile, target.as_profile) {
        (Some(profile), _) if !target.keys => Some(profile.clone()),
        (_, true) => Some(discovered_profile(context, found)?),
        _ => None,
    };
    let change = match profile {
        Some(profile) => Change::to_profile(&profile, &found.directory.name, &found.role.to_string(), region),
        None => Change::to_role(&Grant {
            role: &found.role,
            credentials: &context.credentials(found)?,
            directory: &found.directory.name,
            region,
        }),
    };
    Recent::add(&found.directory, &found.role);
    recorded(change)
}

/// The name of the profile that gives this role.
fn discovered_profile(context: &Context, found: &Found) -> Result<String> {
    let config = context.config()?;
    config
        .profiles()
        .find(|profile| {
            profile.role().is_some_and(|(directory, reference)| {
                reference.names(&found.role)
                    && config
                        .directory(&directory)
                        .is_ok_and(|directory| directory.has_start_url(&found.directory.start_url))
            })
        })
        .map(|profile| profile.name().to_owned())
        .ok_or_else(|| {
            Error::usage(format!("no profile of the AWS config gives {}", found.role))
                .with_remedy(format!("run: aws-sso discover {}", profile_option(&found.directory.name)))
        })
}

/// The change, with a record of what it displaces in this environment.
pub(crate) fn recorded(change: Change) -> Result<Change> {
    change.recorded(displaced(), environment::current)
}

/// What earlier changes of this shell displaced.
pub(crate) fn displaced() -> Option<Displaced> {
    environment::current(Displaced::VARIABLE).and_then(|text| Displaced::from_variable(text.to_str()?))
}
