//! argv → one `Result` → an exit status.

fn main() {}
