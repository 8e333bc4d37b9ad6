//! What Windows alone has. Nothing else in this program is `unsafe` than the calls of its system here, for which no
//! crate has a safe interface that is worth its weight.

pub(crate) mod access_list;
#[cfg(windows)]
pub(crate) mod console;
#[cfg(windows)]
pub(crate) mod job;
#[cfg(windows)]
pub(crate) mod lock;
pub(crate) mod long_path;
#[cfg(windows)]
pub(crate) mod pipe;
#[cfg(windows)]
pub(crate) mod security;
