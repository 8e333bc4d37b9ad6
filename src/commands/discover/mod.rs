//! `discover` and `-d`: a named profile for every account and role.

mod again;
mod arguments;
mod assumed;
mod said;

use std::collections::HashSet;
use std::path::Path;

use crate::aws_config::credential_process;
use crate::aws_config::readers::{Reader, Rejection};
use crate::context::{self, Context};
use crate::discovery::{self, CredentialSource, Discovery, Offered, ProfileOptions, diff};
use crate::environment;
use crate::error::{Error, Result, reason};
use crate::files::read;
use crate::inventory::progress::Progress;
use crate::inventory::{Inventory, Resume, Scope};
use crate::output::print;
use crate::programs::{self, installed};
use crate::terminal::{self, Palette, clean};
use again::Again;
pub(crate) use arguments::DiscoverArgs;
use arguments::{CredentialStyle, PROGRAM};
use assumed::Assumable;
use said::{conflict, tell};

pub(crate) fn run(context: &Context, arguments: &DiscoverArgs) -> Result<()> {
    let path = environment::config_file()?;
    let shown = clean(&environment::shown(&path)).into_owned();
    if arguments.undo {
        discovery::undo(discovery::DISCOVERY, &path)?;
        return print(&format!("{shown} is as it was before the last discovery\n"));
    }
    write_profiles(context, arguments, None)
}

/// Writes a profile for every role of the list; without one, it is fetched.
pub(crate) fn write_profiles(context: &Context, arguments: &DiscoverArgs, list: Option<&Inventory>) -> Result<()> {
    let path = environment::config_file()?;
    let shown = clean(&environment::shown(&path)).into_owned();
    let template = context.template(arguments.name.as_ref())?;
    let assumable = Assumable::of(context, &arguments.assumed, arguments.style, &template)?;
    let directory = match &assumable {
        Some(assumable) => assumable.directory.clone(),
        None => context.directory()?,
    };
    let options = profile_options(arguments, context.default_region(&directory)?)?;
    let again = Again { arguments, is_quiet: context.is_quiet(), profile: &directory.name, template: &template };
    if options.source == (CredentialSource::Process { program: PROGRAM.to_owned() }) {
        warn_of_other_program(&again);
    }
    if options.source != CredentialSource::Sso && credential_process::is_name_kept_from_some(&directory.name) {
        terminal::warn(&format!(
            "programs with AWS's libraries for Go or Rust do not start a line with the name {}: for them, give the \
             profile or sso-session a name of letters, digits and - _ .",
            clean(&directory.name)
        ));
    }
    let fetched;
    let inventory = if let Some(assumable) = &assumable {
        &assumable.inventory
    } else if let Some(list) = list {
        list
    } else {
        let progress = if context.is_quiet() { Progress::Hidden } else { Progress::new() };
        fetched = context.fetch(&directory, resume(arguments), &progress)?;
        &fetched
    };
    if inventory.accounts.is_empty() && assumable.is_none() {
        terminal::complain(&inventory.no_account());
    }
    let gaps = inventory.gaps(&Scope::All);
    let unknown: HashSet<_> = gaps.unknown.iter().chain(&gaps.refused).map(|account| account.id.clone()).collect();
    let selection = arguments.patterns.selection();
    match &assumable {
        Some(assumable) => assumable.check(&selection)?,
        None => selection.check(inventory, &directory)?,
    }
    let offered = assumable.as_ref().map_or_else(|| Offered::new(inventory, unknown), |all| all.offered.clone());
    let none = HashSet::new();
    let credentials = context::credentials_file()?;
    let discovery = Discovery {
        inventory,
        selection: &selection,
        template: &template,
        offered: &offered,
        directory: &directory,
        options: &options,
        credentials: &credentials,
        via: assumable.as_ref().map(|assumable| &assumable.via),
        reserved: assumable.as_ref().map_or(&none, |assumable| &assumable.reserved),
    };

    let counts = if arguments.dry_run {
        let before = read::whole(&path)?.unwrap_or_default();
        let (after, counts) = discovery::update(&before, &discovery)?;
        print(&diff::unified(&shown, &before, &after, Palette::of_stdout()))?;
        if !context.is_quiet() {
            terminal::say(&format!("{shown} would be updated: {}\n", counts.summary(options.prune)));
        }
        counts
    } else {
        let edited = discovery::edit(discovery::DISCOVERY, &path, |before| discovery::update(before, &discovery))?;
        if !context.is_quiet() {
            let verb = if edited.before == edited.after { "is up to date" } else { "updated" };
            print(&format!("{shown} {verb}: {}\n", edited.outcome.summary(options.prune)))?;
        }
        edited.outcome
    };
    warn_of_rejection(&path);
    tell(&counts, &again);
    if let Some(assumable) = &assumable {
        assumable.say_what_is_left_out(context, &selection);
    }
    if let Some(refusal) = gaps.refusal() {
        terminal::complain(&refusal);
    }
    let shortfall =
        gaps.shortfall("their profiles were left as they were; run the command again within an hour: the rest is kept");
    match (shortfall, conflict(&counts, &again)) {
        (None, None) => Ok(()),
        (None, Some(error)) | (Some(error), None) => Err(error),
        // One status for both: that of the service, since the next run may find other roles.
        (Some(error), Some(conflict)) => {
            terminal::complain(&conflict);
            Err(error)
        }
    }
}

