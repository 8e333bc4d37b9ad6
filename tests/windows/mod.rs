//! The program for Windows, run by Wine: `tests/run` builds it, and sets Wine up.

mod held_files;
mod homes;
mod keyring;
mod main_job;
mod private_files;
mod process_lines;
mod shells;
