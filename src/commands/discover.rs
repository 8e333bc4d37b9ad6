//! `discover` and `-d`: a named profile for every account and role.

use std::collections::HashSet;
use std::path::Path;

use clap::Args;

use crate::aws_config::readers::{Reader, Rejection};
use crate::cli::patterns::Patterns;
use crate::cli::shared;
use crate::context::{self, Context};
use crate::discovery::{self, Counts, CredentialSource, Discovery, Left, Offered, ProfileOptions, Template, diff};
use crate::error::{Error, Result, reason};
use crate::files::read;
use crate::inventory::progress::Progress;
use crate::inventory::{Inventory, Resume, Scope};
use crate::output::print;
use crate::programs::{self, installed};
use crate::terminal::{self, Palette, clean};
use crate::{environment, shell::Shell};

#[derive(Debug, Default, Args)]
#[command(after_help = DISCOVER_HELP)]
pub(crate) struct DiscoverArgs {
    /// How profiles are named [default: {account_id}-{role}, or the settings]
    #[arg(long, value_name = "TEMPLATE")]
    name: Option<Template>,
    #[command(flatten)]
    patterns: Patterns,
    /// How profiles get their credentials
    #[arg(long, value_enum, default_value_t)]
    style: CredentialStyle,
    /// Name this program by its path in credential_process, for programs with another PATH
    #[arg(long)]
    absolute: bool,
    /// The region of new profiles, and of discovered ones that have none or one from an earlier run [default: that of
    /// the settings]
    #[arg(long, value_parser = shared::region)]
    region: Option<String>,
    /// The output format of the same profiles
    #[arg(long, value_name = "FORMAT")]
    output: Option<String>,
    /// Remove discovered profiles whose role you no longer have, or whose role has a profile of another name now
    #[arg(long)]
    prune: bool,
    /// Take over the profiles that were discovered with -p NAME, whatever NAME means now
    #[arg(long, value_name = "NAME")]
    adopt: Option<String>,
    /// Show the difference and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Restore the file as it was before the last run
    #[arg(long, conflicts_with_all = [
        "name", "matches", "exclude", "exclude_missing_ok", "style", "absolute", "region", "output", "prune", "adopt",
        "dry_run", "resume", "fresh",
    ])]
    undo: bool,
    /// Continue the last run where it stopped, even if that was more than an hour ago
    #[arg(long, conflicts_with = "fresh")]
    resume: bool,
    /// Fetch everything again, although the last run stopped less than an hour ago
    #[arg(long)]
    fresh: bool,
}

impl DiscoverArgs {
    /// Those of `setup`: names like these, and a program that is found.
    pub(crate) fn of_setup(name: Template) -> Self {
        Self { name: Some(name), absolute: installed::look().problem(PROGRAM).is_some(), ..Self::default() }
    }
}

/// How a discovered profile gets its credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum CredentialStyle {
    /// credential_process, with this program
    #[default]
    Process,
    /// The sso_ keys that the AWS CLI v2 and the SDKs read themselves
    Sso,
}

const DISCOVER_HELP: &str = "\
New profiles go into a marked block at the end of the AWS config. Everything else in that file stays as it is. An \
Identity Center has one block: if you rename its sso-session or use another name of it, the next run updates the block.

TEMPLATE has fields {account_id} {account_name} {role} {session} {email} and filters lower, slug, trim_prefix:TEXT, \
as in {account_name|trim_prefix:acme-|slug}-{role}. What would need quotes in a shell becomes -, and no name begins \
with -. Dashes of TEMPLATE and of role names stay; several in the name of an account become one. Where two roles would \
have the same name, the one that has it already keeps it, and the other gets digits.

A pattern that matches nothing is an error with status 4, and nothing is written.

Examples:
  aws-sso discover -p corp --dry-run
  aws-sso discover -p corp --match prod --name '{account_name|slug}-{role}'";

/// What `credential_process` lines call this program.
const PROGRAM: &str = "aws-sso";

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
    let directory = context.directory()?;
    let options = profile_options(arguments, context.default_region(&directory)?)?;
    let again = Again { arguments, is_quiet: context.is_quiet(), profile: &directory.name, template: &template };
    if options.source == (CredentialSource::Process { program: PROGRAM.to_owned() }) {
        warn_of_other_program(&again);
    }
    let fetched;
    let inventory = if let Some(list) = list {
        list
    } else {
        let progress = if context.is_quiet() { Progress::Hidden } else { Progress::new() };
        fetched = context.fetch(&directory, resume(arguments), &progress)?;
        &fetched
    };
    if inventory.accounts.is_empty() {
        terminal::complain(&inventory.no_account());
    }
    let gaps = inventory.gaps(&Scope::All);
    let unknown: HashSet<_> = gaps.unknown.iter().chain(&gaps.refused).map(|account| account.id.clone()).collect();
    let selection = arguments.patterns.selection();
    selection.check(inventory, &directory)?;
    let offered = Offered::new(inventory, unknown);
    let credentials = context::credentials_file()?;
    let discovery = Discovery {
        inventory,
        selection: &selection,
        template: &template,
        offered: &offered,
        directory: &directory,
        options: &options,
        credentials: &credentials,
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
            CredentialSource::Process { program: program.to_string_lossy().into_owned() }
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

/// The command line of this run, to be given again with one more option.
struct Again<'a> {
    arguments: &'a DiscoverArgs,
    is_quiet: bool,
    profile: &'a str,
    template: &'a Template,
}

