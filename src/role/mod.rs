//! How the user or a program names a role.

mod administrator;
mod arn;
mod assume;
mod hop;
mod iam_role;
mod line;
mod page;
mod place;
mod reference;

pub use administrator::is_of_administrators;
pub use arn::{RoleArn, is_account_id, is_role_name};
pub(crate) use assume::Assume;
pub use hop::{Hop, StsEndpoint};
pub use iam_role::IamRole;
pub(crate) use line::{RoleLine, Target};
pub use page::ConsolePage;
pub use place::Place;
pub use reference::RoleRef;
pub(crate) use reference::account_and_role;
