//! What entering a role changes in an environment, for a shell, a command or a server.

use super::Context;
use super::find::Found;
use super::labels;
use super::noted::note;
use super::previous;
use super::regions::warn_if_unknown;
use crate::cli::shared::Target;
use crate::environment;
use crate::error::{Error, Result};
use crate::inventory::Recent;
use crate::output::print;
use crate::programs::profile_option;
use crate::shell::{Change, Grant, Shell, said_after};
use crate::terminal;

/// Prints the shell code that changes to a role.
pub(crate) fn enter(context: &Context, shell: Shell, found: &Found, target: &Target) -> Result<()> {
    change_shell(context, shell, &change(context, found, target)?)
}

/// Prints the code of a change. On a terminal one line says what the shell has then.
pub(crate) fn change_shell(context: &Context, shell: Shell, change: &Change) -> Result<()> {
    change_shell_adding(context, shell, change, "")
}

/// The same with more at the end of that line.
pub(crate) fn change_shell_adding(context: &Context, shell: Shell, change: &Change, more: &str) -> Result<()> {
    let is_said = terminal::is_stderr() && !context.is_quiet();
    let said = is_said.then(|| said_after(change, &environment::current) + more);
    print(&change.render_in_function(shell, said.as_deref())?)?;
    if let Some(line) = said.filter(|_| !shell.says_it_itself()) {
        terminal::say(&format!("{line}\n"));
    }
    Ok(())
}

/// What entering a role changes, including the note of what it displaces.
pub(crate) fn change(context: &Context, found: &Found, target: &Target) -> Result<Change> {
    target.region.as_deref().into_iter().for_each(warn_if_unknown);
    let target = &target.or(&found.target);
    let region = target.region.as_deref().or(found.region.as_deref());
    let change = if let Some(profile) = profile(context, found, target)? {
        Change::to_profile(&profile, &labels::of(context, found)?, region)
    } else {
        let credentials = context.credentials(found)?;
        Change::to_role(&Grant { labels: &labels::of(context, found)?, credentials: &credentials, region })
    };
    if let Some(role) = found.role.as_ref().filter(|_| !found.is_chained()) {
        Recent::add(&found.directory, role);
    }
    recorded(change)
}

/// The profile to name to programs; `None` if they get keys. Of a role that is assumed they get keys, so that the name
/// of its session is the user's own, and no program asks for an MFA code.
fn profile(context: &Context, found: &Found, target: &Target) -> Result<Option<String>> {
    let profile = match &found.profile {
        Some(profile) if !target.keys && !found.is_chained() => profile.clone(),
        _ if target.as_profile => discovered_profile(context, found)?,
        _ => return Ok(None),
    };
    let Some(hiding) = context.hiding_profile(&profile)? else { return Ok(Some(profile)) };
    let instead = format!("with the profile {profile}, {}, and not the role", hiding.describe());
    if target.as_profile {
        return Err(Error::usage(instead).with_remedy(
            "delete that line from the file\nor export the role's keys: leave out --as-profile, add --keys",
        ));
    }
    terminal::warn(&format!("{instead}: keys are exported instead, which end with the credentials"));
    Ok(None)
}

/// The name of the profile that gives this role.
fn discovered_profile(context: &Context, found: &Found) -> Result<String> {
    labels::profile_of(context, found)?.ok_or_else(|| {
        if found.is_chained() {
            return Error::usage(format!("no profile of the AWS config was named that assumes {}", found.arn()))
                .with_remedy("leave out --as-profile: keys are exported, which awsso refresh renews");
        }
        Error::usage(format!("no profile of the AWS config gives {}", found.arn()))
            .with_remedy(format!("run: aws-sso discover {}", profile_option(&found.directory.name)))
    })
}

/// The change, with a note of what it displaces in this environment.
pub(crate) fn recorded(change: Change) -> Result<Change> {
    let recorded = change.recorded(note().as_ref(), environment::direnv_folder(), &environment::current)?;
    Ok(previous::remembered(recorded))
}

/// Another region in this environment; the role stays.
pub(crate) fn to_region(region: &str) -> Result<Change> {
    warn_if_unknown(region);
    Change::to_region(region, note(), environment::direnv_folder(), &environment::current)
}

/// What `clear` prints: this shell without what earlier changes did to it.
pub(crate) fn back() -> Change {
    let has_role = environment::shell_role().is_some();
    let folder = environment::direnv_folder();
    previous::remembered(Change::back(note().as_ref(), has_role, folder.as_deref(), &environment::current))
}
