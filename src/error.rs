//! Errors: what happened, what to do about it, and the cause.

pub(crate) mod system;

use std::fmt;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use crate::untrusted::clean;

/// The result of every function that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Who has to act on an error; it decides the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something on this machine failed: a file, a lock, another program.
    Failed,
    /// The arguments or the configuration are wrong.
    Usage,
    /// A sign-in is needed.
    SignInNeeded,
    /// Identity Center denies the role, or does not know it.
    Denied,
    /// The service failed, throttled or could not be reached.
    Service,
    /// The user cancelled with Ctrl-C, Esc or "Deny".
    Cancelled,
}

impl Kind {
    /// The exit status that scripts can rely on.
    #[must_use]
    pub fn status(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::SignInNeeded => 3,
            Self::Denied => 4,
            Self::Service => 5,
            Self::Cancelled => 130,
        }
    }
}

impl Kind {
    /// The kind that ends a process with this status.
    #[must_use]
    pub fn of_status(status: u8) -> Option<Self> {
        let kinds = [Self::Failed, Self::Usage, Self::SignInNeeded, Self::Denied, Self::Service, Self::Cancelled];
        kinds.into_iter().find(|kind| kind.status() == status)
    }
}

/// An error as users see it: one line that says what happened, and a remedy if there is one.
#[derive(Clone, Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    remedy: Option<String>,
    /// Whether the AWS config is wrong, of which `doctor` says all.
    is_of_config: bool,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// Two errors are equal if users see the same; their sources may differ.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.message, &self.remedy) == (other.kind, &other.message, &other.remedy)
    }
}

impl Eq for Error {}

impl Error {
    /// An error of this kind; `message` says what happened, in one line without a full stop.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), remedy: None, is_of_config: false, source: None }
    }

    /// The same error, beginning with where the value that led to it comes from.
    #[must_use]
    pub fn naming(mut self, origin: &str) -> Self {
        self.message = format!("{origin}: {}", self.message);
        self
    }

    /// Something on this machine failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    /// The arguments or the configuration are wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A sign-in is needed.
    pub fn sign_in_needed(message: impl Into<String>) -> Self {
        Self::new(Kind::SignInNeeded, message)
    }

    /// Identity Center denies the role, or does not know it.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(Kind::Denied, message)
    }

    /// The service failed, throttled or could not be reached.
    pub fn service(message: impl Into<String>) -> Self {
        Self::new(Kind::Service, message)
    }

    /// The user cancelled.
    pub fn cancelled(message: impl Into<String>) -> Self {
        Self::new(Kind::Cancelled, message)
    }

    /// Adds what to do, such as `run: aws-sso login -p corp`.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Adds what to do, if anything can be done.
    #[must_use]
    pub(crate) fn with_any_remedy(mut self, remedy: Option<String>) -> Self {
        self.remedy = remedy.or(self.remedy);
        self
    }

    /// Says that the AWS config is wrong: then the report names the verb that finds all that is wrong in it.
    #[must_use]
    pub(crate) fn of_config(self) -> Self {
        Self { is_of_config: true, ..self }
    }

    /// Adds the cause, which `-v` shows. Its texts must not hold a secret: nothing that repeats a request or an answer.
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Who has to act.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What to do, if anything can be done.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.remedy.as_deref()
    }

    /// The exit status of the process that ends with this error.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind.status())
    }

    /// The text without colors and control characters, and with a newline at the end.
    #[must_use]
    pub fn report(&self) -> String {
        let mut report = format!("aws-sso: {}\n", clean(&self.message));
        let doctor = self.is_of_config.then_some("to check all of the config, run: aws-sso doctor");
        for line in self.remedy.iter().flat_map(|remedy| remedy.lines()).chain(doctor) {
            report.push_str("  ");
            report.push_str(&clean(line));
            report.push('\n');
        }
        report
    }
}

impl Error {
    /// Logs what caused the error, and what caused that; shown with `-v`.
    pub fn log_causes(&self) {
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            tracing::debug!("caused by: {}", clean(&error.to_string()));
            cause = error.source();
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as &(dyn std::error::Error + 'static))
    }
}

/// An operating-system error without Rust's trailing `(os error 13)`.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text[..end].to_owned()
}
