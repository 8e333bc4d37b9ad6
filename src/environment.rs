//! All environment variables that this tool reads, and the paths of its files.
//!
//! An empty variable counts as unset, as it does for the AWS CLI.

mod endpoints;
mod folders;
mod shells;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::quote;
pub(crate) use endpoints::{
    endpoint_url, oidc_endpoint_url, organizations_endpoint_url, signin_endpoint_url, sso_endpoint_url,
    sts_endpoint_url,
};
pub(crate) use folders::{
    aws_sso_cli_files, boto_files, cache_folder, config_file, config_home, credentials_file, home, lock_folder,
    of_home, role_cache, server_folder, settings_file, settings_home, shown, token_cache, variable_for, within,
};
#[cfg(windows)]
pub(crate) use shells::windows_option;
pub(crate) use shells::{is_cmd, is_powershell_7, kill, shell, shell_home, shell_program, zsh_folder};

fn text(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn path(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// A variable that decides how the service is reached. One that cannot be read is an error: without it the request
/// would take another way than the user has chosen.
fn network_text(name: &str) -> Result<Option<String>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Error::usage(format!("the value of {name} is not UTF-8"))
            .with_remedy(format!("correct it, or run: {}", quote::unset(name)))),
    }
}

/// `AWS_SSO_SESSION`: the sso-session or profile to sign in with where nothing else tells.
#[must_use]
pub(crate) fn sso_session() -> Option<String> {
    text(SSO_SESSION)
}

/// The variable behind [`sso_session`].
pub(crate) const SSO_SESSION: &str = "AWS_SSO_SESSION";

/// `AWS_SSO_PROFILE`: what prompts show. Before version 0.2 it held what `AWS_SSO_SESSION` holds now.
#[must_use]
pub(crate) fn sso_profile() -> Option<String> {
    text("AWS_SSO_PROFILE")
}

/// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
#[must_use]
pub(crate) fn region() -> Option<String> {
    region_variable().map(|(_, region)| region)
}

/// The same, and which of them it is.
#[must_use]
pub(crate) fn region_variable() -> Option<(&'static str, String)> {
    ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| Some((name, text(name)?)))
}

/// `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`.
#[must_use]
pub(crate) fn aws_profile() -> Option<String> {
    text("AWS_PROFILE").or_else(|| text("AWS_DEFAULT_PROFILE"))
}

/// A variable of the calling shell, which `clear` restores later.
#[must_use]
pub(crate) fn current(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// A variable by which programs find credentials; an empty one counts as unset.
#[must_use]
pub(crate) fn value(name: &str) -> Option<String> {
    text(name)
}

/// `AWS_SSO_ORIGIN`: what gave this shell its role, which must still be there for programs to take it.
#[must_use]
pub(crate) fn role_origin() -> Option<String> {
    text("AWS_SSO_ORIGIN")
}

/// `SSL_CERT_FILE`: certificates in place of the system's, unless `SSL_CERT_DIR` names more of them.
#[must_use]
pub(crate) fn ssl_certificates() -> Option<PathBuf> {
    path("SSL_CERT_FILE").filter(|_| env::var_os("SSL_CERT_DIR").is_none())
}

/// `DIRENV_DIR`: the folder whose variables direnv has set.
#[must_use]
pub(crate) fn direnv_folder() -> Option<String> {
    text("DIRENV_DIR")
}

/// The role that `awsso use` set in this shell: `AWS_SSO_ROLE_ARN` and `AWS_SSO_EXPIRATION` (epoch seconds).
#[must_use]
pub(crate) fn shell_role() -> Option<(String, Option<i64>)> {
    Some((text("AWS_SSO_ROLE_ARN")?, text("AWS_SSO_EXPIRATION").and_then(|epoch| epoch.parse().ok())))
}

/// `AWS_MAX_ATTEMPTS`: how many times a request is sent at most.
pub(crate) fn max_attempts() -> Result<Option<String>> {
    network_text("AWS_MAX_ATTEMPTS")
}

/// `AWS_CA_BUNDLE`: PEM certificates that replace the system's roots.
#[must_use]
pub(crate) fn ca_bundle() -> Option<PathBuf> {
    path("AWS_CA_BUNDLE")
}

/// `REQUESTS_CA_BUNDLE`: the same for programs in Python, the AWS CLI among them.
#[must_use]
pub(crate) fn requests_ca_bundle() -> Option<PathBuf> {
    path("REQUESTS_CA_BUNDLE")
}

/// `AWS_USE_FIPS_ENDPOINT`.
pub(crate) fn use_fips() -> Result<Option<String>> {
    network_text("AWS_USE_FIPS_ENDPOINT")
}

/// `AWS_USE_DUALSTACK_ENDPOINT`.
pub(crate) fn use_dualstack() -> Result<Option<String>> {
    network_text("AWS_USE_DUALSTACK_ENDPOINT")
}

/// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`: use only the service's standard endpoints.
pub(crate) fn ignore_endpoint_urls() -> Result<Option<String>> {
    network_text("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
}

/// `AWS_STS_REGIONAL_ENDPOINTS`: `legacy` for the global endpoint of the older regions, else `regional`.
pub(crate) fn sts_regional_endpoints() -> Result<Option<String>> {
    network_text(STS_REGIONAL_ENDPOINTS)
}

/// The variable behind [`sts_regional_endpoints`].
pub(crate) const STS_REGIONAL_ENDPOINTS: &str = "AWS_STS_REGIONAL_ENDPOINTS";

/// `BROWSER`: the programs that open links, separated by colons, on Windows by semicolons. `%s` stands for the link. A
/// list without a program counts as none.
#[must_use]
pub(crate) fn browser() -> Option<String> {
    text("BROWSER").filter(|list| !list.chars().all(|c| c.is_whitespace() || matches!(c, ':' | ';')))
}

/// Why the user would not see a browser that this machine opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// The user is at another machine.
    OverSsh,
    /// The user's browser is outside the container.
    InContainer,
    /// There is no graphical display.
    NoDisplay,
}

/// Whether the user would not see a browser that this machine opens, and why.
#[must_use]
pub(crate) fn elsewhere() -> Option<Elsewhere> {
    let is_set = |name: &&str| text(name).is_some();
    if ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].iter().any(is_set) {
        return Some(Elsewhere::OverSsh);
    }
    if ["container", "CODESPACES", "REMOTE_CONTAINERS", "KUBERNETES_SERVICE_HOST"].iter().any(is_set)
        || ["/.dockerenv", "/run/.containerenv"].iter().any(|file| std::path::Path::new(file).exists())
    {
        return Some(Elsewhere::InContainer);
    }
    let has_no_display =
        cfg!(all(unix, not(target_os = "macos"))) && !["DISPLAY", "WAYLAND_DISPLAY"].iter().any(is_set) && !is_wsl();
    has_no_display.then_some(Elsewhere::NoDisplay)
}

