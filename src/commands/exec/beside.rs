//! `exec --server`: a credential server that runs beside the command and ends with it.
//!
//! The server watches this process, which becomes the command. So the command inherits no pipe, and has no child
//! process that it did not start.

use std::io::{self, BufRead as _, BufReader, IsTerminal as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::context::Context;
use crate::context::enter::recorded;
use crate::context::find::Found;
use crate::context::labels;
use crate::credential_chain::helper;
use crate::credential_server::Greeting;
use crate::environment;
use crate::error::{Error, Result, reason, system};
use crate::programs::{self, core_dumps, group::apart};
use crate::role::RoleLine;
use crate::secret::Secret;
use crate::shell::{Change, RoleLabels, ServerAddress};

/// Starts the server, and returns the change of the environment that makes SDKs ask it.
pub(super) fn start(context: &Context, found: &Found, region: Option<&str>) -> Result<Change> {
    refuse_if_hidden(context, &labels::of(context, found)?)?;
    // The server has no terminal to ask the user to sign in. It finds these credentials in the cache.
    context.credentials(found)?;
    // Their end may be known only after a sign-in.
    let labels = labels::of(context, found)?;
    let (uri, token, token_file) = greeting(&mut server(found)?)?;
    let region = region.or(found.region.as_deref());
    let address = ServerAddress { uri: &uri, token: &token, token_file: token_file.as_deref() };
    recorded(Change::to_server(address, &labels, region, environment::current))
}

/// Fails before the server starts if some SDK would not ask it.
fn refuse_if_hidden(context: &Context, labels: &RoleLabels) -> Result<()> {
    let address = ServerAddress { uri: "http://127.0.0.1/", token: &Secret::from(""), token_file: None };
    let change = Change::to_server(address, labels, None, environment::current);
    let Some(hiding) = context.hiding_server(&change)? else { return Ok(()) };
    Err(Error::usage(format!("{}, and would not ask a credential server", hiding.describe())).with_remedy(
        "rename that profile, or leave out --server\n\
         with a discovered profile, --as-profile renews its credentials too",
    ))
}

fn not_started(reason: &str) -> Error {
    Error::failed(format!("the credential server did not start: {reason}"))
}

fn system_failed(error: io::Error) -> Error {
    not_started(&reason(&error)).with_any_remedy(system::shortage(&error)).with_source(error)
}

/// The words that name the role.
fn words(found: &Found) -> Vec<String> {
    let of_identity_center =
        || RoleLine { profile: Some(found.directory.name.clone()), ..RoleLine::of_role(&found.arn()) };
    found.line().unwrap_or_else(of_identity_center).words()
}

fn server(found: &Found) -> Result<Command> {
    let program = programs::this_program().map_err(system_failed)?;
    let mut server = helper(program);
    server
        .args(["--login", "never", "serve", "--beside", &std::process::id().to_string()])
        .args(words(found))
        .stdout(Stdio::piped())
        // On a terminal its words would get in between those of the command; a log should have them.
        .stderr(if io::stderr().is_terminal() { Stdio::null() } else { Stdio::inherit() });
    apart(&mut server);
    if cfg!(unix) {
        server.stdin(Stdio::null());
    } else {
        server.arg("--detach").stdin(Stdio::piped());
    }
    Ok(server)
}

/// Starts the server and reads its address, its token, and the file that holds the token too.
fn greeting(server: &mut Command) -> Result<(String, Secret, Option<PathBuf>)> {
    let mut started = core_dumps::start(server).map_err(system_failed)?;
    let mut line = String::new();
    let stdout = started.stdout.take().ok_or_else(|| not_started("it has no output"))?;
    let read = BufReader::new(stdout).read_line(&mut line);
    if cfg!(unix) {
        // This process starts the server and ends, so that the server is not a child of the command.
        let _ = started.wait();
    } else {
        // The server ends when its stdin is closed, so that must stay open as long as this process.
        std::mem::forget(started.stdin.take());
    }
    read.map_err(system_failed)?;
    match serde_json::from_str(&line) {
        Ok(Greeting::Serving { uri, token, token_file }) => Ok((uri, token, token_file)),
        Ok(Greeting::Failed { message, remedy }) => {
            let error = not_started(&message);
            Err(match remedy {
                Some(remedy) => error.with_remedy(remedy),
                None => error,
            })
        }
        Err(_) => Err(not_started("it ended without an answer")),
    }
}
