//! Fast path for a cached `credential_process` answer: arguments, config, cache file, one write.
//!
//! SDKs run a `credential_process` all the time, and nearly always the answer is cached. So the fast path builds
//! nothing: no argument parser, no async runtime, no TLS, no lock, no thread. Anything unusual returns `None`, and
//! `commands` takes over, which also words every error. `benches/gates` limits its instructions and system calls.

use std::ffi::OsString;

use crate::aws_cache::role_credentials::{self, CachedRole};
use crate::aws_config::config::Config;
use crate::credentials;
use crate::credentials::RoleCredentials;
use crate::environment;
use crate::role::RoleRef;
use crate::secret_store::SecretStore;

/// The `credential_process` answer, if the arguments ask for one and the cached credentials are fresh.
#[must_use]
pub fn answer(arguments: &[OsString]) -> Option<String> {
    let ProcessRequest { profile, role } = request(arguments)?;
    let credentials = cached(&profile, role)?;
    credentials::process(&credentials).ok()
}

struct ProcessRequest<'a> {
    profile: std::borrow::Cow<'a, str>,
    role: &'a str,
}

/// Reads `-p P -r ROLE -ext` in any order, and `process ROLE [-p P]`.
///
/// A line that clap would refuse, such as one with an option twice, is left to clap.
fn request(arguments: &[OsString]) -> Option<ProcessRequest<'_>> {
    let (mut profile, mut role, mut external, mut process) = (None, None, false, false);
    let mut words = arguments.iter().map(|word| word.to_str());
    while let Some(word) = words.next() {
        match word? {
            "-p" | "--profile" if profile.is_none() => profile = Some(words.next()??),
            "-r" | "--rolearn" if role.is_none() => role = Some(words.next()??),
            "-ext" | "--external-source" if !external => external = true,
            "process" if !process && role.is_none() => {
                process = true;
                role = Some(words.next()??);
            }
            _ => return None,
        }
    }
    let role = role.filter(|role| is_value(role))?;
    let profile = match profile {
        Some(profile) => is_value(profile).then_some(profile)?.into(),
        None => environment::sso_session()?.into(),
    };
    (external != process).then_some(ProcessRequest { profile, role })
}

/// Whether clap takes this word for the value of an option, and not for another option.
fn is_value(word: &str) -> bool {
    !word.starts_with('-')
}

fn cached(profile: &str, role: &str) -> Option<RoleCredentials> {
    let (account_id, role_name) = match role.parse().ok()? {
        RoleRef::Arn(arn) => (arn.account_id, arn.role_name),
        RoleRef::Id { account_id, role_name } => (account_id, role_name),
        RoleRef::AccountName { .. } | RoleRef::Place(_) | RoleRef::Name(_) => return None,
    };
    let config = Config::read_profile(&environment::config_file().ok()?, profile).ok()?;
    let directory = config.directory(profile).ok()?;
    let role = CachedRole { account_id: &account_id, role_name: &role_name, directory: &directory };
    let path = role.path(&environment::role_cache().ok()?);
    // Whose a file of the AWS CLI is takes another file to find out.
    let read = role_credentials::read(&SecretStore::Files, &path, &role, || false);
    read.ok()?.filter(RoleCredentials::is_fresh)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::commands;

    #[test]
    fn only_the_plain_spelling_takes_the_fast_path() {
        let cases = [
            ("-p P -r R -ext", Some(("P", "R"))),
            ("-ext --rolearn R --profile P", Some(("P", "R"))),
            ("--external-source -r R -p P", Some(("P", "R"))),
            ("process R -p P", Some(("P", "R"))),
            ("-p P process R", Some(("P", "R"))),
            ("-p P -r R", None),
            ("-p P -ext", None),
            ("-p P -r R -ext -env", None),
            ("-p P -r R -ext --help", None),
            ("process R -p P -ext", None),
            ("process --help -p P", None),
            ("-p A -p B -r R -ext", None),
            ("-p P -r A -r B -ext", None),
            ("-p P -r R -ext -ext", None),
            ("process A -r B -p P", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            let found = request(&arguments).map(|request| (request.profile.into_owned(), request.role));
            let found = found.as_ref().map(|(profile, role)| (profile.as_str(), *role));
            assert_eq!(found, expected, "{line}");
        }
    }

    /// The words that could make a line mean one thing to the fast path, and another to clap.
    const WORDS: [&str; 24] = [
        "-p",
        "--profile",
        "-r",
        "--rolearn",
        "--role",
        "-ext",
        "--external-source",
        "-env",
        "-d",
        "process",
        "env",
        "login",
        "-v",
        "--login",
        "never",
        "--help",
        "--",
        "-",
        "",
        "P",
        "Q",
        "123456789012/R",
        "-pP",
        "--profile=P",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        /// What the fast path answers is what clap would have understood.
        #[test]
        fn the_fast_path_and_the_parser_understand_each_line_alike(words in vec(select(&WORDS[..]), 0..8)) {
            let arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
            let Some(ProcessRequest { profile, role }) = request(&arguments) else { return Ok(()) };
            let line = std::iter::once(OsString::from("aws-sso")).chain(arguments.iter().cloned()).collect();
            let asked = commands::process_request(line);
            prop_assert_eq!(asked, Some((Some(profile.into_owned()), role.to_owned())), "{:?}", words);
        }

        /// The plain spellings, in each order, stay on the fast path.
        #[test]
        fn the_plain_spellings_stay_on_the_fast_path(
            parts in Just([&["-p", "P"][..], &["-r", "123456789012/R"], &["-ext"]]).prop_shuffle()
        ) {
            let arguments: Vec<OsString> = parts.concat().iter().map(OsString::from).collect();
            prop_assert!(request(&arguments).is_some(), "{:?}", arguments);
        }
    }
}
