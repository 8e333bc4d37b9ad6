//! How the user or a program names a role.

mod arn;
mod page;
mod place;
mod reference;

pub use arn::{RoleArn, is_account_id, is_role_name};
pub use page::ConsolePage;
pub use place::Place;
pub use reference::RoleRef;
pub(crate) use reference::account_and_role;
