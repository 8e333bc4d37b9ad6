//! What Tab offers, and what it inserts, in the real shells.

mod commands;
mod inserted;
mod offered;
