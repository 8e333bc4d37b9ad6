//! Manual pages: one for the program, with what all verbs share, and one for each verb.

use clap::Command;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use crate::error::{Error, Result};

/// The forms of a ROLE.
const ROLES: &[(&str, &str)] = &[
    (
        "arn:aws:iam::123456789012:role/NAME",
        "an ARN in any partition; also the AWSReservedSSO_ form of the IAM console, and the ARN of an assumed role",
    ),
    ("123456789012/NAME", "an account id and a role name, which need no look-up"),
    ("ACCOUNT_NAME/NAME", "an account name as aws-sso list shows it, and a role name"),
    ("PROFILE", "a profile in the AWS config that names a role"),
    ("ALIAS", "a name from the section [alias] of the settings"),
];

const FILES: &[(&str, &str)] = &[
    ("~/.aws/config", "profiles and sso-sessions; AWS_CONFIG_FILE names another file"),
    ("~/.aws/credentials", "the default profile's keys; AWS_SHARED_CREDENTIALS_FILE names another file"),
    ("~/.aws/sso/cache/", "sign-in tokens and client registrations, shared with the AWS CLI and the SDKs"),
    ("~/.aws/cli/cache/", "role credentials, shared with the AWS CLI"),
    ("$XDG_CONFIG_HOME/aws-sso/config", "the settings; ~/.config/aws-sso/config by default"),
    (
        "$XDG_CACHE_HOME/aws-sso/",
        "accounts, roles, locks, and the token of each running credential server; ~/.cache/aws-sso by default",
    ),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    ("AWS_SSO_SESSION", "the sso-session or profile to sign in with without -p; set by use, pick and env"),
    ("AWS_PROFILE, AWS_DEFAULT_PROFILE", "the profile whose network settings apply to an sso-session"),
    ("AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE", "other paths for the two AWS files"),
    ("AWS_REGION, AWS_DEFAULT_REGION", "the region to work in; set by use, pick and env"),
    (
        "AWS_ENDPOINT_URL_SSO, AWS_ENDPOINT_URL_SSO_OIDC, AWS_ENDPOINT_URL_SIGNIN, AWS_ENDPOINT_URL_STS, \
         AWS_ENDPOINT_URL_ORGANIZATIONS, AWS_ENDPOINT_URL",
        "other endpoints of the service",
    ),
    ("AWS_STS_REGIONAL_ENDPOINTS", "legacy: the global endpoint of STS in the regions that are older than the others"),
    ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true: ignore the endpoints above"),
    ("AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT", "true: use FIPS or dual-stack endpoints"),
    (
        "AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR",
        "PEM certificates, used instead of the system's",
    ),
    ("AWS_MAX_ATTEMPTS", "how many times a request is sent at most"),
    ("HTTPS_PROXY, ALL_PROXY, NO_PROXY", "the proxy for requests to the service; lower case wins"),
    ("FZF_DEFAULT_OPTS, FZF_DEFAULT_OPTS_FILE", "the colors of the picker, with picker = fzf"),
    ("AWS_SSO_CONFIG", "the config of aws-sso-cli that setup --from aws-sso-cli takes over"),
    ("BROWSER", "the program that opens the sign-in page"),
    ("NO_COLOR", "if set, no colors"),
    ("CLICOLOR_FORCE", "unless it is 0, colors also where the output is no terminal; what programs parse has none"),
    ("CLICOLOR", "if it is 0, no colors"),
    ("TZ", "the time zone of times that are shown, by which setup also proposes Regions"),
    ("CI", "unless it is 0, false, no or off, nobody is asked to sign in for a program"),
    (
        "TERM",
        "if it is dumb, no colors, no progress bar, and a numbered list in place of the picker; if stdin is no \
         terminal either, nobody is asked to sign in for a program",
    ),
    (
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION, AWS_ACCOUNT_ID",
        "set by use, pick and env",
    ),
    (
        "AWS_SSO_PROFILE, AWS_SSO_ROLE_ARN, AWS_SSO_ROLE_NAME, AWS_SSO_ACCOUNT_ID, AWS_SSO_ACCOUNT_NAME",
        "set by use, pick, env and each run of exec: the role as prompts show it, its ARN, its name, its account's id, \
         and the account's name, or its id if the name is not known",
    ),
    ("AWS_SSO_EXPIRATION", "set by use, pick, env and exec, where there are keys: when they expire, in epoch seconds"),
    (
        "AWS_SSO_SESSION_EXPIRATION, AWS_SSO_SESSION_END",
        "set by use, pick, env and exec, where it is known: when the session of the sign-in is expected to end, in RFC \
         3339 and in epoch seconds",
    ),
    ("AWS_SSO_ORIGIN", "set by use, pick, env and exec: the key id, profile or server that gave the role"),
    ("AWS_SSO_DISPLACED", "set by use and pick: what clear undoes"),
    ("AWS_SSO_PREVIOUS", "the role that this shell had before, for awsso -"),
    ("AWS_SSO_ROLE_LINE", "how this shell gets its role again, if it was assumed with another one"),
    ("DIRENV_DIR", "set by direnv: what use replaces in its folder is not given back outside"),
];

