//! Roles on top of those of Identity Center: who AWS's clients are with them, what is shared with the AWS CLI, and what
//! STS refuses.

mod cache;
mod clients;
mod edited;
mod faults;
mod keys;
mod keys_in_verbs;
mod lists;
mod refusals;
mod said;
mod taken;
mod verbs;

#[test]
#[ignore = "a program that other tests run"]
fn rust_sdk_program() {
    crate::support::chain::rust_sdk_identities();
}
