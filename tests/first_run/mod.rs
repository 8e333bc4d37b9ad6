//! `setup`: from a start URL to the first role.

mod answers;
mod repairs;
mod start_up_files;

use std::path::Path;

use aws_sso::sandbox::{Options, Sandbox};

use crate::support::service::automatic;
use crate::support::terminal::Terminal;
use crate::support::{AWS_SSO, Home, Invocation, REGION, START_URL, Shell};

/// Somebody who has a start URL and nothing else.
struct Newcomer {
    sandbox: Sandbox,
    home: Home,
}

impl Newcomer {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let start_url = Some(START_URL.to_owned());
        let interval = automatic().interval;
        let approval = automatic().approval;
        let sandbox =
            Sandbox::start(Options { start_url, region: REGION.to_owned(), interval, approval, ..options }).unwrap();
        Self { sandbox, home: Home::new() }
    }

    /// `aws-sso`, with these words after the verb.
    fn setup(&self, line: &str) -> Invocation {
        let words = ["setup"].into_iter().chain(line.split_whitespace());
        self.home.aws_sso(words).endpoint(self.sandbox.endpoint())
    }

    /// One that asks nothing, with these words more.
    fn by_default(&self, more: &str) -> Invocation {
        self.setup(&format!("{START_URL} --region {REGION} --name corp --yes --device-code --no-browser {more}"))
    }

    /// Every file in the home but those of caches, each with its content.
    fn files(&self) -> Vec<(String, String)> {
        let names = [".aws/config", ".config/aws-sso/config", ".bashrc", ".zshrc", ".config/fish/config.fish"];
        let there = names.into_iter().filter(|name| self.home.has(name));
        there.map(|name| (name.to_owned(), self.home.read(name))).collect()
    }
}

/// The session that the defaults lead to.
fn session() -> String {
    format!(
        "[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = {REGION}\n\
         sso_registration_scopes = sso:account:access\n"
    )
}

/// A person at a terminal, whose keys are counted.
struct Typist {
    terminal: Terminal,
    keys: usize,
    answers: usize,
}

impl Typist {
    fn at(invocation: Invocation) -> Self {
        Self { terminal: invocation.in_terminal(), keys: 0, answers: 0 }
    }

    fn press(&mut self, keys: &str) {
        self.keys += keys.chars().count();
        self.terminal.send(keys);
    }

    /// Types a line, and waits for what it leads to.
    #[track_caller]
    fn line(&mut self, line: &str, until: &str) {
        self.press(line);
        self.press("\r");
        self.terminal.wait_for(until);
    }

    /// Waits for a question, and answers it.
    #[track_caller]
    fn answer(&mut self, question: &str, keys: &str) {
        self.terminal.wait_for(question);
        self.press(keys);
        self.answers += 1;
    }

    /// The command of this beginning that the last words of `setup` name.
    #[track_caller]
    fn proposed(&self, start: &str) -> String {
        let screen = self.terminal.screen();
        let (_, last) = screen.rsplit_once("Three commands to try").unwrap();
        let found = last.lines().map(str::trim).find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("no {start} in {screen}")).to_owned()
    }
}

/// A shell in which nothing is set up, and where `aws` is the AWS CLI v2, through the sandbox's proxy.
fn bare_shell(user: &Newcomer, shell: Shell, aws_cli: &Path) -> Invocation {
    user.home.write("bin/aws", format!("#!/bin/sh\nexec '{}' \"$@\"\n", aws_cli.display()));
    let set_mode = ["+x".into(), user.home.path("bin/aws")];
    let _ = user.home.command("/bin/chmod").args(set_mode).run().success();
    let own = Path::new(AWS_SSO).parent().unwrap().display().to_string();
    let path = format!("{own}:{}:/usr/local/bin:/usr/bin:/bin", user.home.path("bin").display());
    user.home.interactive(shell).env("PATH", path).env("AWS_PAGER", "").through_proxy(&user.sandbox)
}

fn start_up_file(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => "~/.bashrc",
        Shell::Zsh => "~/.zshrc",
        Shell::Fish => "~/.config/fish/config.fish",
    }
}

#[test]
fn from_an_empty_home_to_the_callers_identity_takes_one_command_and_at_most_three_answers() {
    let Some(aws_cli) = Home::new().aws_cli([""; 0]) else { return };
    let aws_cli = aws_cli.command().get_program().to_owned();
    for shell in Shell::all() {
        for discovers in [true, false] {
            let user = Newcomer::with(Options { tls: true, ..Options::default() });
            let mut person = Typist::at(bare_shell(&user, shell, Path::new(&aws_cli)));
            person.press("aws-sso setup d-abc123\r");
            // No display: a code is shown, which the sandbox confirms.
            person.answer("A number, or another Region [1]: ", "3\r");
            person.answer("Write these profiles to ~/.aws/config? [Y/n] ", if discovers { "\r" } else { "n\r" });
            person.answer("Add these lines? [Y/n] ", "\r");
            let file = start_up_file(shell);
            person.terminal.wait_for(&format!("in a new shell, or after: source {file}"));
            person.terminal.wait_for("aws-sso console ");

            assert!(person.answers <= 3);
            assert_eq!(person.keys, "aws-sso setup d-abc123\r3\r\r\r".len() + usize::from(!discovers));

            let caller = person.proposed(if discovers { "aws sts " } else { "aws-sso exec " });
            let enter = person.proposed("awsso use ");
            let role = "assumed-role/AWSReservedSSO_ReadOnlyAccess_";
            person.terminal.send("clear\r");
            person.line(&caller, role);
            person.terminal.send("clear\r");
            person.line(&format!("source {file}"), "source");
            person.line(&enter, "awsso use");
            person.line("aws sts get-caller-identity", role);
            person.terminal.send(" exit 0\r");
            let _ = person.terminal.finish();

            let config = user.home.read(".aws/config");
            assert!(config.starts_with(&session().replace("corp", "sso")), "{config}");
            assert_eq!(config.contains("[profile payments-dev-ReadOnlyAccess]"), discovers, "{config}");
        }
    }
}
