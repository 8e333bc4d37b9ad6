//! Whether a missing sign-in may be asked for.

use clap::ValueEnum;

/// What `--login` and the settings say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LoginPolicy {
    /// Ask where a person can see the link: the controlling terminal opens.
    #[default]
    Auto,
    /// Never ask: what needs a sign-in fails at once with status 3.
    Never,
}