impl Again<'_> {
    fn with(&self, option: &str, value: &str) -> String {
        let DiscoverArgs { name, patterns, style, absolute, region, output, prune, adopt, .. } = self.arguments;
        let mut line = format!("{PROGRAM} discover");
        let mut add = |option: &str, value: &str| {
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+,".contains(letter);
            let quoted = !value.is_empty() && !value.chars().all(is_plain);
            line += &format!(" {option}");
            if !value.is_empty() {
                line += &format!(" {}", if quoted { Shell::Posix.quote(value) } else { value.to_owned() });
            }
        };
        let template = name.as_ref().map(ToString::to_string);
        let style = (*style == CredentialStyle::Sso).then(|| "sso".to_owned());
        add("-p", self.profile);
        for (given, value) in
            [("--name", &template), ("--style", &style), ("--region", region), ("--output", output), ("--adopt", adopt)]
        {
            if let Some(value) = value.as_ref().filter(|_| given != option) {
                add(given, value);
            }
        }
        for (given, patterns) in [("--match", &patterns.matches), ("--exclude", &patterns.exclude)] {
            for pattern in patterns {
                add(given, pattern);
            }
        }
        let missing_ok = patterns.exclude_missing_ok;
        for (given, is_set) in [("--exclude-missing-ok", missing_ok), ("--absolute", *absolute), ("--prune", *prune)] {
            if is_set {
                add(given, "");
            }
        }
        add(option, value);
        line
    }
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

/// Says what was taken over, and what was left and why.
fn tell(counts: &Counts, again: &Again<'_>) {
    let profile = again.profile;
    if !again.is_quiet {
        for name in &counts.taken_over {
            terminal::say(&format!(
                "aws-sso: the profiles that were discovered with -p {} are updated with -p {} now\n",
                clean(name),
                clean(profile)
            ));
        }
    }
    let DiscoverArgs { prune, dry_run, .. } = *again.arguments;
    let (are, were) = if dry_run { ("would be", "would be") } else { ("is", "were") };
    for [name, before, now] in &counts.passed_on {
        terminal::warn(&format!("the profile {name} was {before}, which is not offered any more, and {are} {now} now"));
    }
    // What goes is named in any case: scripts may use it.
    let most = if prune { usize::MAX } else { NAMED };
    if (prune || !again.is_quiet) && !counts.renamed.is_empty() {
        let old = match (prune, dry_run) {
            (false, _) => "the old one stays until you add --prune",
            (_, true) => "the old one would be removed",
            _ => "the old one was removed",
        };
        let names = counts.renamed.iter().map(|(old, new)| format!("{old} (now {new})"));
        let names = listed(names, most);
        terminal::say(&format!("aws-sso: these profiles have a new name, and {old}: {}\n", clean(&names)));
    }
    if prune && !counts.gone.is_empty() {
        let names = listed(counts.gone.iter().cloned(), most);
        let what = format!("the roles of these profiles are not offered any more, so they {were} removed");
        terminal::say(&format!("aws-sso: {what}: {}\n", clean(&names)));
    }
    for (reason, profiles) in &counts.left {
        terminal::warn(&format!("{}: {}", reason.sentence(), listed(profiles.iter().cloned(), NAMED)));
    }
    for name in &counts.unclaimed {
        if !counts.left.contains_key(&Left::Unclaimed(name.clone())) {
            terminal::warn(&format!(
                "the config has profiles that were discovered with -p {name}, which it has no more; if they are of \
                 this Identity Center, run: {}",
                again.with("--adopt", name)
            ));
        }
    }
}

/// How many profiles a message names.
const NAMED: usize = 5;

/// The first of these names.
fn listed(names: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let listed = names.take(most).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{listed} and {more} more") } else { listed }
}

/// The error where roles have no profile because others have their names.
fn conflict(counts: &Counts, again: &Again<'_>) -> Option<Error> {
    let found = match counts.lacking {
        0 => return None,
        1 => "1 role has no profile: another profile has its name".to_owned(),
        roles => format!("{roles} roles have no profile: other profiles have their names"),
    };
    let remedy = |reason: &Left| match reason {
        Left::OtherInstance(_) => Some(match again.template.with_session() {
            Some(template) => format!("run: {}", again.with("--name", &template.to_string())),
            None => "give their profiles other names with --name".to_owned(),
        }),
        Left::Hidden => Some(format!(
            "delete their sections from {}, or give the profiles other names with --name",
            environment::credentials_file().map(|path| environment::shown(&path)).unwrap_or_default()
        )),
        Left::Unclaimed(name) => {
            Some(format!("if these are profiles of this Identity Center, run: {}", again.with("--adopt", name)))
        }
        _ => None,
    };
    let mut remedies: Vec<_> = counts.left.keys().filter_map(remedy).collect();
    remedies.dedup();
    Some(Error::failed(found).with_remedy(remedies.join("\n")))
}