/// `TZ`, else the system's time zone, such as `Europe/Berlin`.
#[must_use]
pub(crate) fn time_zone() -> Option<String> {
    let of_system = || {
        let file = std::fs::read_link("/etc/localtime").ok()?;
        Some(file.to_str()?.split_once("zoneinfo/")?.1.to_owned())
    };
    text("TZ").map(|zone| zone.trim_start_matches(':').to_owned()).or_else(of_system)
}

/// `CI`: whether this is an automatic build, which nobody watches.
#[must_use]
pub(crate) fn is_ci() -> bool {
    let is_off = |value: &str| ["0", "false", "no", "off"].iter().any(|off| value.trim().eq_ignore_ascii_case(off));
    text("CI").is_some_and(|value| !is_off(&value))
}

/// `TERM=dumb`: whether output goes to something that shows text alone, such as an editor's window.
#[must_use]
pub(crate) fn is_dumb_terminal() -> bool {
    text("TERM").is_some_and(|name| name == "dumb")
}

/// Whether this Linux is a subsystem of Windows (WSL), where programs of Windows can be started.
#[must_use]
pub(crate) fn is_wsl() -> bool {
    has_wsl_kernel() || ["WSL_DISTRO_NAME", "WSL_INTEROP"].iter().any(|name| text(name).is_some())
}

/// Whether the kernel is that of WSL. Unlike a variable, nobody can set that.
#[must_use]
pub(crate) fn has_wsl_kernel() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    release.to_ascii_lowercase().contains("microsoft")
}

/// Whether text has colors, if the environment decides it; else it has them on a terminal.
///
/// `NO_COLOR` precedes `CLICOLOR_FORCE`, as no-color.org and bixense.com/clicolors say, and that precedes the rest.
#[must_use]
pub(crate) fn colors() -> Option<bool> {
    if path("NO_COLOR").is_some() {
        return Some(false);
    }
    if text("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return Some(true);
    }
    let is_off = text("CLICOLOR").is_some_and(|value| value == "0");
    (is_off || text("TERM").map_or(cfg!(unix), |name| name == "dumb")).then_some(false)
}

/// Whether the locale is one of UTF-8: `LC_ALL`, `LC_CTYPE`, `LANG`. Windows and macOS know no other.
#[must_use]
pub(crate) fn is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text).unwrap_or_default().to_ascii_lowercase();
    cfg!(any(windows, target_os = "macos")) || locale.contains("utf-8") || locale.contains("utf8")
}

/// `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, or one of them in lower case.
pub(crate) fn proxy_variable(name: &str) -> Result<Option<String>> {
    network_text(name)
}

/// `FZF_DEFAULT_OPTS`: options of each fzf.
#[must_use]
pub(crate) fn fzf_options() -> Option<String> {
    env::var("FZF_DEFAULT_OPTS").ok()
}

/// `FZF_DEFAULT_OPTS_FILE`: a file with more of them.
#[must_use]
pub(crate) fn fzf_options_file() -> Option<PathBuf> {
    path("FZF_DEFAULT_OPTS_FILE")
}

/// The folder for temporary files: `TMPDIR`, else the system's.
pub(crate) fn temporary_folder() -> PathBuf {
    std::env::temp_dir()
}

/// `PATHEXT`: the extensions, separated by semicolons, that cmd.exe adds to the name of a program.
#[cfg(windows)]
pub(crate) fn program_extensions() -> Option<String> {
    text("PATHEXT")
}

/// `PATH`: the folders in which programs are looked up.
#[must_use]
pub(crate) fn search_path() -> Option<OsString> {
    env::var_os("PATH")
}

/// How many bytes each variable takes in the environment of a program.
pub(crate) fn sizes() -> Vec<(OsString, usize)> {
    env::vars_os().map(|(name, value)| (name.clone(), name.len() + value.len() + "=\0".len())).collect()
}
