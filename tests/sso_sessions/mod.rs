//! A config with several sso-sessions.

mod chosen;
mod lists;
mod pasted;
mod roles;
mod runs;
mod sign_ins;
