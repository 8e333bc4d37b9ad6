//! Adds 50,000 profiles to a file that has 50,000.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use aws_sso::aws_config::document::Document;
use aws_sso::aws_config::mark::Mark;
use aws_sso::sandbox::Options;

use crate::support::START_URL;
use crate::{Row, Stage};

/// With this argument the program measures the edit in itself.
pub const CHILD: &str = "--edit";

const PROFILES: usize = 50_000;

fn profile(prefix: &str, number: usize) -> (String, String) {
    let process = format!("aws-sso -p corp -r arn:aws:iam::{number:012}:role/ReadOnlyAccess -ext");
    (format!("{prefix}-{number:06}/ReadOnlyAccess"), process)
}

fn large_config() -> String {
    let mut file = format!("[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = eu-central-1\n");
    for number in 0..PROFILES {
        let (name, process) = profile("account", number);
        let _ = write!(file, "\n[profile {name}]\nregion = eu-central-1\ncredential_process = {process}\n");
    }
    file
}

/// The edit alone, in a process of its own. Prints the seconds, the memory it needed in addition, and the size of the
/// file, both in bytes.
pub fn child(profiles: usize) {
    let file = large_config().into_bytes();
    let new: Vec<_> = (0..profiles)
        .map(|number| profile("new", number))
        .map(|(name, process)| (name, vec![("credential_process", process)]))
        .collect();
    let before = memory("VmRSS:");
    let start = Instant::now();
    let mut document = Document::parse(&file);
    let mark = Mark { name: "corp".to_owned(), note: String::new() };
    document.add_to_block(None, &mark, new).unwrap();
    let after = document.to_bytes();
    let seconds = start.elapsed().as_secs_f64();
    assert!(after.len() > file.len());
    println!("{seconds} {} {}", memory("VmHWM:").saturating_sub(before), file.len());
}

/// A line of `/proc/self/status`, in bytes; 0 on systems without it.
fn memory(line: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|text| text.strip_prefix(line)?.split_whitespace().next()?.parse().ok());
    kilobytes.unwrap_or(0) * 1024
}

pub fn rows(program: &Path) -> Vec<Row> {
    let mut children: Vec<[f64; 3]> = (0..5)
        .map(|_| {
            let myself = std::env::current_exe().unwrap();
            let output = Command::new(myself).args([CHILD, &PROFILES.to_string()]).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
            numbers.try_into().unwrap()
        })
        .collect();
    children.sort_by(|one, other| one[0].total_cmp(&other[0]));
    let [seconds, memory, size] = children[children.len() / 2];

    let options = Options { accounts: 500, roles: 100, ..Options::default() };
    let mut stage = Stage::new(program, options);
    stage.config = large_config();
    let mut runs: Vec<_> =
        (0..5).map(|_| stage.run(stage.home.command(program).args(["discover", "-p", "corp", "--quiet"]))).collect();
    runs.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let run = &runs[runs.len() / 2];
    vec![
        Row {
            what: "50,000 profiles into 50,000, the edit".to_owned(),
            seconds,
            remark: String::new(),
            goal: Some((seconds, "a second", 1.0)),
        },
        Row {
            what: "its memory".to_owned(),
            seconds: f64::NAN,
            remark: format!("{:.0} MB for a file of {:.1} MB", memory / 1e6, size / 1e6),
            goal: Some((memory / size, "the file", 10.0)),
        },
        Row {
            what: "the whole run, with fetching and writing".to_owned(),
            seconds: run.seconds,
            remark: format!("{} requests, {} profiles", run.requests, run.profiles),
            goal: None,
        },
    ]
}
