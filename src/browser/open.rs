//! Opening a link in the user's browser.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::address::Link;
use crate::credential_chain::remove_secrets;
use crate::environment;
use crate::programs::group::start_outside;
use crate::programs::startable;
use crate::programs::unstarted::Unstarted;

use super::openers;

/// How long a program is watched: one that opens nothing ends with an error by then, and many browsers never end.
const WATCHED: Duration = Duration::from_secs(1);

/// How often to look.
const PAUSE: Duration = Duration::from_millis(10);

/// Opens the link if it is safe to open. Returns whether a program did, as far as programs tell.
///
/// Nobody waits for the program to end, and Ctrl-C here does not end it.
pub(crate) async fn open(url: &str) -> bool {
    if !Link::parse(url).is_some_and(|link| link.is_safe()) {
        return false;
    }
    for command in openers::commands(url) {
        if has_opened(command).await {
            return true;
        }
    }
    false
}

/// Starts a program, and waits whether it ends with an error.
async fn has_opened(command: Command) -> bool {
    let program = command.get_program().to_owned();
    let tells = openers::tells(&command);
    let mut child = match launch(command) {
        Ok(child) => child,
        Err(cause) => {
            tracing::debug!("{} did not start: {}", program.display(), cause.what);
            return false;
        }
    };
    let start = Instant::now();
    while start.elapsed() < WATCHED {
        if let Ok(Some(status)) = child.try_wait() {
            tracing::debug!("{} has ended: {status}", program.display());
            return status.success() || !tells;
        }
        tokio::time::sleep(PAUSE).await;
    }
    true
}

/// Whether `BROWSER` names a program; `none` is not one.
pub(crate) fn is_chosen() -> bool {
    environment::browser().is_some_and(|browser| !openers::is_none(&browser))
}

/// Whether `BROWSER` is `none`: open nothing.
pub(crate) fn is_unwanted() -> bool {
    environment::browser().is_some_and(|browser| openers::is_none(&browser))
}

/// Starts a browser, without the secrets of this shell: neither it nor what runs in it needs them.
///
/// Errors: why it did not start.
pub(crate) fn start(command: Command) -> Result<(), Unstarted> {
    launch(command).map(drop)
}

fn launch(mut command: Command) -> Result<Child, Unstarted> {
    remove_secrets(&mut command);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    start_outside(&mut command).map_err(|error| startable::explain(command.get_program(), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_unsafe_link_is_not_opened() {
        for url in ["http://example.com/", "file:///etc/passwd", "javascript:alert(1)", "--help"] {
            assert!(!open(url).await, "{url}");
        }
    }
}
