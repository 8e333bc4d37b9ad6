//! The `awsso` function, its prompt hook and the code it evaluates, in the real shells.

mod bash_beside;
#[cfg(feature = "sandbox")]
mod chaining;
#[cfg(all(feature = "sandbox", unix))]
mod chaining_elsewhere;
#[cfg(feature = "sandbox")]
mod direnv;
#[cfg(feature = "sandbox")]
mod function;
mod hook;
#[cfg(feature = "sandbox")]
mod hostile;
mod init;
#[cfg(feature = "sandbox")]
mod key;
#[cfg(feature = "sandbox")]
mod logout;
#[cfg(all(feature = "sandbox", unix))]
mod nushell;
mod options;
#[cfg(all(feature = "sandbox", unix))]
mod other;
#[cfg(all(feature = "sandbox", unix))]
mod other_at_prompt;
mod other_readers;
#[cfg(all(feature = "sandbox", unix))]
mod posix;
mod powershell;
mod powershell_loading;
mod powershell_modes;
#[cfg(feature = "sandbox")]
mod powershell_outcome;
#[cfg(feature = "sandbox")]
mod powershell_words;
#[cfg(feature = "sandbox")]
mod prompt;
mod quoting;
#[cfg(feature = "sandbox")]
mod said;
#[cfg(feature = "sandbox")]
mod session;
#[cfg(feature = "sandbox")]
mod session_end;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod speed;
#[cfg(feature = "sandbox")]
mod tcsh;
#[cfg(feature = "sandbox")]
mod traces;
#[cfg(feature = "sandbox")]
mod verbs;
#[cfg(feature = "sandbox")]
mod whoami;
#[cfg(feature = "sandbox")]
mod xonsh;
mod zsh_options;
