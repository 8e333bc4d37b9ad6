//! The least that any Rust program takes.

fn main() {
    println!("Hello, world!");
}
