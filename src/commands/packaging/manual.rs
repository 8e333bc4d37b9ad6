//! Manual pages: one for each verb, and one for all, with what they have in common.

use clap::Command;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use crate::error::{Error, Result};

/// What a ROLE may be.
const ROLES: &[(&str, &str)] = &[
    (
        "arn:aws:iam::123456789012:role/NAME",
        "an ARN, in any partition; also the reserved one that the IAM console shows, and that of an assumed role",
    ),
    ("123456789012/NAME", "an account's id and the role's name, which costs no look-up"),
    ("ACCOUNT_NAME/NAME", "an account's name, as aws-sso list shows it"),
    ("PROFILE", "a profile of the AWS config that means a role"),
    ("ALIAS", "a name of the section [alias] of the settings"),
];

const FILES: &[(&str, &str)] = &[
    ("~/.aws/config", "profiles and sso-sessions; elsewhere if AWS_CONFIG_FILE is set"),
    ("~/.aws/credentials", "the default profile's keys; elsewhere if AWS_SHARED_CREDENTIALS_FILE is set"),
    ("~/.aws/sso/cache/", "sign-ins and client registrations, shared with the AWS CLI and the SDKs"),
    ("~/.aws/cli/cache/", "role credentials, shared with the AWS CLI"),
    ("$XDG_CONFIG_HOME/aws-sso/config", "the settings; ~/.config/aws-sso/config by default"),
    ("$XDG_CACHE_HOME/aws-sso/", "accounts and roles, and locks; ~/.cache/aws-sso by default. No secrets"),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    ("AWS_SSO_PROFILE", "the directory, where -p is not given"),
    ("AWS_PROFILE, AWS_DEFAULT_PROFILE", "whose network settings count where the directory is an sso-session"),
    ("AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE", "other places for the two AWS files"),
    ("AWS_REGION, AWS_DEFAULT_REGION", "the region to work in; set by use, pick and env"),
    (
        "AWS_ENDPOINT_URL_SSO, AWS_ENDPOINT_URL_SSO_OIDC, AWS_ENDPOINT_URL_SIGNIN, AWS_ENDPOINT_URL",
        "other addresses of the service",
    ),
    ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true: none of them counts"),
    ("AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT", "true: that kind of endpoint"),
    ("AWS_CA_BUNDLE", "PEM certificates in place of the system's"),
    ("AWS_MAX_ATTEMPTS", "how often a request is sent at most"),
    ("HTTPS_PROXY, ALL_PROXY, NO_PROXY", "the way to the service"),
    ("BROWSER", "the program that opens the sign-in page"),
    ("NO_COLOR", "nothing is coloured"),
    (
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION, AWS_ACCOUNT_ID",
        "set by use, pick and env",
    ),
    (
        "AWS_SSO_ROLE_ARN, AWS_SSO_EXPIRATION, AWS_SSO_DISPLACED",
        "set by use and pick: the role, its end (epoch seconds), and what clear gives back",
    ),
];

const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "done"),
    ("1", "failed"),
    ("2", "wrong usage or configuration"),
    ("3", "sign-in needed"),
    ("4", "access denied, or no such role"),
    ("5", "the service failed or is unreachable"),
    ("130", "given up"),
];

/// `man/NAME.1` and its text, for the program and each of its verbs.
pub(super) fn pages(mut command: Command) -> Result<Vec<(String, String)>> {
    command.build();
    let version = command.get_version().unwrap_or_default().to_owned();
    let mut pages = Vec::new();
    collect(&command, &version, &mut pages)?;
    Ok(pages)
}

fn collect(command: &Command, version: &str, pages: &mut Vec<(String, String)>) -> Result<()> {
    let name = page_name(command);
    pages.push((format!("man/{name}.1"), page(command, &name, version)?));
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set());
    verbs.into_iter().try_for_each(|verb| collect(verb, version, pages))
}

/// `aws-sso-sandbox-serve`.
fn page_name(command: &Command) -> String {
    command.get_bin_name().unwrap_or_else(|| command.get_name()).replace(' ', "-")
}

