//! `discover`: every account and role becomes a profile, in a config that its owner edits by hand too.

mod assumed;
mod assumed_again;
mod clients;
mod config;
mod crash;
mod edits;
mod fetching;
mod instances;
mod listing;
mod names;
mod program;
mod sequences;
mod stale;
