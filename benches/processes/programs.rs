//! The programs that are timed, built with the release settings.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Home;

const STATIC_TARGET: &str = "x86_64-unknown-linux-musl";
/// As in `[profile.release]`.
const RELEASE: [&str; 12] = [
    "--edition=2024",
    "-C",
    "opt-level=3",
    "-C",
    "lto=fat",
    "-C",
    "codegen-units=1",
    "-C",
    "panic=abort",
    "-C",
    "strip=symbols",
    "-Aunused",
];
/// As in `.cargo/config.toml`.
const STATIC: [&str; 8] = [
    "--target",
    STATIC_TARGET,
    "-C",
    "linker=rust-lld",
    "-C",
    "link-arg=--pack-dyn-relocs=relr",
    "-C",
    "link-arg=--icf=all",
];

/// A program's path, or why it could not be built.
pub type Program = Result<PathBuf, String>;

pub struct Programs {
    pub aws_sso: Program,
    pub aws_sso_static: Program,
    /// The picker, which `aws_sso` finds beside itself.
    pub pick: Program,
    pub hello: Program,
    pub hello_static: Program,
    pub read_file: Program,
    pub read_file_static: Program,
}

impl Programs {
    pub fn build() -> Self {
        Self {
            aws_sso: aws_sso(&[], "release"),
            aws_sso_static: aws_sso(&["--target", STATIC_TARGET], &format!("{STATIC_TARGET}/release")),
            pick: aws_sso(&["--bin", "aws-sso-pick"], "release"),
            hello: reference("hello", "dynamic", &[]),
            hello_static: reference("hello", "static", &STATIC),
            read_file: reference("read_file", "dynamic", &[]),
            read_file_static: reference("read_file", "static", &STATIC),
        }
    }
}

/// What the times depend on, in one line.
pub fn versions(home: &Home) -> String {
    let first_line = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let words = text.lines().next()?.split_whitespace().take(2);
        Some(words.collect::<Vec<_>>().join(" "))
    };
    let cli = home.aws_cli(["--version"]).map(|cli| cli.run().stdout);
    let cli = cli.and_then(|text| text.split_whitespace().next().map(str::to_owned));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let parts = [Some(format!("{cores} cores")), first_line("rustc"), first_line("curl"), cli];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Cargo's target folder.
pub fn target_folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// The released program, dynamic or for another target.
pub fn aws_sso(arguments: &[&str], folder: &str) -> Program {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args(["build", "--release", "--locked", "--bin", "aws-sso"]).args(arguments);
    run(&mut cargo)?;
    Ok(target_folder().join(folder).join("aws-sso"))
}

/// A program of `benches/reference`.
fn reference(name: &str, kind: &str, arguments: &[&str]) -> Program {
    let program = target_folder().join("bench").join(format!("{name}-{kind}"));
    std::fs::create_dir_all(program.parent().unwrap()).unwrap();
    let mut rustc = Command::new("rustc");
    rustc.args(RELEASE).args(arguments).arg("-o").arg(&program);
    run(rustc.arg(root().join("benches/reference").join(format!("{name}.rs"))))?;
    Ok(program)
}

fn run(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err("it could not be built".to_owned()),
    }
}
