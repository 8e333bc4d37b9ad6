//! What Windows alone has. Nothing else in this program is `unsafe` than the calls of its system here, for which no
//! crate has a safe interface.

pub(crate) mod access_list;
#[cfg(windows)]
pub(crate) mod security;
