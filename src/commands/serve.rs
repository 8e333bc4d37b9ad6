//! `serve`: a role's credentials for programs that run for longer than credentials last.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::aws_config::directory::Directory;
use crate::cli::shared::Assume;
use crate::cli::{completers, shared};
use crate::context::Context;
use crate::context::find::Found;
use crate::context::labels;
use crate::credential_chain::helper;
use crate::credential_server::{Greeting, Keeper, Server, TokenFile};
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result, reason, system};
use crate::identity_center::Client;
use crate::output::print;
use crate::programs::core_dumps;
use crate::programs::group::{EndWithUs, apart};
use crate::programs::signals::{Signals, block_on};
use crate::programs::watched::Watched;
use crate::provider::{Provider, Wanted};
use crate::secret::Secret;
use crate::secret_store::SecretStore;
use crate::session::{LoginPolicy, Paths, Session};
use crate::shell::{Change, ServerAddress, Shell};
use crate::{environment, programs, terminal};

#[derive(Debug, Args)]
#[command(
    after_help = SERVE_HELP
)]
pub(crate) struct ServeArgs {
    /// The role: an ARN, ACCOUNT/ROLE (or in two words), a profile, or an alias; ACCOUNT is a name or an id
    #[arg(required = true, value_name = "ROLE", add = ArgValueCompleter::new(completers::roles))]
    role: Vec<String>,
    /// The port on 127.0.0.1 [default: any free one]
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true)]
    port: u16,
    /// The shell that will read the exports
    #[arg(long, value_enum, default_value_t = Shell::by_default())]
    shell: Shell,
    /// The region to work in
    #[arg(long, value_parser = shared::region)]
    region: Option<String>,
    #[command(flatten)]
    assume: Assume,
    /// Serve the process with this id until it ends; the address goes to stdout as JSON.
    #[arg(long, hide = true)]
    beside: Option<u32>,
    /// The same, from a process of its own.
    #[arg(long, hide = true, requires = "beside")]
    detach: bool,
}

impl ServeArgs {
    /// Whether `exec` starts it, or something that starts it again when it ends, and not a person who types it.
    pub(super) fn is_for_program(&self) -> bool {
        self.beside.is_some() || !terminal::is_stdin()
    }
}

const SERVE_HELP: &str = "\
Every AWS SDK asks the server again before the credentials expire. The environment to set is printed once the server \
listens. Ctrl-C or SIGTERM stops it. It listens on 127.0.0.1 only, and answers only programs that have the printed \
token. For a single command, use aws-sso exec --server.

Examples:
  aws-sso serve payments-dev/ReadOnlyAccess
  aws-sso serve 123456789012/Deploy --port 9911 --shell fish";

pub(crate) fn run(context: &Context, arguments: &ServeArgs) -> Result<ExitCode> {
    match arguments.beside {
        Some(process) if arguments.detach => beside(context, arguments, process),
        Some(_) => detach(),
        None => until_stopped(context, arguments),
    }
}

