//! The program for Windows, which runs under Wine in the home of a test.

use std::cell::Cell;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use aws_sso::sandbox::{Approval, Options};

use super::process::{processes, wait};
use super::user::User;
use super::{Home, Invocation, skip};

/// The folder with Wine's own home and the programs of `tests/windows/*.c`.
static TOOLS: LazyLock<Option<PathBuf>> =
    LazyLock::new(|| std::env::var_os("AWS_SSO_TEST_WINE").filter(|path| !path.is_empty()).map(PathBuf::from));

/// The program under test.
pub const AWS_SSO_EXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/x86_64-pc-windows-gnu/debug/aws-sso.exe");

/// Keeps Wine's own processes alive until the tests have ended: they start while only one program waits for them, and
/// once.
static KEPT: LazyLock<std::process::Child> = LazyLock::new(|| {
    let tools = TOOLS.as_ref().unwrap();
    let mut held = in_wine(Home::new().command("/usr/bin/wine"), tools)
        .args([tools.join("hold.exe").as_os_str(), windows_path(tools.join("sources.sum")).as_ref()])
        .command();
    let mut held = held.stdin(Stdio::piped()).stdout(Stdio::piped()).current_dir(tools).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(held.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "held");
    held
});

/// Wine's own files are outside of the user's home, and all tests share its server.
fn in_wine(invocation: Invocation, tools: &Path) -> Invocation {
    invocation
        .env("HOME", tools)
        .env("TMPDIR", "/tmp")
        .env("WINEPREFIX", tools.join("prefix"))
        .env("WINEDEBUG", "-all")
        .env("WINEDLLOVERRIDES", "mscoree,mshtml,winemenubuilder.exe=")
}

/// The path as Windows writes it: Wine shows the root folder as drive Z.
pub fn windows_path(path: impl AsRef<Path>) -> String {
    format!("Z:{}", path.as_ref().display()).replace('/', "\\")
}

/// A user of Windows, and an Identity Center to sign in to.
pub struct WindowsUser {
    pub user: User,
    tools: PathBuf,
    /// Wine's folder: the C drive, and the registry.
    prefix: PathBuf,
    _turn: Turn,
}

