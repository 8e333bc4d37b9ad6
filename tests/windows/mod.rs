//! The program for Windows, run by Wine: `tests/run` builds it, and sets Wine up.

mod batch_files;
mod browsers;
mod console;
mod ends;
mod git_bash;
mod held_files;
mod homes;
mod keyring;
mod locks;
mod main_job;
mod many;
mod powershell;
mod private_files;
mod process_lines;
mod remedies;
mod shells;
