//! The least that a Rust program takes that reads one file.

fn main() -> std::io::Result<()> {
    let path = std::env::args_os().nth(1).expect("a file to read");
    let bytes = std::fs::read(path)?;
    println!("{}", bytes.len());
    Ok(())
}
