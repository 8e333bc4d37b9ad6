//! The command line of a verb that a shell waits for, parsed without the arguments of all other verbs: to define those
//! costs more time than to run the verb.

use std::ffi::OsString;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::Global;

/// A verb apart from the others: its arguments, and what they make.
pub(crate) struct OneVerb<V> {
    pub(crate) name: &'static str,
    pub(crate) define: fn(Command) -> Command,
    pub(crate) read: fn(&ArgMatches) -> Result<V, clap::Error>,
}

/// A table of `name => Variant(Arguments)` of an enum of verbs.
macro_rules! one_verb {
    ($verbs:ident, $($name:literal => $verb:ident($arguments:ty),)+) => {
        &[$($crate::cli::one_verb::OneVerb {
            name: $name,
            define: <$arguments as clap::Args>::augment_args,
            read: |matches| <$arguments as clap::FromArgMatches>::from_arg_matches(matches).map($verbs::$verb),
        }),+]
    };
}
pub(crate) use one_verb;

impl<V> OneVerb<V> {
    /// The command line with this verb alone.
    pub(crate) fn command(&self) -> Command {
        Global::augment_args(Command::new("aws-sso")).subcommand((self.define)(Command::new(self.name)))
    }
}

/// The verb with this name, if it is one of these.
pub(crate) fn named<'a, V>(verbs: &'a [OneVerb<V>], name: &str) -> Option<&'a OneVerb<V>> {
    verbs.iter().find(|verb| verb.name == name)
}

/// Parses the line of one of these verbs; `None` for any other line, and for one that the whole command line has to
/// explain: help, the version, wrong usage, and what is written in the original tool's spelling.
pub(crate) fn parse<V>(verbs: &[OneVerb<V>], arguments: &[OsString]) -> Option<(Global, V)> {
    let verb = arguments.iter().find_map(|word| named(verbs, word.to_str()?))?;
    let matches = verb.command().try_get_matches_from(arguments).ok()?;
    let global = Global::from_arg_matches(&matches).ok()?;
    let (_, own) = matches.subcommand()?;
    Some((global, (verb.read)(own).ok()?))
}
