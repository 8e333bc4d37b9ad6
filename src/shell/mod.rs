//! The shells: how each quotes a value, what entering a role changes in it, the `awsso` function, and the
//! start-up files that load it.

mod change;
mod dialect;
mod displaced;
mod entered;
mod function;
mod function_file;
mod grant;
mod init;
mod key;
mod loading;
mod msys;
mod powershell_profile;
mod proxy;
mod running;
mod said;
mod script_commands;
mod sourced;
pub(crate) mod start_up;
pub(crate) mod start_up_block;
mod start_up_text;
mod variables;
mod variables_file;

pub use crate::quote::is_printable;
pub(crate) use crate::quote::{is_plain, word};
pub use change::Change;
pub(crate) use change::ServerAddress;
pub use dialect::Shell;
pub(crate) use displaced::Displaced;
pub(crate) use entered::Entered;
pub(crate) use function::{VERBS_OF_FUNCTION, through_function};
pub use grant::{Grant, RoleLabels};
pub use init::{Hook, Init, script};
pub use key::Key;
pub use powershell_profile::Profile as PowershellProfile;
pub(crate) use running::typed_in;
pub(crate) use said::said_after;
pub(crate) use variables::{PREVIOUS, ROLE_ARN, ROLE_LINE, of_identity};
pub(crate) use variables_file::VariablesFile;