const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "done"),
    ("1", "failed"),
    ("2", "wrong usage or configuration"),
    ("3", "sign-in needed"),
    ("4", "access denied, or no such role"),
    ("5", "the service failed or is unreachable"),
    ("130", "cancelled with Ctrl-C or Esc, or the sign-in was denied"),
];

/// The paths and texts of all pages, such as `man/aws-sso-login.1`.
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
    // Without a date, so that builds are reproducible.
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

/// The section that man-db indexes: `NAME - what it does`.
fn named(command: &Command, name: &str) -> Roff {
    let mut roff = Roff::new();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let about = about.trim_end_matches('.');
    roff.control("SH", ["NAME"]).text([roman(format!("{name} - {about}"))]);
    roff
}

/// The description, followed by the help text that stands below the options.
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

/// The help text below the options, split into notes and examples.
fn parts(command: &Command) -> (String, String) {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    match help.split_once("Examples:\n") {
        Some((notes, examples)) => (notes.trim_end().to_owned(), examples.to_owned()),
        None => (help, String::new()),
    }
}

/// The sections that apply to all verbs.
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
            roman("(1) describes the forms of a ROLE, the exit statuses, the files and the environment variables."),
        ]);
    }
    roff
}

/// Text that keeps its line breaks.
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

    /// Variables that describe the user's system and are no settings of this tool.
    const SURROUNDINGS: [&str; 31] = [
        "HOME",
        "USERPROFILE",
        "HOMEDRIVE",
        "HOMEPATH",
        "APPDATA",
        "LOCALAPPDATA",
        // These two are among the files.
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "MSYSTEM",
        "MSYS_NO_PATHCONV",
        "PROMPT",
        "PATH",
        "PATHEXT",
        "SHELL",
        "ZDOTDIR",
        "TERM",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "WSL_DISTRO_NAME",
        "WSL_INTEROP",
        "LC_ALL",
        "LC_CTYPE",
        "LANG",
        "SSH_CONNECTION",
        "SSH_CLIENT",
        "SSH_TTY",
        "CODESPACES",
        "REMOTE_CONTAINERS",
        "KUBERNETES_SERVICE_HOST",
    ];

    #[test]
    fn the_manual_names_every_variable_that_is_read() {
        let known: String = ENVIRONMENT.iter().map(|(names, _)| format!("{names}, ")).collect();
        let source = concat!(
            include_str!("../../environment.rs"),
            include_str!("../../environment/endpoints.rs"),
            include_str!("../../environment/folders.rs"),
            include_str!("../../environment/shells.rs"),
        );
        let is_name = |word: &&str| word.len() > 3 && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
        let read: Vec<_> = source.split('"').skip(1).step_by(2).filter(is_name).collect();
        assert!(read.len() > 15, "{read:?}");
        for name in read.iter().filter(|name| !SURROUNDINGS.contains(name)) {
            assert!(known.contains(&format!("{name}, ")), "the manual lacks {name}");
        }
    }
}