/// Under Wine 8 a program now and then never begins where others start and end consoles at the same time, so that the
/// tests of Windows run one after the other.
struct Turn(#[allow(dead_code, reason = "its end says all")] Option<MutexGuard<'static, ()>>);

static TURN: Mutex<()> = Mutex::new(());

thread_local! {
    /// How many users the test of this thread has: it waits for no turn of its own.
    static USERS: Cell<usize> = const { Cell::new(0) };
}

impl Turn {
    fn wait() -> Self {
        let is_first = USERS.replace(USERS.get() + 1) == 0;
        Self(is_first.then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        USERS.set(USERS.get() - 1);
    }
}

impl WindowsUser {
    /// `None`, with a message, where the program for Windows cannot be run.
    #[track_caller]
    pub fn new(options: Options) -> Option<Self> {
        Self::who_approves(Options { approval: Approval::Automatic, ..options })
    }

    /// The same, where a sign-in is approved as the options say.
    #[track_caller]
    pub fn who_approves(options: Options) -> Option<Self> {
        let Some(tools) = TOOLS.clone() else {
            skip("there is no Wine, or no compiler for Windows: the program for Windows is not tested");
            return None;
        };
        let turn = Turn::wait();
        LazyLock::force(&KEPT);
        let user = User::new(options);
        for folder in ["AppData/Roaming", "AppData/Local/Temp"] {
            std::fs::create_dir_all(user.home.path(folder)).unwrap();
        }
        let prefix = tools.join("prefix");
        Some(Self { user, tools, prefix, _turn: turn })
    }

    /// A user with a Windows of their own, for what depends on other programs' windows, or changes the registry.
    #[track_caller]
    pub fn alone(options: Options) -> Option<Self> {
        let mut windows = Self::new(options)?;
        let own = windows.home().path("prefix");
        let copy = |how: &str| {
            let copy = format!("cp -a {how} \"$1\" \"$2\" && cp --remove-destination \"$1\"/*.reg \"$2\"");
            let words = [windows.prefix.as_os_str(), own.as_os_str()];
            Command::new("/bin/sh").args(["-c", &copy, "sh"]).args(words).status().unwrap().success()
        };
        // The files are large, and Wine replaces none of them but the registry's.
        assert!(copy("-l") || copy("--no-target-directory"));
        windows.prefix = own;
        Some(windows)
    }

    #[track_caller]
    pub fn signed_in(options: Options) -> Option<Self> {
        let windows = Self::new(options)?;
        let _ = windows.aws_sso("login --device-code --no-browser").run().success();
        windows.user.sandbox.clear_log();
        Some(windows)
    }

    pub fn home(&self) -> &Home {
        &self.user.home
    }

    /// A path in the home, as Windows writes it.
    pub fn path(&self, relative: &str) -> String {
        windows_path(self.home().path(relative))
    }

    /// The program under test, in a folder of `PATH`.
    pub fn aws_sso(&self, line: &str) -> Invocation {
        self.copy(Path::new(AWS_SSO_EXE), line)
    }

    /// The same program at another path.
    pub fn copy(&self, program: &Path, line: &str) -> Invocation {
        self.start([windows_path(program)]).args(line.split_whitespace())
    }

    /// A line, as a library gives it to Windows to start a program.
    pub fn line(&self, line: &str) -> Invocation {
        self.start([""; 0]).env("WINDOWS_COMMAND_LINE", line)
    }

    /// cmd.exe runs this batch file.
    pub fn batch(&self, lines: &str) -> Invocation {
        let file = self.home().write("test.bat", format!("@echo off\r\n{}\r\n", lines.replace('\n', "\r\n")));
        self.start(["cmd", "/d", "/c", &windows_path(file)])
    }

    /// Holds a file open until stdin ends; `how` is empty, or `shared` if others may replace it.
    pub fn hold(&self, relative: &str, how: &str) -> std::process::Command {
        let words = [&*self.path(relative), how];
        self.tool("hold", &words[..if how.is_empty() { 1 } else { 2 }]).command()
    }

    /// A program of `tests/windows/NAME.c`.
    pub fn tool(&self, name: &str, arguments: &[&str]) -> Invocation {
        self.start([&*self.tools.join(format!("{name}.exe")).to_string_lossy()]).args(arguments)
    }

    /// The path of a program of `tests/windows/*.c`, as Windows writes it.
    pub fn tool_path(&self, name: &str) -> String {
        windows_path(self.tools.join(name).with_extension("exe"))
    }

    /// The processes of this user that run a program, by its name without `.exe`, with this among its words.
    pub fn running(&self, name: &str, word: &str) -> Vec<u32> {
        let read = |id: &u32, file: &str| {
            let bytes = std::fs::read(format!("/proc/{id}/{file}")).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let is_found = |id: &u32| {
            let words = read(id, "cmdline");
            let is_program = words.split('\0').next().is_some_and(|word| word.ends_with(&format!("{name}.exe")));
            is_program
                && words.contains(word)
                && read(id, "environ").contains(&format!("WINDOWS_USERPROFILE={}\0", self.path("")))
        };
        processes().into_iter().filter(is_found).collect()
    }

    /// Puts a program at this path of the home that writes down how it is called, and prints `says`; its path as
    /// Windows writes it. Those in `bin` are on `PATH`.
    pub fn stand_in(&self, program: &str, says: &str) -> String {
        self.home().write(Path::new(program).with_extension("says"), says);
        std::fs::copy(self.tools.join("stand_in.exe"), self.home().path(program)).unwrap();
        self.path(program)
    }

    /// The arguments with which that was called last; waits for them.
    pub fn words(&self, program: &str) -> Vec<String> {
        let file = Path::new(program).with_extension("words");
        let words = wait(|| self.home().has(&file).then(|| self.home().read(&file)));
        std::fs::remove_file(self.home().path(&file)).unwrap();
        words.lines().map(str::to_owned).collect()
    }

    /// A program of Windows in this home.
    fn start<A: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = A>) -> Invocation {
        let folder = windows_path(Path::new(AWS_SSO_EXE).parent().unwrap());
        let system = r"C:\windows\system32;C:\windows";
        let run = self.home().command("/usr/bin/wine").arg(self.tools.join("start.exe")).args(words);
        in_wine(run, &self.tools)
            .env("WINEPREFIX", &self.prefix)
            .env("WINDOWS_USERPROFILE", self.path(""))
            .env("WINDOWS_HOMEDRIVE", "Z:")
            .env("WINDOWS_HOMEPATH", &self.path("")[2..])
            .env("WINDOWS_APPDATA", self.path("AppData/Roaming"))
            .env("WINDOWS_LOCALAPPDATA", self.path("AppData/Local"))
            .env("WINDOWS_TEMP", self.path("AppData/Local/Temp"))
            .env("WINDOWS_TMP", self.path("AppData/Local/Temp"))
            .env("WINDOWS_PATH", format!("{folder};{};{system}", self.path("bin")))
            .endpoint(self.user.sandbox.endpoint())
    }
}
