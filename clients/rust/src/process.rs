//! Serves a cluster by a process of its own, which ends with this one at the latest.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::admin::{AdminClient, Body};
use crate::credentials::Credentials;
use crate::{Error, command};

const POLL: Duration = Duration::from_millis(10);
const STOP: Duration = Duration::from_secs(10);

/// How a cluster is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Flags of `fauxkube start`, such as `--nodes=3`.
    pub args: Vec<String>,
    /// The program and its first arguments; empty for that of the variable `FAUXKUBE_COMMAND`, or what is found.
    pub command: Vec<String>,
    /// How long a start may take.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { args: Vec::new(), command: Vec::new(), timeout: Duration::from_secs(60) }
    }
}

/// A server of ours: its standard input is all that keeps it, and whoever it started.
pub(crate) struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
    /// None once all in it is known: a program may end without dropping anything.
    folder: Option<TempDir>,
}

/// A server that is ready, and its administrator's kubeconfig.
pub(crate) fn start(options: &Options) -> Result<(Server, String), Error> {
    let words = command::find(&options.command)?;
    let folder = tempfile::Builder::new().prefix("fauxkube-").tempdir()?; // nobody else's
    let log = File::create(folder.path().join("log"))?;
    let mut child = Command::new(&words[0])
        .args(&words[1..])
        .args(["start", "--port=0", "--proxy-port=0", "--stop-with-stdin"])
        .arg(format!("--kubeconfig={}", folder.path().join("kubeconfig").display()))
        .args(&options.args)
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .map_err(|error| Error::Start(format!("{} cannot be run: {error}", words[0])))?;
    let mut server = Server { stdin: child.stdin.take(), child, folder: Some(folder) };
    match server.wait(options.timeout) {
        Ok(()) => {
            let kubeconfig = fs::read_to_string(server.file("kubeconfig"))?;
            server.folder = None;
            Ok((server, kubeconfig))
        }
        Err(what) => Err(Error::Start(format!("{} start {what}: {}", words.join(" "), server.said()))),
    }
}

impl Server {
    fn file(&self, name: &str) -> PathBuf {
        self.folder.as_ref().map_or_else(PathBuf::new, |folder| folder.path().join(name))
    }

    fn said(&self) -> String {
        let text = fs::read(self.file("log")).unwrap_or_default();
        String::from_utf8_lossy(&text).trim().to_owned()
    }

    fn wait(&mut self, timeout: Duration) -> Result<(), String> {
        let give_up = Instant::now() + timeout;
        while !self.is_ready() {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("ended with {}", status.code().unwrap_or(-1)));
            }
            if Instant::now() > give_up {
                return Err(format!("was not ready after {timeout:?}"));
            }
            sleep(POLL);
        }
        Ok(())
    }

    /// Not as long as the kubeconfig is not there or half written, or its server does not say so.
    fn is_ready(&self) -> bool {
        let Ok(text) = fs::read_to_string(self.file("kubeconfig")) else { return false };
        Credentials::read(&text)
            .and_then(AdminClient::new)
            .and_then(|client| client.text("GET", "/readyz", &Body::None))
            .is_ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let give_up = Instant::now() + STOP;
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > give_up {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            sleep(POLL);
        }
    }
}
