//! `use`: this shell changes to a role, or to a profile.

use crate::cli::{self, Target};
use crate::context::{Context, Found};
use crate::environment;
use crate::error::{Error, Result};
use crate::inventory::Recent;
use crate::output::print;
use crate::shell::Shell;
use crate::shell::{Change, Displaced, Grant};

pub(crate) fn run(context: &Context, arguments: &cli::Use) -> Result<()> {
    let shell = through_function(arguments.in_shell.shell, "use")?;
    let role = arguments.role.as_deref().ok_or_else(|| {
        Error::usage("which role? use takes one").with_remedy("run: awsso use ROLE\nor choose one: awsso pick")
    })?;
    enter(context, shell, &context.find(role)?, &arguments.target)
}

/// Prints the code by which the shell changes to a role.
pub(crate) fn enter(context: &Context, shell: Shell, found: &Found, target: &Target) -> Result<()> {
    print(&change(context, found, target)?.render(shell)?)
}

/// What entering a role changes, with a record of what it displaces.
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

/// The profile of the AWS config that means the role.
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
            Error::usage(format!("no profile of the AWS config means {}", found.role))
                .with_remedy(format!("run: aws-sso discover -p {}", found.directory.name))
        })
}

/// The change with a record of what it displaces in this environment.
pub(crate) fn recorded(change: Change) -> Result<Change> {
    change.recorded(displaced(), environment::current)
}

/// What earlier changes of this shell displaced.
pub(crate) fn displaced() -> Option<Displaced> {
    environment::current(Displaced::VARIABLE).and_then(|text| Displaced::from_variable(text.to_str()?))
}

/// The shell that evaluates our output; without the function nobody does, and keys would only be shown.
pub(crate) fn through_function(shell: Option<Shell>, verb: &str) -> Result<Shell> {
    shell.ok_or_else(|| {
        let load = match Shell::detect() {
            Some(Shell::Fish) => "aws-sso init fish | source".to_owned(),
            Some(Shell::Powershell) => "aws-sso init powershell | Out-String | Invoke-Expression".to_owned(),
            Some(shell @ (Shell::Bash | Shell::Zsh)) => format!("eval \"$(aws-sso init {})\"", shell.name()),
            _ => "eval \"$(aws-sso init bash)\"   # or zsh, fish, powershell".to_owned(),
        };
        Error::usage(format!("{verb} changes this shell, which only the awsso function can do"))
            .with_remedy(format!("load it with: {load}\nthen run: awsso {verb}"))
    })
}
