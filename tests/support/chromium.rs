//! A real browser without a window: Chromium, controlled through its chromedriver.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use super::process::LIMIT;
use super::{Home, programs, skip};

/// A browser with a profile of its own that can reach only this machine.
pub struct Chromium {
    driver: Child,
    port: u16,
    session: String,
}

impl Chromium {
    /// Starts it; `None`, with a message, if it is not installed.
    #[track_caller]
    pub fn start(home: &Home) -> Option<Self> {
        let found = (programs("chromedriver").next(), programs("chromium").next());
        let (Some(driver), Some(browser)) = found else {
            skip("there is no chromium with chromedriver: the pages are not tested in a browser");
            return None;
        };
        let mut command = home.command(driver).arg("--port=0").command();
        let mut driver = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .expect("chromedriver names its port");
        let mut chromium = Self { driver, port, session: String::new() };
        let profile = format!("--user-data-dir={}", home.path("chromium").display());
        let arguments = [
            "--headless",
            // The tests may run as root.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-proxy-server",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            &profile,
        ];
        let options = json!({ "binary": browser, "args": arguments });
        let capabilities = json!({ "alwaysMatch": { "goog:chromeOptions": options } });
        let answer = chromium.request("POST", "/session", &json!({ "capabilities": capabilities }));
        answer["sessionId"].as_str().unwrap().clone_into(&mut chromium.session);
        Some(chromium)
    }

    /// Opens an address and waits until the page has loaded.
    pub fn go_to(&self, url: &str) {
        self.command("POST", "url", &json!({ "url": url }));
    }

    /// The address of the page.
    pub fn url(&self) -> String {
        self.command("GET", "url", &Value::Null).as_str().unwrap().to_owned()
    }

    /// The text that the page shows.
    pub fn text(&self) -> String {
        let script = json!({ "script": "return document.body.innerText", "args": [] });
        self.command("POST", "execute/sync", &script).as_str().unwrap_or_default().to_owned()
    }

    /// Clicks on the element of a CSS selector.
    pub fn click(&self, selector: &str) {
        let found = self.command("POST", "element", &json!({ "using": "css selector", "value": selector }));
        let element = found.as_object().unwrap().values().next().unwrap().as_str().unwrap();
        self.command("POST", &format!("element/{element}/click"), &json!({}));
    }

    /// Waits until the page shows these words.
    #[track_caller]
    pub fn wait_for(&self, words: &str) {
        let start = Instant::now();
        while !self.text().contains(words) {
            assert!(start.elapsed() < LIMIT, "{words:?} is not on {}:\n{}", self.url(), self.text());
            std::thread::yield_now();
        }
    }

    fn command(&self, method: &str, command: &str, body: &Value) -> Value {
        self.request(method, &format!("/session/{}/{command}", self.session), body)
    }

    fn request(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        // The driver keeps the connection open in any case.
        let mut reader = BufReader::new(stream);
        let (mut status, mut line, mut length) = (String::new(), String::new(), 0);
        reader.read_line(&mut status).unwrap();
        while reader.read_line(&mut line).unwrap() > 2 {
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer).unwrap();
        let mut answer: Value = serde_json::from_slice(&answer).unwrap();
        assert!(status.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
        answer["value"].take()
    }
}

impl Drop for Chromium {
    /// Ends the session, with which the driver ends the browser; a test that fails leaves neither behind.
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                self.request("DELETE", &format!("/session/{}", self.session), &Value::Null);
            }));
            drop(ended);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
