//! The person's browser: which program opens a link, and how it gets a link that is a secret.

mod command;
mod handover;
pub(crate) mod open;

pub use command::{BrowserCommand, Opened};
pub(crate) use handover::hand_over;
