//! The user's browser: which program opens a link, how it gets a link that is a secret, and the HTTP server that
//! answers it on this machine.

mod command;
pub(crate) mod handover;
pub(crate) mod loopback;
pub(crate) mod open;
mod openers;
pub(crate) mod page;
mod peer;
mod places;
pub(crate) mod port_holder;
mod words;

pub(crate) use command::{BrowserCommand, Opened};
pub(crate) use handover::hand_over;
pub(crate) use peer::Peer;
