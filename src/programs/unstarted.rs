//! How a program is started, and in which words it is said why one is not.

use std::path::PathBuf;

/// How a program is started.
#[derive(Debug)]
#[cfg_attr(not(unix), allow(dead_code, reason = "only Unix looks into files before it starts them"))]
pub(crate) enum Start {
    /// The system starts it.
    Direct,
    /// It is text without a `#!` line: /bin/sh runs it, as shells and `env` have it.
    Shell(PathBuf),
    /// Only an emulator runs it, and perhaps the system has one; with the cause if it has none.
    Doubtful(PathBuf, Unstarted),
}

/// Why a program does not start.
#[derive(Debug)]
pub(crate) struct Unstarted {
    pub(crate) problem: Problem,
    /// A clause, such as `it is a folder`.
    pub(crate) what: String,
    pub(crate) remedy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "only Unix looks into files before it starts them"))]
pub(crate) enum Problem {
    /// There is no such program.
    Missing,
    /// Something that it needs is not there.
    PartMissing,
    /// It is there, and cannot be started.
    Unusable,
    /// Something that it needs is there, and cannot be started.
    PartUnusable,
    /// Too many scripts are the interpreters of each other.
    TooDeep,
}

impl Unstarted {
    pub(super) fn new(problem: Problem, what: impl Into<String>) -> Self {
        Self { problem, what: what.into(), remedy: None }
    }

    pub(super) fn unusable(what: impl Into<String>) -> Self {
        Self::new(Problem::Unusable, what)
    }

    pub(super) fn not_found() -> Self {
        Self::new(Problem::Missing, "command not found")
    }

    pub(super) fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The exit status that a shell has then.
    pub(crate) fn status(&self) -> u8 {
        match self.problem {
            Problem::Missing | Problem::PartMissing => 127,
            Problem::Unusable | Problem::PartUnusable | Problem::TooDeep => 126,
        }
    }
}
