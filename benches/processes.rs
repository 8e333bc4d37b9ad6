//! Whole processes, side by side in one run.

fn main() {}
