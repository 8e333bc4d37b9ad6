//! A running `aws-sso serve`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use aws_sso::sandbox::Options;
use serde_json::Value;

use super::process::{Running, wait};
use super::user::User;

/// A server for the first account's first role.
pub struct Server {
    pub user: User,
    pub running: Running,
    /// The environment that it printed, as a shell reads it.
    pub environment: BTreeMap<String, String>,
}

/// The variables that point an SDK to the server.
pub const URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
pub const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";

pub const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

impl Server {
    pub fn with(options: Options) -> Self {
        Self::of(User::signed_in(options), "")
    }

    pub fn of(user: User, options: &str) -> Self {
        let role = user.role(0, 0);
        Self::of_role(user, &role, options)
    }

    /// A server for this ROLE.
    pub fn of_role(user: User, role: &str, options: &str) -> Self {
        let serve = user.aws_sso(&format!("serve {role} {options}"));
        let redirect = r#"exec "$@" >"$HOME/server.env" 2>"$HOME/server.log""#;
        let running = serve.behind(["/bin/sh", "-c", redirect, "sh"]).start();
        let log = user.home.path("server.log");
        wait(|| fs::read_to_string(&log).ok().filter(|log| log.contains("Ctrl-C stops it")));
        let shell = ["-c", ". \"$HOME/server.env\"; env"];
        let printed = user.home.command("/bin/sh").args(shell).run().success().stdout;
        let pairs = printed.lines().filter_map(|line| line.split_once('='));
        let environment = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { user, running, environment }
    }

    /// The address without its scheme and path.
    pub fn host(&self) -> &str {
        self.environment[URI].strip_prefix("http://").unwrap().strip_suffix("/credentials").unwrap()
    }

    pub fn token(&self) -> &str {
        &self.environment[TOKEN]
    }

    /// One request, as a program would send it.
    pub fn get(&self) -> (u16, Value) {
        ask(self.host(), &request(self.host(), &[("Authorization", self.token())]))
    }

    /// The credentials that it hands out.
    pub fn credentials(&self) -> Value {
        let (status, answer) = self.get();
        assert_eq!(status, 200, "{answer}");
        answer
    }
}

pub fn request(host: &str, headers: &[(&str, &str)]) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("GET /credentials HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n")
}

/// The status and the JSON of a response; status 0 if there is none.
pub fn ask(host: &str, request: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(host).unwrap();
    // The server may close the connection before the whole request is sent.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return (0, Value::Null) };
    assert!(!head.to_lowercase().contains("access-control"), "{head}");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}
