//! What other tools for Identity Center have left: their profiles, and a config that could be taken over.

use super::report::Finding;
use crate::context::{self, Context};
use crate::environment::shown;
use crate::migration::{self, Files, TAKE_OVER, tools};
use crate::programs::installed::Installed;

/// Profiles that run another tool's program.
pub(super) fn profiles(context: &Context, installed: &Installed) -> Vec<Finding> {
    let Ok(config) = context.config() else { return Vec::new() };
    let remarks = tools::found(config).into_iter().map(|found| found.remark(installed));
    let finding = |remark: tools::Remark| {
        if remark.works { Finding::ok(remark.found) } else { Finding::broken(remark.found, remark.advice) }
    };
    remarks.map(finding).collect()
}

/// A config of aws-sso-cli beside our settings.
pub(super) fn config(context: &Context) -> Vec<Finding> {
    let (Ok(config), Ok(credentials), Ok(settings)) =
        (context.config(), context::credentials_file(), context.settings())
    else {
        return Vec::new();
    };
    let files = Files { config, credentials: &credentials, settings };
    let path = migration::pending(files);
    let found = |path: std::path::PathBuf| {
        Finding::ok(format!("{} is the config of aws-sso-cli; to take it over: {TAKE_OVER}", shown(&path)))
    };
    path.map(found).into_iter().collect()
}
