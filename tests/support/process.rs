//! Runs a program to its end, and records its output.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use aws_sso::sandbox::Sandbox;

/// How long a program may run: a hang fails its test, and does not block the others.
pub const LIMIT: Duration = Duration::from_mins(1);

/// A program that has not been started yet.
#[derive(Clone, Debug)]
#[must_use = "nothing runs before `run`, `start` or `in_terminal`"]
pub struct Invocation {
    pub(super) words: Vec<OsString>,
    pub(super) environment: BTreeMap<OsString, OsString>,
    pub(super) folder: PathBuf,
    pub(super) limit: Duration,
    pub(super) home: PathBuf,
    input: Option<Vec<u8>>,
}

impl Invocation {
    pub(super) fn new(program: impl AsRef<OsStr>, home: &Path) -> Self {
        Self {
            words: vec![program.as_ref().to_owned()],
            environment: BTreeMap::new(),
            folder: home.to_owned(),
            limit: LIMIT,
            home: home.to_owned(),
            input: None,
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.words.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    /// Runs it with a prefix, such as `strace` with its options.
    pub fn behind<A: AsRef<OsStr>>(mut self, prefix: impl IntoIterator<Item = A>) -> Self {
        self.words.splice(0..0, prefix.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Removes an environment variable.
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.environment.remove(name.as_ref());
        self
    }

    /// Sends the requests for every AWS service to this URL.
    pub fn endpoint(self, url: impl AsRef<OsStr>) -> Self {
        let url = url.as_ref();
        self.env("AWS_ENDPOINT_URL_SSO", url).env("AWS_ENDPOINT_URL_SSO_OIDC", url).env("AWS_ENDPOINT_URL", url)
    }

    /// Sends requests for AWS's own hosts to this sandbox, for clients that take no endpoint from the environment.
    pub fn through_proxy(self, sandbox: &Sandbox) -> Self {
        let ca = self.home.join("sandbox-ca.pem");
        std::fs::write(&ca, sandbox.ca_pem().expect("a sandbox with tls")).unwrap();
        self.env("AWS_CA_BUNDLE", ca).env("HTTPS_PROXY", sandbox.proxy().unwrap())
    }

    /// Runs it in another folder instead of the home.
    pub fn current_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// What it reads from stdin, which is empty by default.
    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// Another limit instead of `LIMIT`.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The plain command: without a limit, and on the terminal of the test run.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).env_clear().envs(&self.environment).current_dir(&self.folder);
        command
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(self) -> Output {
        self.start().finish()
    }

    /// Starts it and continues with the test.
    #[track_caller]
    pub fn start(self) -> Running {
        let mut command = detached();
        command.args(&self.words).env_clear().envs(&self.environment).current_dir(&self.folder);
        command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {:?}: {error}", self.words));
        let id = child.id();
        if let (Some(mut pipe), Some(input)) = (child.stdin.take(), self.input) {
            // A program may end without reading all of it.
            thread::spawn(move || drop(pipe.write_all(&input)));
        }
        let (sender, done) = mpsc::channel();
        thread::spawn(move || sender.send(child.wait_with_output()));
        Running { id, words: self.words, limit: self.limit, done, is_over: false }
    }
}

/// A prefix that starts a program in a session of its own, so that `/dev/tty` does not open the terminal of the test
/// run. The process keeps its id, which is also that of its group.
fn detached() -> Command {
    if cfg!(target_os = "linux") {
        Command::new("/usr/bin/setsid")
    } else {
        let mut perl = Command::new("/usr/bin/perl");
        perl.args(["-e", "use POSIX; setsid(); exec {$ARGV[0]} @ARGV or exit 127"]);
        perl
    }
}

/// Sends a signal, by its name without `SIG`, to a process, or to a group by its negative id.
pub fn signal(name: &str, id: i64) {
    // The shell's builtin `kill`: a minimal system has no other.
    let kill = format!("kill -s {name} -- {id} 2>/dev/null");
    let _ = Command::new("/bin/sh").args(["-c", &kill]).status();
}

/// Ends a process and its children.
pub(super) fn kill(id: u32) {
    // It has a group of its own only after `setsid` has run.
    signal("KILL", -i64::from(id));
    signal("KILL", id.into());
}

/// A running program.
#[must_use = "`finish` says how it ended"]
#[derive(Debug)]
pub struct Running {
    id: u32,
    words: Vec<OsString>,
    limit: Duration,
    done: Receiver<std::io::Result<std::process::Output>>,
    is_over: bool,
}

impl Running {
    /// Its process id.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Sends it a signal: `INT`, `TERM`, `KILL`.
    pub fn signal(&self, name: &str) {
        signal(name, self.id.into());
    }

    /// Ends it and its children.
    fn kill(&mut self) {
        kill(self.id);
        self.is_over = true;
    }

    /// Waits for its end.
    #[track_caller]
    pub fn finish(mut self) -> Output {
        if let Ok(output) = self.done.recv_timeout(self.limit) {
            self.is_over = true;
            let output = output.unwrap();
            Output::new(&self.words, output.status, output.stdout, output.stderr)
        } else {
            self.kill();
            let so_far = self.done.recv_timeout(Duration::from_secs(5));
            let so_far = so_far.ok().and_then(Result::ok);
            let so_far = so_far.map(|output| [&output.stdout, &output.stderr].map(|bytes| lossy(bytes)));
            panic!("still running after {:?}: {:?}\n{so_far:#?}", self.limit, self.words)
        }
    }
}

impl Drop for Running {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        if !self.is_over {
            self.kill();
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The exit status and the output of a program.
#[derive(Clone, Debug)]
#[must_use = "an output that is not checked proves nothing"]
pub struct Output {
    command: String,
    /// The exit status as the system gave it.
    pub exit: ExitStatus,
    /// All of stdout; for a program in a terminal, the last screen.
    pub stdout: String,
    /// All of stderr.
    pub stderr: String,
}

impl Output {
    #[track_caller]
    pub(super) fn new(words: &[OsString], exit: ExitStatus, stdout: Vec<u8>, stderr: Vec<u8>) -> Self {
        let command = words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let text = |bytes, name| {
            String::from_utf8(bytes).unwrap_or_else(|error| panic!("{command}: {name} is not UTF-8: {error}"))
        };
        let (stdout, stderr) = (text(stdout, "stdout"), text(stderr, "stderr"));
        Self { command, exit, stdout, stderr }
    }

    /// Asserts that it ended with this status.
    #[track_caller]
    pub fn status(self, expected: i32) -> Self {
        assert_eq!(self.exit.code(), Some(expected), "\n{self}");
        self
    }

    /// Asserts that it succeeded.
    #[track_caller]
    pub fn success(self) -> Self {
        self.status(0)
    }

    /// Asserts that stderr has these words.
    #[track_caller]
    pub fn complains(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "stderr has no {words:?}\n{self}");
        self
    }

    /// Asserts that stdout has these words.
    #[track_caller]
    pub fn prints(self, words: &str) -> Self {
        assert!(self.stdout.contains(words), "stdout has no {words:?}\n{self}");
        self
    }

    /// Asserts that stderr is empty.
    #[track_caller]
    pub fn quiet(self) -> Self {
        assert_eq!(self.stderr, "", "\n{self}");
        self
    }

    /// Stdout as JSON, a value in each line.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let value = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON: {error}\n{self}"));
        self.stdout.lines().map(value).collect()
    }

    /// Stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON: {error}\n{self}"))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("$ {}\n", self.command);
        for (name, content) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            writeln!(text, "--- {name}\n{content}")?;
        }
        match (self.exit.code(), self.exit.signal()) {
            (Some(code), _) => write!(text, "--- status {code}")?,
            (None, signal) => write!(text, "--- ended by signal {signal:?}")?,
        }
        f.write_str(&text)
    }
}

/// The fields of `/proc/ID/stat`, which everybody may read: the name, then what comes after it.
fn stat(id: u32) -> Option<(String, Vec<String>)> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (name, rest) = text.split_once('(')?.1.rsplit_once(')')?;
    Some((name.to_owned(), rest.split_whitespace().map(str::to_owned).collect()))
}

