//! Fast path for a cached `credential_process` answer: arguments, config, cache file, one write.
//!
//! SDKs run a `credential_process` all the time, and nearly always the answer is cached. So the fast path builds
//! nothing: no argument parser, no async runtime, no TLS, no lock, no thread. Anything unusual returns `None`, and
//! `commands` takes over, which also words every error. `benches/gates` limits its instructions and system calls.

mod chain;

use std::ffi::OsString;

use crate::aws_cache::assumed_role::{CachedBase, CachedHop};
use crate::aws_cache::role_credentials::{self, CachedRole};
use crate::aws_config::config::Config;
use crate::credentials;
use crate::credentials::RoleCredentials;
use crate::environment;
use crate::role::{Hop, IamRole, RoleRef};
use crate::secret_store::SecretStore;

/// The `credential_process` answer, if the arguments ask for one and the cached credentials are fresh.
#[must_use]
pub fn answer(arguments: &[OsString]) -> Option<String> {
    let ProcessRequest { profile, role, assumed } = request(arguments)?;
    let sign_in = || profile.map(str::to_owned).or_else(environment::sso_session);
    let credentials = match (role.parse().ok()?, assumed) {
        (RoleRef::Arn(role), assumed) => cached(&sign_in()?, &role.account_id, &role.role_name, assumed)?,
        (RoleRef::Id { account_id, role_name }, assumed) => cached(&sign_in()?, &account_id, &role_name, assumed)?,
        (RoleRef::Name(_) | RoleRef::AccountName { .. }, None) => {
            // What `-p` names makes no difference to a profile, but has to be there.
            if let Some(name) = profile {
                Config::read_profile(&environment::config_file().ok()?, name).ok()?.directory(name).ok()?;
            }
            chain::cached(role)?
        }
        (RoleRef::Name(_) | RoleRef::AccountName { .. } | RoleRef::Place(_), _) => return None,
    };
    credentials::process(&credentials).ok()
}

struct ProcessRequest<'a> {
    profile: Option<&'a str>,
    role: &'a str,
    /// The ARN of a role to assume with that one.
    assumed: Option<&'a str>,
}

/// Reads `-p P -r ROLE -ext` in any order, and `process ROLE [-p P]`.
///
/// A line that clap would refuse, such as one with an option twice, is left to clap.
fn request(arguments: &[OsString]) -> Option<ProcessRequest<'_>> {
    let (mut profile, mut role, mut assumed, mut external, mut process) = (None, None, None, false, false);
    let mut words = arguments.iter().map(|word| word.to_str());
    while let Some(word) = words.next() {
        match word? {
            "-p" | "--profile" if profile.is_none() => profile = Some(words.next()??),
            "-r" | "--rolearn" if role.is_none() => role = Some(words.next()??),
            "--assume" if process && assumed.is_none() => assumed = Some(words.next()??),
            "-ext" | "--external-source" if !external => external = true,
            "process" if !process && role.is_none() => {
                process = true;
                role = Some(words.next()??);
            }
            word => match word.strip_prefix("--assume=") {
                Some(arn) if process && assumed.is_none() => assumed = Some(arn),
                _ => return None,
            },
        }
    }
    let role = role.filter(|role| is_value(role))?;
    let are_values = profile.into_iter().chain(assumed).all(is_value);
    let has_role = assumed.is_none_or(|arn| process && arn.parse::<IamRole>().is_ok());
    (external != process && are_values && has_role).then_some(ProcessRequest { profile, role, assumed })
}

/// Whether clap takes this word for the value of an option, and not for another option.
fn is_value(word: &str) -> bool {
    !word.starts_with('-')
}

fn cached(profile: &str, account_id: &str, role_name: &str, assumed: Option<&str>) -> Option<RoleCredentials> {
    let config = Config::read_profile(&environment::config_file().ok()?, profile).ok()?;
    let directory = config.directory(profile).ok()?;
    let role = CachedRole { account_id, role_name, directory: &directory };
    let folder = environment::role_cache().ok()?;
    if let Some(arn) = assumed {
        let hop = Hop::new(arn.parse().ok()?);
        return chain::of_hop(&CachedHop { base: CachedBase::Role(role), before: &[], hop: &hop }, &folder);
    }
    // Whose a file of the AWS CLI is takes another file to find out.
    let read = role_credentials::read(&SecretStore::Files, &role.path(&folder), &role, || false);
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
            ("process R", Some(("", "R"))),
            ("process R -p P --assume arn:aws:iam::123456789012:role/x", Some(("P", "R"))),
            ("process R -p P --assume=arn:aws:iam::123456789012:role/x", Some(("P", "R"))),
            ("process R -p P --assume=x", None),
            ("--assume=arn:aws:iam::123456789012:role/x process R -p P", None),
            ("--assume arn:aws:iam::123456789012:role/x process R -p P", None),
            ("-p P -r R -ext --assume=arn:aws:iam::123456789012:role/x", None),
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
            let found = request(&arguments).map(|request| (request.profile.unwrap_or_default(), request.role));
            assert_eq!(found, expected, "{line}");
        }
    }

    /// The words that could make a line mean one thing to the fast path, and another to clap.
    const WORDS: [&str; 27] = [
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
        "--assume",
        "--assume=arn:aws:iam::123456789012:role/x",
        "arn:aws:iam::123456789012:role/x",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        /// What the fast path answers is what clap would have understood.
        #[test]
        fn the_fast_path_and_the_parser_understand_each_line_alike(words in vec(select(&WORDS[..]), 0..8)) {
            let arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
            let Some(ProcessRequest { profile, role, .. }) = request(&arguments) else { return Ok(()) };
            let line = std::iter::once(OsString::from("aws-sso")).chain(arguments.iter().cloned()).collect();
            let asked = commands::process_request(line);
            prop_assert_eq!(asked, Some((profile.map(str::to_owned), role.to_owned())), "{:?}", words);
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
