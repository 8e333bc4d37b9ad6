//! The picture of README.md, drawn from what the real program shows in a real shell.

mod svg;

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::terminal::Terminal;
use crate::support::user::User;
use svg::Panel;

/// What the picture shows, for those who do not see it.
const DESCRIPTION: &str = "awsso pick lists accounts and roles, and what is typed searches them; \
    the prompt shows the role that this shell has then; aws-sso discover writes a profile for every role";

const ROWS: NonZero<u16> = NonZero::new(14).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(80).unwrap();

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/terminal.svg")
}

/// A run of the program that is compared with the picture, or replaces it.
struct Drawing {
    /// The picture that is there.
    expected: String,
    accepts: bool,
    panels: Vec<Panel>,
}

impl Drawing {
    fn new() -> Self {
        let accepts = std::env::var_os("AWS_SSO_TEST_ACCEPT").is_some_and(|value| value == "1");
        Self { expected: still(&fs::read_to_string(file()).unwrap_or_default()), accepts, panels: Vec::new() }
    }

    /// Draws the screen once it shows what the picture has.
    fn draw(&mut self, terminal: &Terminal, caption: &'static str) {
        if self.accepts {
            // Nobody knows yet what the last screen is: it is the one that stays.
            thread::sleep(Duration::from_secs(2));
        } else {
            let _ = terminal.wait_until(|screen| {
                // With both ends: a screen that is only partly drawn is contained as well.
                self.expected.contains(&still(&Panel::of(screen, caption).body()))
            });
        }
        terminal.look(|screen| self.panels.push(Panel::of(screen, caption)));
    }

    #[track_caller]
    fn finish(self) {
        let drawn = svg::picture(&self.panels, DESCRIPTION);
        assert!(drawn.len() < 40_000, "the picture has {} bytes", drawn.len());
        if self.accepts {
            // Another minute is no other picture.
            if still(&drawn) != self.expected {
                fs::write(file(), drawn).unwrap();
            }
            return;
        }
        assert!(still(&drawn) == self.expected, "AWS_SSO_TEST_ACCEPT=1 writes the new picture:\n{drawn}");
    }
}

/// The picture without what is never the same twice: how many minutes are left, and how long ago something was.
fn still(picture: &str) -> String {
    const UNITS: [&str; 4] = ["m", " min", " s", " minutes"];
    let mut still = String::new();
    let mut rest = picture;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let digits = from.len() - from.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = from.split_at(digits);
        still += before;
        still += if UNITS.iter().any(|unit| after.starts_with(unit)) { "N" } else { number };
        rest = after;
    }
    still + rest
}

/// Waits until the screen has this many rows, the last of them a prompt.
fn wait_for_prompt(terminal: &Terminal, rows: usize) {
    let is_there = terminal.wait_until(|screen| {
        let contents = screen.contents();
        contents.lines().count() == rows && contents.lines().last().is_some_and(|line| line.trim_end() == "$")
    });
    assert!(is_there, "{}", terminal.screen());
}

#[test]
fn the_picture_in_the_readme_is_what_the_program_shows() {
    if !Shell::Bash.is_here() {
        return;
    }
    // Half a minute less than an hour: the same minutes are left in all of a run.
    let user = User::signed_in(Options { credential_lifetime: Duration::from_secs(3570), ..Options::default() });
    user.home.write(".config/aws-sso/config", "region = eu-west-1\n[discover]\nname = {account_name|slug}-{role}\n");
    let _ = user.aws_sso("list").run().success();
    user.home.write(
        ".bashrc",
        "eval \"$(aws-sso init bash)\"\nPS1='${AWS_SSO_PROFILE:+\\[\\e[36m\\]$AWS_SSO_PROFILE\\[\\e[0m\\] }$ '\n",
    );
    let shell = user.home.command("bash").args(["--noprofile", "--rcfile"]).arg(user.home.path(".bashrc")).arg("-i");
    let mut terminal = shell.endpoint(user.sandbox.endpoint()).in_window(ROWS, COLUMNS);
    let mut drawing = Drawing::new();

    terminal.wait_for("$ ").send("awsso pick\r");
    terminal.wait_for("AdministratorAccess").send("pay readonly");
    drawing.draw(&terminal, "Choose a role: type to search, Enter takes it");

    terminal.send("\r");
    terminal.wait_for("payments-dev/ReadOnlyAccess $ ");
    terminal.send("awsso use payments-prod reader\r");
    terminal.wait_for("payments-prod/reader $ ");
    drawing.draw(&terminal, "This shell has the role, and its prompt says so");

    terminal.send("awsso clear; clear\r");
    wait_for_prompt(&terminal, 1);
    terminal.send("aws-sso discover\r");
    wait_for_prompt(&terminal, 3);
    terminal.send("grep -m 4 '^.profile' ~/.aws/config\r");
    drawing.draw(&terminal, "A profile for every role, for the AWS CLI, Terraform and every SDK");

    terminal.send("exit\r");
    let _ = terminal.finish();
    drawing.finish();
}
