//! `exec --server`: a credential server beside the command, which ends with it.
//!
//! It watches the process that this one is, and that the command becomes, so the command itself inherits no pipe and has
//! no child that it did not start.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::context::Context;
use crate::context::enter::recorded;
use crate::context::find::Found;
use crate::credential_server::Greeting;
use crate::error::{Error, Result};
use crate::programs::{self, group::own_group};
use crate::shell::Change;

/// Starts the server; the change that leads the command's SDKs to it.
pub(super) fn start(context: &Context, found: &Found, region: Option<&str>) -> Result<Change> {
    if let Some(rival) = context.rival_of_server()? {
        return Err(Error::usage(rival).with_remedy(
            "rename that profile, or leave out --server\n\
             with a discovered profile, --as-profile renews its credentials as well",
        ));
    }
    // Here a person can be asked to sign in; the server beside has no terminal. It finds these in the cache.
    context.credentials(found)?;
    let (uri, token) = greeting(&mut server(found)?)?;
    let region = region.or(found.region.as_deref());
    recorded(Change::to_server(&uri, &token, &found.directory.name, &found.role, region))
}

fn not_started(reason: &str) -> Error {
    Error::failed(format!("the credential server did not start: {reason}"))
}

fn server(found: &Found) -> Result<Command> {
    let program = programs::this_program().map_err(|error| not_started(&error.to_string()))?;
    let mut server = Command::new(program);
    server
        .args(["-p", &found.directory.name, "--login", "never", "serve", &found.role.to_string()])
        .args(["--beside", &std::process::id().to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    own_group(&mut server);
    if cfg!(unix) {
        server.stdin(Stdio::null());
    } else {
        server.arg("--detach").stdin(Stdio::piped());
    }
    Ok(server)
}

/// Where the server is, as it says itself.
fn greeting(server: &mut Command) -> Result<(String, crate::secret::Secret)> {
    let mut started = server.spawn().map_err(|error| not_started(&error.to_string()))?;
    let mut line = String::new();
    let stdout = started.stdout.take().ok_or_else(|| not_started("it has no output"))?;
    let read = BufReader::new(stdout).read_line(&mut line);
    if cfg!(unix) {
        // It has handed on to a process of its own.
        let _ = started.wait();
    } else {
        // Kept open until this process ends, for the server to end with it.
        std::mem::forget(started.stdin.take());
    }
    read.map_err(|error| not_started(&error.to_string()))?;
    match serde_json::from_str(&line) {
        Ok(Greeting::Serving { uri, token }) => Ok((uri, token)),
        Ok(Greeting::Failed { message, remedy }) => {
            let error = not_started(&message);
            Err(match remedy {
                Some(remedy) => error.with_remedy(remedy),
                None => error,
            })
        }
        Err(_) => Err(not_started("it ended without a word")),
    }
}
