//! A real browser without a window, by the W3C's WebDriver protocol: Chromium, with the driver that Debian packages.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::process;

/// No page takes longer.
const LIMIT: Duration = Duration::from_secs(60);

/// The key of the keyboard that goes to the next thing, as the protocol writes it.
pub const TAB: &str = "\u{e004}";

/// The key of the keyboard that follows a link, or opens what can be opened.
pub const ENTER: &str = "\u{e007}";

/// A browser with one page; it ends with this value.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    session: String,
}

impl Browser {
    /// Starts it, on behalf of a scratch workspace.
    ///
    /// # Panics
    /// There is none, or it does not start.
    #[must_use]
    pub fn start(scratch: &Path) -> Browser {
        let mut command = process::command("chromedriver", scratch);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().expect("chromedriver starts: the full tier brings it, from chromium-driver");
        let told = BufReader::new(driver.stdout.take().expect("its output is a pipe"));
        let port = told.lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver says its port");
        // From here on the driver ends with this value.
        let mut browser = Browser { driver, session: format!("http://127.0.0.1:{port}/session") };
        // Whoever is root, as in a container, has no sandbox: the pages are our own.
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1300,1000"];
        let wanted = json!({ "goog:chromeOptions": { "args": arguments }, "goog:loggingPrefs": { "browser": "ALL" } });
        let made = browser.post("", &json!({ "capabilities": { "alwaysMatch": wanted } }));
        let name = made["sessionId"].as_str().expect("the browser has started").to_owned();
        browser.session = format!("{}/{name}", browser.session);
        browser
    }

    fn post(&self, command: &str, body: &Value) -> Value {
        let request = minreq::post(format!("{}{command}", self.session)).with_timeout(LIMIT.as_secs());
        let answer = request.with_json(body).expect("a value is JSON").send().expect("the driver answers");
        let mut told: Value = answer.json().expect("the driver answers with JSON");
        assert_eq!(answer.status_code, 200, "{command}: {told}");
        told["value"].take()
    }

    /// Opens a file, and waits until all of it was read.
    pub fn open(&self, file: &Path) {
        self.post("/url", &json!({ "url": format!("file://{}", file.display()) }));
    }

    /// What a piece of script comes to, which the page itself knows nothing of.
    #[must_use]
    pub fn asks(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": format!("return {script};"), "args": [] }))
    }

    /// Presses keys, one after the other.
    pub fn press(&self, keys: &[&str]) {
        let press = |key: &&str| [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })];
        let actions: Vec<Value> = keys.iter().flat_map(press).collect();
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }));
    }

    /// Whoever looks at it wants it dark, or light.
    pub fn prefers(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let command = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": features } });
        self.post("/goog/cdp/execute", &command);
    }

    /// What was complained about since the last time that this was asked.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let told = self.post("/se/log", &json!({ "type": "browser" }));
        told.as_array().into_iter().flatten().map(ToString::to_string).collect()
    }

    /// Writes a picture of the whole page.
    pub fn picture(&self, file: &Path) {
        let parameters = json!({ "captureBeyondViewport": true, "format": "png" });
        let command = json!({ "cmd": "Page.captureScreenshot", "params": parameters });
        let told = self.post("/goog/cdp/execute", &command);
        let bytes = STANDARD.decode(told["data"].as_str().unwrap_or_default()).expect("a picture is base64");
        std::fs::write(file, bytes).expect("a picture can be written");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser is a child of the driver, which takes it along.
        let _ = minreq::delete(&self.session).with_timeout(10).send();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
