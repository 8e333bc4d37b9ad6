//! The dynamic Linux program is linked to a fixed address, as the static one is by `.cargo/config.toml`.
//!
//! Otherwise the loader writes 14,000 addresses into it at each start: 60 page faults and 180,000 instructions, a
//! fifth of what a cached answer takes.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && is("CARGO_CFG_TARGET_ARCH", "x86_64")
    {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
