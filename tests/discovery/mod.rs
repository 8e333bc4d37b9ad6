//! Every account and role, as profiles in a config that its owner tends by hand.

mod clients;
mod config;
mod crash;
mod edits;
mod fetching;
mod listing;
