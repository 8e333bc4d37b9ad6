//! Which roles can be assumed, and by whom.

use super::directory::Directory;
use super::issued::IssuedCredentials;
use super::options::AssumableRole;

/// The role that a request names.
pub(super) struct Target {
    pub(super) partition: String,
    pub(super) account: String,
    /// The name, after its path.
    pub(super) path_and_name: String,
}

impl Target {
    pub(super) fn parse(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let mut next = || parts.next();
        let (arn, partition, service, region, account) = (next()?, next()?, next()?, next()?, next()?);
        let path_and_name = next()?.strip_prefix("role/")?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let target = Self {
            partition: partition.to_owned(),
            account: account.to_owned(),
            path_and_name: path_and_name.to_owned(),
        };
        let name = target.name();
        let is_name = (1..=64).contains(&name.len())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter));
        let is_role = arn == "arn" && partition.starts_with("aws") && service == "iam" && region.is_empty();
        (is_role && is_account && is_name).then_some(target)
    }

    /// The name without its path, as it stands in the ARN of the session.
    pub(super) fn name(&self) -> &str {
        self.path_and_name.rsplit('/').next().unwrap_or_default()
    }
}

/// The first rule that is about this role.
pub(super) fn rule<'a>(
    rules: &'a [AssumableRole],
    directory: &Directory,
    target: &Target,
) -> Option<&'a AssumableRole> {
    rules.iter().find(|rule| is_about(rule, target, directory))
}

fn is_about(rule: &AssumableRole, target: &Target, directory: &Directory) -> bool {
    let account = match &rule.account {
        Some(account) => *account == target.account,
        None => directory.has(&target.account),
    };
    let is_of_permission_set = || {
        target.path_and_name.starts_with("aws-reserved/")
            || target.name().starts_with("AWSReservedSSO_")
            || directory.permits(&target.account, target.name())
    };
    account && rule.name.as_ref().map_or_else(|| !is_of_permission_set(), |name| *name == target.path_and_name)
}

/// Whether the role's trust policy names the holder of these credentials.
pub(super) fn trusts(rule: &AssumableRole, caller: &IssuedCredentials, directory: &Directory) -> bool {
    let Some(trusted) = &rule.trusted else { return directory.has(&caller.account) };
    let name = format!("{}/{}", caller.account, caller.role);
    trusted.iter().any(|principal| *principal == caller.account || *principal == name)
}
