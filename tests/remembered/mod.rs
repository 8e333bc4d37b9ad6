//! The remembered list of accounts and roles: it may have gaps, it has an age, and it may lack a name.

mod age;
mod gaps;
mod names;
