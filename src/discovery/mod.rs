//! Discovered profiles: what each role's profile is called, and how all of them get into the AWS config.

pub(crate) mod diff;
mod name;
mod template;
mod undo;
mod update;

pub use name::{Named, names};
pub use template::Template;
pub use undo::{keep, undo};
pub use update::{Counts, Offered, Settings, Style, marks, update};
