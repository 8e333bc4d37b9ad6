//! The behaviour that users rely on. Each module tests one capability.

#![allow(clippy::disallowed_methods, reason = "programs are started as a user starts them")]
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the way to fail")]
#![allow(clippy::too_many_lines, reason = "a table of cases is as long as it is")]

mod support;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod system_errors;

#[cfg(feature = "sandbox")]
mod aliases;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod asked_by_programs;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod chaining;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod children;
#[cfg(all(feature = "sandbox", unix))]
mod colors;
#[cfg(feature = "sandbox")]
mod completion;
mod config_reading;
#[cfg(feature = "sandbox")]
mod console;
#[cfg(feature = "sandbox")]
mod console_pages;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod crashes;
#[cfg(feature = "sandbox")]
mod credentials_taken;
#[cfg(feature = "sandbox")]
mod crowd;
#[cfg(feature = "sandbox")]
mod discovery;
#[cfg(feature = "sandbox")]
mod doctor;
mod document;
mod documentation;
#[cfg(feature = "sandbox")]
mod exec;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod file_faults;
mod files;
#[cfg(all(feature = "sandbox", unix))]
mod first_run;
#[cfg(feature = "sandbox")]
mod foreign_writers;
#[cfg(all(feature = "sandbox", unix))]
mod forms;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod full_disk;
mod fuzz;
mod help;
mod hermetic;
mod ignored_signals;
#[cfg(feature = "sandbox")]
mod interchange;
#[cfg(all(feature = "keyring", feature = "sandbox", target_os = "linux"))]
mod keyring;
mod layers;
#[cfg(all(feature = "sandbox", unix))]
mod list;
#[cfg(all(feature = "sandbox", unix))]
mod local_times;
#[cfg(feature = "sandbox")]
mod main_job;
#[cfg(feature = "sandbox")]
mod mixed_answers;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod mixed_crowd;
#[cfg(all(feature = "sandbox", unix))]
mod narrow;
#[cfg(feature = "sandbox")]
mod network;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod no_files;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod open_files;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod openers;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod other_users;
mod other_words;
#[cfg(target_os = "linux")]
mod package;
mod parsers;
#[cfg(feature = "sandbox")]
mod patterns;
#[cfg(all(feature = "sandbox", feature = "picker", unix))]
mod pick;
#[cfg(all(feature = "sandbox", feature = "picker", target_os = "linux"))]
mod picture;
#[cfg(feature = "sandbox")]
mod profile_meaning;
#[cfg(feature = "sandbox")]
mod progress;
#[cfg(feature = "sandbox")]
mod proxy;
mod readers;
#[cfg(feature = "sandbox")]
mod regions;
mod remedies;
#[cfg(feature = "sandbox")]
mod remembered;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod renewal;
#[cfg(feature = "sandbox")]
mod role_cache;
#[cfg(all(feature = "sandbox", unix))]
mod role_names;
#[cfg(feature = "sandbox")]
mod sandbox;
mod secret_types;
#[cfg(feature = "sandbox")]
mod secrets;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod serve;
#[cfg(feature = "sandbox")]
mod service_answers;
#[cfg(feature = "sandbox")]
mod service_faults;
#[cfg(feature = "sandbox")]
mod settings;
#[cfg(feature = "sandbox")]
mod setup_from;
mod shell;
#[cfg(feature = "sandbox")]
mod shell_profile;
#[cfg(feature = "sandbox")]
mod sign_in;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod sign_in_choices;
#[cfg(feature = "sandbox")]
mod sign_out;
#[cfg(feature = "sandbox")]
mod silent_service;
#[cfg(feature = "sandbox")]
mod sso_sessions;
#[cfg(feature = "sandbox")]
mod standing;
#[cfg(feature = "sandbox")]
mod start_urls;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod windows;