fn until_stopped(context: &Context, arguments: &ServeArgs) -> Result<ExitCode> {
    let found = context.find_assuming(&arguments.role, &arguments.assume)?;
    let first = context.credentials(&found)?;
    let labels = labels::of(context, &found)?;
    let _together = EndWithUs::begin();
    block_on(async {
        let mut signals = Signals::new()?;
        let server = Server::bind(arguments.port)?;
        let region = arguments.region.as_deref().or(found.region.as_deref());
        let token_file = TokenFile::create(server.token());
        if let Err(error) = &token_file {
            terminal::warn(&format!("{error}; clients that read it from a file alone get no credentials"));
        }
        let token_file = token_file.as_ref().ok().map(TokenFile::path);
        let uri = server.uri();
        let address = ServerAddress { uri: &uri, token: server.token(), token_file };
        let change = Change::to_server(address, &labels, region, environment::current);
        if let Some(hiding) = context.hiding_server(&change)? {
            terminal::warn(&format!("{}: they will not ask this server", hiding.describe()));
        }
        print(&change.render(arguments.shell)?)?;
        terminal::say(&format!("aws-sso: serving {} on {uri}; Ctrl-C stops it\n", found.arn()));
        let keeper = keeper(context, &found, first)?;
        tokio::select! {
            _ = server.serve(keeper) => {}
            _ = signals.any() => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The role's credentials, renewed in time. Hours later nobody may be looking, so a sign-in is never started here: the
/// server reports that one is needed, and uses it once it is there.
fn keeper(context: &Context, found: &Found, first: RoleCredentials) -> Result<Keeper> {
    let sign_in = Arc::new(SignIn {
        directory: Directory::clone(&found.directory),
        client: context.client(&found.directory)?,
        store: context.secret_store()?,
        paths: Paths::of_user()?,
        seen: Mutex::default(),
    });
    *sign_in.seen() = sign_in.session().stored().ok().flatten().map(|token| token.access_token);
    let (renewer, wanted) = (Arc::clone(&sign_in), found.clone());
    let renew = move || Provider::new(&renewer.session()).fresh(wanted.wanted());
    let report = |error: &Error| terminal::complain(error);
    let wanted = found.clone();
    let is_of_sign_in = move |credentials: &RoleCredentials| sign_in.has(wanted.wanted(), credentials);
    Ok(Keeper::start(found.arn(), first, renew, report, is_of_sign_in))
}

/// What a session needs that outlives the context.
struct SignIn {
    directory: Directory,
    client: Client,
    store: SecretStore,
    paths: Paths,
    /// The token that was stored last.
    seen: Mutex<Option<Secret>>,
}

impl SignIn {
    fn seen(&self) -> MutexGuard<'_, Option<Secret>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the credentials came from the sign-in that there is now. A new token may be a renewed one or that of
    /// another sign-in; in between, a sign-out would have deleted the cached credentials.
    fn has(&self, wanted: Wanted<'_>, credentials: &RoleCredentials) -> bool {
        let session = self.session();
        let Ok(Some(token)) = session.stored() else { return session.check_not_signed_out().is_ok() };
        let is_same = self.seen().replace(token.access_token.clone()).is_some_and(|seen| seen == token.access_token);
        is_same || Provider::new(&session).keeps(wanted, credentials)
    }

    fn session(&self) -> Session<'_> {
        Session::new(&self.directory, &self.client, LoginPolicy::Never, self.store.clone(), self.paths.clone())
    }
}

/// Starts the server in a process whose parent ends at once: a command that waits for its children must not wait for
/// it.
fn detach() -> Result<ExitCode> {
    let failed = |error: std::io::Error| {
        Error::failed(format!("cannot start the credential server: {}", reason(&error)))
            .with_any_remedy(system::shortage(&error))
    };
    let mut server = helper(programs::this_program().map_err(failed)?);
    server.args(std::env::args_os().skip(1)).arg("--detach");
    apart(&mut server);
    core_dumps::start(&mut server).map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}

/// Serves for as long as another process runs.
fn beside(context: &Context, arguments: &ServeArgs, process: u32) -> Result<ExitCode> {
    // Outside the runtime, because a client brings its own.
    let prepared = prepare(context, arguments);
    block_on(async {
        let started = prepared.and_then(|keeper| start_beside(keeper, arguments.port, process));
        let (server, keeper, watched) = match started {
            Ok(started) => started,
            Err(error) => {
                let remedy = error.remedy().map(str::to_owned);
                Greeting::Failed { message: error.to_string(), remedy }.write()?;
                return Ok(ExitCode::FAILURE);
            }
        };
        // Before the file is created, which has to be removed at each end.
        let mut signals = Signals::new()?;
        let token_file = TokenFile::create(server.token()).ok();
        let path = token_file.as_ref().map(|file| file.path().to_owned());
        Greeting::Serving { uri: server.uri(), token: server.token().clone(), token_file: path }.write()?;
        tokio::select! {
            _ = server.serve(keeper) => {}
            () = watched.end() => {}
            _ = signals.any() => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn prepare(context: &Context, arguments: &ServeArgs) -> Result<Keeper> {
    let found = context.find_assuming(&arguments.role, &arguments.assume)?;
    let first = context.credentials(&found)?;
    keeper(context, &found, first)
}

fn start_beside(keeper: Keeper, port: u16, process: u32) -> Result<(Server, Keeper, Watched)> {
    let watched = Watched::process(process)?;
    Ok((Server::bind(port)?, keeper, watched))
}
