//! How discovery writes where profiles get their credentials: the keys of each kind.

use crate::aws_config::credential_process;
use crate::aws_config::directory::Directory;
use crate::error::Result;
use crate::role::RoleArn;

/// Where a profile gets its credentials. A profile never has both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CredentialSource {
    /// `credential_process`, which runs this program by its name or path.
    Process {
        /// The name or the path.
        program: String,
    },
    /// The SSO keys of the AWS CLI v2 and the SDKs.
    Sso,
}

pub(super) const PROCESS_KEY: &str = "credential_process";
pub(super) const SSO_KEYS: [&str; 5] =
    ["sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"];
/// The keys of a profile that assumes a role with the credentials of another one, as discovery writes them.
pub(super) const CHAIN_KEYS: [&str; 5] =
    ["role_arn", "source_profile", "external_id", "role_session_name", "duration_seconds"];

/// The keys with which a profile gets the credentials of a role that the user has.
pub(super) fn granted(
    directory: &Directory,
    role: &RoleArn,
    source: &CredentialSource,
) -> Result<Vec<(&'static str, String)>> {
    match source {
        CredentialSource::Process { program } => {
            Ok(vec![(PROCESS_KEY, credential_process::command(program, &directory.name, role)?)])
        }
        CredentialSource::Sso => {
            let mut keys = match &directory.session {
                Some(session) => vec![("sso_session", session.clone())],
                None => {
                    vec![("sso_start_url", directory.start_url.clone()), ("sso_region", directory.region.to_string())]
                }
            };
            keys.push(("sso_account_id", role.account_id.clone()));
            keys.push(("sso_role_name", role.role_name.clone()));
            Ok(keys)
        }
    }
}
