//! Other tools, against the same server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::programs::target_folder;
use crate::support::{REGION, START_URL};
use crate::{ACCOUNTS, ROLES, Row, Stage};

/// A run is stopped after this time.
const PATIENCE: Duration = Duration::from_mins(5);

/// The original tool's `-d`, and aws-sso-util's `configure populate`.
pub fn rows(stage: &Stage) -> Vec<Row> {
    let rows = [
        ("the original's -d", "original", "benches/requirements.txt", original as fn(&Stage, &Path) -> Row),
        ("aws-sso-util configure populate", "populate", "benches/requirements-populate.txt", populate),
    ];
    rows.into_iter()
        .map(|(what, name, requirements, run)| {
            eprintln!("measuring: {what}");
            let row = environment(name, requirements).map(|folder| run(stage, &folder));
            let remark = "not measured: it could not be installed".to_owned();
            row.unwrap_or_else(|| Row { what: what.to_owned(), seconds: f64::NAN, remark, goal: None })
        })
        .collect()
}

/// A virtual environment with these packages, if they can be installed.
fn environment(name: &str, requirements: &str) -> Option<PathBuf> {
    let folder = target_folder().join("bench").join(name);
    let make = "set -eu; cd \"$1\"; . tests/setup.bash; virtual_environment \"$2\" \"$3\"";
    let mut command = Command::new("bash");
    command.args(["-c", make, "bash", env!("CARGO_MANIFEST_DIR")]).arg(&folder).arg(requirements);
    command.status().is_ok_and(|status| status.success()).then_some(folder)
}

/// It lists one page of accounts only, which has 20 here, and their roles one account after the other.
fn original(stage: &Stage, folder: &Path) -> Row {
    let python = stage.home.command(folder.join("bin/python")).args(["-m", "aws_sso", "-p", "corp", "-d"]);
    let run = stage.run(python.env("AWS_DEFAULT_REGION", REGION).env("AWS_EC2_METADATA_DISABLED", "true"));
    row("the original's -d", &run)
}

/// It looks for a token under the start URL, not under the session's name.
fn populate(stage: &Stage, folder: &Path) -> Row {
    let session = format!("{}.json", sha1_smol::Sha1::from("corp").digest());
    let start_url = format!("{}.json", sha1_smol::Sha1::from(START_URL).digest());
    let token = stage.home.read(format!(".aws/sso/cache/{session}"));
    stage.home.write(format!(".aws/sso/cache/{start_url}"), token);
    // It rewrites the whole file for each profile, so its time grows with the square of their number.
    let program =
        stage.home.command("timeout").arg(PATIENCE.as_secs().to_string()).arg(folder.join("bin/aws-sso-util"));
    let options = ["configure", "populate", "-u", START_URL, "--sso-region", REGION, "-r", REGION];
    let run = stage.run(program.args(options).env("AWS_DEFAULT_REGION", REGION));
    row("aws-sso-util configure populate", &run)
}

fn row(what: &str, run: &crate::Run) -> Row {
    let stopped = if run.was_stopped { ", then stopped" } else { "" };
    let (requests, profiles) = (run.requests, run.profiles);
    let remark = format!("{requests} requests, {profiles} of {} profiles{stopped}", ACCOUNTS * ROLES);
    Row { what: what.to_owned(), seconds: run.seconds, remark, goal: None }
}
