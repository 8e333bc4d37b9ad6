//! What of a config of aws-sso-cli has no place here, and what does the same instead.

use super::aws_sso_cli::TheirConfig;
use super::browser_command;
use super::plan::Plan;
use super::profile_format::ProfileFormat;

/// A key of theirs, and what does the same here.
const COUNTERPARTS: [(&str, &str); 12] = [
    ("AuthUrlAction", "aws-sso login --no-browser shows the link"),
    ("AutoConfigCheck", "aws-sso discover writes profiles when you run it"),
    ("AutoLogin", "the setting login"),
    ("CacheRefresh", "the setting list-age"),
    ("ConfigProfilesBinaryPath", "aws-sso discover --absolute"),
    ("ConfigVariables", "aws-sso discover --output for output"),
    ("ConsoleDuration", "aws-sso console --duration"),
    ("FirefoxOpenUrlInContainer", "the setting browser-command"),
    ("LogLevel", "aws-sso -v"),
    ("SecureStore", "the setting store"),
    ("SecretServiceCollection", "the setting store"),
    ("OnePassword", "the setting store"),
];

/// Adds what has not been taken over to the plan.
pub(super) fn name(theirs: &TheirConfig, format: Option<&ProfileFormat>, plan: &mut Plan) {
    plan.left_out.extend(theirs.faults.iter().cloned());
    if let Some(text) = &theirs.profile_format
        && format.and_then(ProfileFormat::as_template).is_none()
    {
        plan.left_out.push(format!("ProfileFormat {text}: here aws-sso discover --name TEMPLATE names profiles"));
    }
    if let Some(action) = &theirs.url_action
        && action != "open"
        && browser_command::of(theirs).is_none()
    {
        plan.left_out
            .push(format!("UrlAction: {action}: here aws-sso console --print, and aws-sso login --no-browser"));
    }
    let identities = theirs.instances.iter().flat_map(|instance| &instance.accounts).flat_map(|account| {
        let with_identity = account.roles.iter().filter(|role| role.source_identity.is_some());
        with_identity.map(|role| format!("{}/{}", account.id, role.name))
    });
    let identities: Vec<_> = identities.collect();
    if !identities.is_empty() {
        plan.left_out.push(format!(
            "SourceIdentity of {}: the AWS config has no key for it; where the role demands one: aws sts assume-role \
             --source-identity",
            identities.join(", ")
        ));
    }
    let mut nowhere = Vec::new();
    for key in &theirs.others {
        match COUNTERPARTS.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(key)) {
            Some((key, here)) => plan.left_out.push(format!("{key}: here {here}")),
            None => nowhere.push(key.as_str()),
        }
    }
    if !nowhere.is_empty() {
        plan.left_out.push(format!("without a counterpart here: {}", nowhere.join(", ")));
    }
}
