//! Somebody who has a start URL and nothing else, at a terminal.

use aws_sso::sandbox::{Options, Sandbox};

use super::service::automatic;
use super::terminal::Terminal;
use super::{Home, Invocation, REGION, START_URL};

/// Somebody who has a start URL and nothing else.
pub struct Newcomer {
    pub sandbox: Sandbox,
    pub home: Home,
}

impl Newcomer {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let start_url = Some(START_URL.to_owned());
        let interval = automatic().interval;
        let approval = automatic().approval;
        let sandbox =
            Sandbox::start(Options { start_url, region: REGION.to_owned(), interval, approval, ..options }).unwrap();
        Self { sandbox, home: Home::new() }
    }

    /// `aws-sso`, with these words after the verb.
    pub fn setup(&self, line: &str) -> Invocation {
        let words = ["setup"].into_iter().chain(line.split_whitespace());
        self.home.aws_sso(words).endpoint(self.sandbox.endpoint())
    }

    /// One that asks nothing, with these words more.
    pub fn by_default(&self, more: &str) -> Invocation {
        self.setup(&format!("{START_URL} --region {REGION} --name corp --yes --device-code --no-browser {more}"))
    }

    /// Every file in the home but those of caches, each with its content.
    pub fn files(&self) -> Vec<(String, String)> {
        let names = [".aws/config", ".config/aws-sso/config", ".bashrc", ".zshrc", ".config/fish/config.fish"];
        let there = names.into_iter().filter(|name| self.home.has(name));
        there.map(|name| (name.to_owned(), self.home.read(name))).collect()
    }
}

/// The session that the defaults lead to.
pub fn session() -> String {
    format!(
        "[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = {REGION}\n\
         sso_registration_scopes = sso:account:access\n"
    )
}

/// A person at a terminal, whose keys are counted.
pub struct Typist {
    pub terminal: Terminal,
    pub keys: usize,
    pub answers: usize,
}

impl Typist {
    pub fn at(invocation: Invocation) -> Self {
        Self { terminal: invocation.in_terminal(), keys: 0, answers: 0 }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys += keys.chars().count();
        self.terminal.send(keys);
    }

    /// Types a line, and waits for what it leads to.
    #[track_caller]
    pub fn line(&mut self, line: &str, until: &str) {
        self.press(line);
        self.press("\r");
        self.terminal.wait_for(until);
    }

    /// Waits for a question, and answers it.
    #[track_caller]
    pub fn answer(&mut self, question: &str, keys: &str) {
        self.terminal.wait_for(question);
        self.press(keys);
        self.answers += 1;
    }

    /// The command of this beginning that the last words of `setup` name.
    #[track_caller]
    pub fn proposed(&self, start: &str) -> String {
        let screen = self.terminal.screen();
        let (_, last) = screen.rsplit_once("Three commands to try").unwrap();
        let found = last.lines().map(str::trim).find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("no {start} in {screen}")).to_owned()
    }
}
