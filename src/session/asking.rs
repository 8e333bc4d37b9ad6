//! Whether somebody is asked to sign in. A program's request is no person's wish: programs ask again and again, also
//! where nobody is there, and each of their requests would open one more tab.

use std::time::Duration;

use jiff::Timestamp;

use crate::aws_cache::token::Token;
use crate::environment;
use crate::error::{Error, Kind, Result};
use crate::files::failed;
use crate::files::waiting::Request;
use crate::terminal;
use crate::timestamp;

use super::login_policy::LoginPolicy;
use super::valid_token::{SIGN_IN, Session};

/// For how long a sign-in that nobody answered stands for all others that programs ask for.
const MEMORY: Duration = Duration::from_mins(10);

impl Session<'_> {
    /// Fails where a sign-in would be shown to nobody.
    pub(super) fn check_somebody_is_there(&self) -> Result<()> {
        let nobody = |why: &str| Err(self.unasked(&format!("nobody is asked to sign in, because {why}")));
        if self.policy == LoginPolicy::Never {
            Err(self.sign_in_needed())
        } else if !self.is_for_person && environment::is_ci() {
            nobody("CI is set")
        } else if !self.is_for_person && environment::is_dumb_terminal() && !terminal::is_stdin() {
            nobody("TERM is dumb and stdin is no terminal")
        } else if !self.is_for_person && terminal::is_write_stopped() {
            nobody("this process is in the background of a terminal with `stty tostop`, and must not write there")
        } else if !terminal::is_there() {
            Err(self.sign_in_needed())
        } else {
            Ok(())
        }
    }

    /// Whether a question other than that for a sign-in would reach somebody.
    pub(crate) fn may_ask_person(&self) -> bool {
        self.policy != LoginPolicy::Never && (self.is_for_person || !environment::is_ci())
    }

    /// Asks somebody, unless a program's request was not answered within the last ten minutes and this is another
    /// program's.
    ///
    /// That a program asks is remembered before the person is asked: whatever runs this process may end it at any time,
    /// as SDKs do after a minute. Where it cannot be remembered nobody is asked.
    pub(super) fn asking_once(&self, ask: impl FnOnce(&Request) -> Result<Token>) -> Result<Token> {
        let (locks, name) = (&self.paths.locks, self.lock_name("unanswered"));
        let request = Request::new(locks, &self.lock_name(SIGN_IN));
        if self.is_for_person {
            let token = ask(&request)?;
            failed::forget(locks, &name);
            return Ok(token);
        }
        if let Some((since, error)) = failed::since(locks, &name, MEMORY) {
            return Err(self.unanswered(Timestamp::try_from(since).unwrap_or_default(), error.as_ref()));
        }
        if !failed::remember(locks, &name, &self.sign_in_needed()) {
            let folder = environment::shown(locks);
            let why = format!("that cannot be remembered in {folder}, and each program would ask again");
            return Err(self.unasked(&format!("nobody is asked to sign in, because {why}")));
        }
        let outcome = ask(&request);
        match &outcome {
            // The ten minutes begin now.
            Err(error) if request.is_shown() => drop(failed::remember(locks, &name, error)),
            _ => failed::forget(locks, &name),
        }
        outcome
    }

    fn unanswered(&self, since: Timestamp, error: Option<&Error>) -> Error {
        let ago = timestamp::span(-timestamp::seconds_until(since));
        let since = timestamp::local_time(since);
        let (sign_in, when) = ("the sign-in that a program asked for", format!("{since} ({ago} ago)"));
        self.unasked(&match error.map(Error::kind) {
            Some(Kind::Cancelled) => format!("{sign_in} was denied at {when}"),
            _ => format!("nobody answered {sign_in}, since {when}"),
        })
    }

    fn unasked(&self, why: &str) -> Error {
        let needed = self.sign_in_needed();
        Error::sign_in_needed(format!("{needed}; {why}")).with_any_remedy(needed.remedy().map(str::to_owned))
    }
}
