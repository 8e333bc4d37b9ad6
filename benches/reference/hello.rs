//! What any Rust program costs.

fn main() {
    println!("Hello, world!");
}