fn page(command: &Command, name: &str, version: &str) -> Result<String> {
    let man = Man::new(command.clone());
    let is_whole = name == "aws-sso";
    let mut text = Vec::new();
    // Without a date: the same program gives the same page.
    text.extend(format!(".TH {} 1 \"\" \"aws-sso {version}\" \"User Commands\"\n", name.to_uppercase()).bytes());
    let rendered = named(command, name)
        .to_writer(&mut text)
        .and_then(|()| man.render_synopsis_section(&mut text))
        .and_then(|()| described(command).to_writer(&mut text))
        .and_then(|()| man.render_options_section(&mut text))
        .and_then(|()| if command.has_subcommands() { man.render_subcommands_section(&mut text) } else { Ok(()) })
        .and_then(|()| if is_whole { common().to_writer(&mut text) } else { Ok(()) })
        .and_then(|()| last(command, is_whole).to_writer(&mut text));
    rendered.map_err(|error| Error::failed(format!("cannot write the manual: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// `NAME - what it is for`, as man-db indexes it.
fn named(command: &Command, name: &str) -> Roff {
    let mut roff = Roff::new();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let about = about.trim_end_matches('.');
    roff.control("SH", ["NAME"]).text([roman(format!("{name} - {about}"))]);
    roff
}

/// What it is for, and what the help says below the options.
fn described(command: &Command) -> Roff {
    let mut roff = Roff::new();
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    roff.control("SH", ["DESCRIPTION"]).text([roman(about)]);
    let (notes, _) = parts(command);
    for paragraph in notes.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        let start = paragraph.lines().take_while(|line| !line.starts_with(' ')).collect::<Vec<_>>();
        roff.control("PP", []).text([roman(start.join("\n"))]);
        let rest: Vec<_> = paragraph.lines().skip(start.len()).collect();
        if !rest.is_empty() {
            roff.control("PP", []);
            literal(&mut roff, &rest.join("\n"));
        }
    }
    roff
}

/// The help below the options: what stands before its examples, and these.
fn parts(command: &Command) -> (String, String) {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    match help.split_once("Examples:\n") {
        Some((notes, examples)) => (notes.trim_end().to_owned(), examples.to_owned()),
        None => (help, String::new()),
    }
}

/// What all verbs have in common.
fn common() -> Roff {
    let mut roff = Roff::new();
    for (heading, entries) in
        [("ROLES", ROLES), ("EXIT STATUS", EXIT_STATUS), ("FILES", FILES), ("ENVIRONMENT", ENVIRONMENT)]
    {
        roff.control("SH", [heading]);
        for (term, meaning) in entries {
            roff.control("TP", []).text([bold(*term)]).text([roman(*meaning)]);
        }
    }
    roff
}

fn last(command: &Command, is_whole: bool) -> Roff {
    let mut roff = Roff::new();
    let (_, examples) = parts(command);
    if !examples.is_empty() {
        roff.control("SH", ["EXAMPLES"]);
        literal(&mut roff, &examples);
    }
    roff.control("SH", ["SEE ALSO"]);
    if is_whole {
        roff.text([bold("aws"), roman("(1), and aws-sso VERB --help")]);
    } else {
        roff.text([
            bold("aws-sso"),
            roman("(1) has the forms of a ROLE, the exit statuses, the files and the environment."),
        ]);
    }
    roff
}

/// Lines as they stand.
fn literal(roff: &mut Roff, text: &str) {
    roff.control("RS", ["4"]).control("nf", []);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let common = text.lines().map(indent).min().unwrap_or_default();
    for line in text.lines() {
        roff.text([roman(&line[common..])]);
    }
    roff.control("fi", []).control("RE", []);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What tells where and by whom a program is run is nobody's setting.
    const SURROUNDINGS: [&str; 14] = [
        "HOME",
        "PATH",
        "SHELL",
        "ZDOTDIR",
        "TERM",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "WSL_DISTRO_NAME",
        "SSH_CONNECTION",
        "SSH_CLIENT",
        "SSH_TTY",
        "CODESPACES",
        "REMOTE_CONTAINERS",
        "KUBERNETES_SERVICE_HOST",
    ];

    #[test]
    fn the_manual_has_every_variable_that_is_read() {
        let known: String = ENVIRONMENT.iter().map(|(names, _)| format!("{names}, ")).collect();
        let source = include_str!("../../environment.rs");
        let is_name = |word: &&str| word.len() > 3 && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
        let read: Vec<_> = source.split('"').skip(1).step_by(2).filter(is_name).collect();
        assert!(read.len() > 15, "{read:?}");
        for name in read.iter().filter(|name| !SURROUNDINGS.contains(name)) {
            assert!(known.contains(&format!("{name}, ")), "the manual lacks {name}");
        }
    }
}
