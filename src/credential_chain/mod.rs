//! Which credentials a program takes, for each family of AWS SDKs: a function of the environment and both AWS files.
//!
//! AWS documents this as the "credential provider chain". Every verb that changes or describes credentials asks here,
//! so that none of them says one thing while programs do another.

mod answer;
mod given;
mod sdk;
mod source;
mod surroundings;
mod variables;

pub(crate) use answer::{Answer, TakenSource};
pub use sdk::Sdk;
pub use source::Source;
pub(crate) use source::{has_one_source, has_source, keys_of_others};
pub(crate) use surroundings::Surroundings;
pub(crate) use variables::{
    CONTAINER, DISPLACED, KEYS, LABELS_OF_OTHER_TOOLS, PROFILE, VARIABLES, helper, remove_secrets,
};
