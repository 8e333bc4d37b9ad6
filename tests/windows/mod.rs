//! The program for Windows, run by Wine: `tests/run` builds it, and sets Wine up.

mod console;
mod ends;
mod held_files;
mod homes;
mod main_job;
mod many;
mod process_lines;
mod shells;