/// Every process.
pub fn processes() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The processes of this name that another one has started.
pub fn children(parent: u32, name: &str) -> Vec<u32> {
    let is_child = |id: &u32| stat(*id).is_some_and(|(found, fields)| found == name && fields[1] == parent.to_string());
    processes().into_iter().filter(is_child).collect()
}

/// Whether a process has not ended yet.
pub fn is_running(id: u32) -> bool {
    stat(id).is_some_and(|(_, fields)| fields[0] != "Z")
}

/// The processes that have this home among their variables, each with its state and what it waits for: for the message
/// of a test in which one does not end.
pub fn describe_those_of(home: &Path) -> String {
    let read = |id: u32, file: &str| std::fs::read_to_string(format!("/proc/{id}/{file}")).unwrap_or_default();
    let home = home.to_str().unwrap();
    let is_found = |id: &u32| {
        let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        let environment = String::from_utf8_lossy(&environment);
        environment.contains(home) || environment.contains(&home.replace('/', "\\"))
    };
    let describe = |id: u32| {
        let state = stat(id).map(|(_, fields)| fields[0].clone()).unwrap_or_default();
        let threads = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
        let waits = threads.map(|thread| read(id, &format!("task/{}/wchan", thread.file_name().display())));
        let words = read(id, "cmdline").replace('\0', " ");
        format!("{id} {state} [{}] {words}\n", waits.collect::<Vec<_>>().join(" "))
    };
    processes().into_iter().filter(is_found).map(describe).collect()
}

/// Waits until another process has done something.
#[track_caller]
pub fn wait<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "it did not happen in time");
        thread::yield_now();
    }
}

/// Whether `strace` is installed and may trace.
pub fn can_trace() -> bool {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-o", "/dev/null", "/bin/true"]).stdout(Stdio::null()).stderr(Stdio::null());
    strace.status().is_ok_and(|status| status.success())
}
