//! A config with several sso-sessions.

mod lists;
mod roles;
mod runs;
mod sign_ins;
