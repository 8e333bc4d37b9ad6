//! A desktop: a session bus of its own with a keyring.

use std::fs;
use std::time::Duration;

use aws_sso::sandbox::{Approval, Options};
use serde_json::Value;

use super::process::{Invocation, Running, wait};
use super::user::{TOKEN_FILE, User};
use super::{programs, skip};

/// Starts a keyring on the session bus, and unlocks it with a password as a desktop does at login.
const DAEMON: &str = r#"
    printf %s "$DBUS_SESSION_BUS_ADDRESS" >"$HOME/bus.new" && mv "$HOME/bus.new" "$HOME/bus"
    if [ "$1" = unlocked ]; then printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null; fi
    touch "$HOME/ready"
    exec sleep 600
"#;

/// How many processes ask one keyring at once.
pub const CROWD: usize = 30;

/// A user with a session bus and a keyring, which end with this value.
pub struct Desktop {
    pub user: User,
    bus: String,
    _daemon: Running,
}

impl Desktop {
    /// A home whose settings ask for the keyring.
    #[track_caller]
    pub fn new(options: Options) -> Option<Self> {
        let desktop = Self::with_files(options, "unlocked")?;
        desktop.ask_for_keyring();
        Some(desktop)
    }

    /// A home without settings, and a bus whose keyring is `unlocked` or `absent`.
    #[track_caller]
    pub fn with_files(options: Options, keyring: &str) -> Option<Self> {
        for program in ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"] {
            if programs(program).next().is_none() {
                skip(&format!("there is no {program}: the keyring is not tested"));
                return None;
            }
        }
        let user = User::new(Options { approval: Approval::Automatic, ..options });
        let home = &user.home;
        let daemon = home.command("dbus-run-session").env("XDG_RUNTIME_DIR", home.path("run"));
        fs::create_dir(home.path("run")).unwrap();
        let daemon = daemon.args(["--", "/bin/sh", "-c", DAEMON, "sh", keyring]);
        let daemon = daemon.limit(Duration::from_mins(10)).start();
        wait(|| home.has("ready").then_some(()));
        let bus = home.read("bus");
        Some(Self { user, bus, _daemon: daemon })
    }

    pub fn ask_for_keyring(&self) {
        self.user.home.write(".config/aws-sso/config", "store = keyring\n");
    }

    pub fn here(&self, invocation: Invocation) -> Invocation {
        invocation.env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
    }

    pub fn crowd(&self) -> Value {
        let running: Vec<_> = (0..CROWD).map(|_| self.process().start()).collect();
        let outputs: Vec<_> = running.into_iter().map(|running| running.finish().success().quiet()).collect();
        assert!(outputs.iter().all(|output| output.stdout == outputs[0].stdout));
        outputs[0].json()
    }

    pub fn aws_sso(&self, line: &str) -> Invocation {
        self.here(self.user.aws_sso(line))
    }

    pub fn process(&self) -> Invocation {
        self.here(self.user.process())
    }

    pub fn sign_in(&self) {
        let _ = self.aws_sso("login --device-code --no-browser").run().success();
        self.user.sandbox.clear_log();
    }

    /// Our items of a folder, as `secret-tool` finds them.
    pub fn items(&self, folder: &str) -> Vec<Value> {
        let folder = self.user.home.path(folder);
        let search = self.user.home.command("secret-tool");
        let search = search.args(["search", "--all", "application", "aws-sso", "folder"]).arg(folder);
        let found = self.here(search).run();
        let secrets = found.stdout.lines().filter_map(|line| line.strip_prefix("secret = "));
        secrets.map(|secret| serde_json::from_str(secret).unwrap()).collect()
    }

    pub fn token(&self) -> Value {
        let tokens = self.items(".aws/sso/cache").into_iter();
        let tokens: Vec<_> = tokens.filter(|item| item["accessToken"].is_string()).collect();
        let [token] = &tokens[..] else { panic!("{tokens:?}") };
        token.clone()
    }

    pub fn expire_token(&self) {
        let mut token = self.token();
        token["expiresAt"] = "2020-01-01T00:00:00Z".into();
        let file = self.user.home.path(TOKEN_FILE);
        let store = self.user.home.command("secret-tool");
        let store = store.args(["store", "--label", "aged", "application", "aws-sso", "folder"]);
        let store = store.arg(file.parent().unwrap()).arg("name").arg(file.file_name().unwrap());
        let _ = self.here(store).stdin(token.to_string()).run().success();
    }

    pub fn operations(&self) -> Vec<String> {
        self.user.sandbox.requests().into_iter().map(|request| request.operation).collect()
    }
}