fn resume(arguments: &DiscoverArgs) -> Resume {
    match (arguments.resume, arguments.fresh) {
        (true, _) => Resume::Always,
        (_, true) => Resume::Never,
        _ => Resume::Recent,
    }
}

fn profile_options(arguments: &DiscoverArgs, default_region: Option<&str>) -> Result<ProfileOptions> {
    let source = match arguments.style {
        CredentialStyle::Process if arguments.absolute => {
            let program = programs::lasting_path()
                .map_err(|error| Error::failed(format!("cannot find the path of this program: {}", reason(&error))))?;
            let program = program.to_string_lossy().into_owned();
            if let Some(languages) = credential_process::kept_from(&program) {
                terminal::warn(&format!(
                    "programs with AWS's libraries for {languages} do not start {program} in such a profile: for \
                     them, move it to a folder with letters, digits and - _ . in its name, or leave --absolute out"
                ));
            }
            CredentialSource::Process { program }
        }
        CredentialStyle::Process => CredentialSource::Process { program: PROGRAM.to_owned() },
        CredentialStyle::Sso if arguments.absolute => {
            return Err(Error::usage("--absolute does not go with --style sso")
                .with_remedy("such profiles do not run this program: leave --absolute out"));
        }
        CredentialStyle::Sso => CredentialSource::Sso,
    };
    Ok(ProfileOptions {
        source,
        region: arguments.region.as_deref().or(default_region).map(str::to_owned),
        output: arguments.output.clone(),
        prune: arguments.prune,
        adopt: arguments.adopt.clone(),
    })
}

/// Says that programs that run the new profiles would not find this program.
fn warn_of_other_program(again: &Again<'_>) {
    if let Some((problem, _)) = installed::look().problem(PROGRAM) {
        terminal::warn(&format!(
            "{problem}; programs that use the new profiles need this one first on their PATH, or its path in the \
             profiles: {}",
            again.with("--absolute", "")
        ));
    }
}

/// Says that AWS tools read no profile of this file, whatever is in it.
fn warn_of_rejection(path: &Path) {
    let Ok(Some(file)) = read::whole(path) else { return };
    if let Err(Rejection { line, quirk }) = Reader::Botocore.read(&file) {
        let place = format!("{}:{line}", clean(&environment::shown(path)));
        terminal::warn(&format!("{place}: the AWS CLI and boto3 cannot read this file: {quirk}; see: aws-sso doctor"));
    }
}
