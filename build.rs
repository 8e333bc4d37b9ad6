//! Links the dynamic Linux program to a fixed address, as `.cargo/config.toml` does for the static one.
//!
//! Otherwise the loader relocates 14,000 addresses at each start. That takes 60 page faults and 180,000 instructions, a
//! fifth of a run with cached credentials.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && is("CARGO_CFG_TARGET_ARCH", "x86_64")
    {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
