//! Other programs: the signals that end them and this one, and the moment at which they end.

pub(crate) mod signals;
pub(crate) mod watched;
