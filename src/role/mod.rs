//! How the user or a program names a role.

mod arn;
mod place;
mod reference;

pub use arn::{RoleArn, is_account_id, is_role_name};
pub use place::{Place, is_console_page};
pub use reference::RoleRef;
