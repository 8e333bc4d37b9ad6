//! Other users of the machine: what they get, and what they can change.

mod connections;
mod files;
mod homes;
