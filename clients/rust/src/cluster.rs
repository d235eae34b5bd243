//! A cluster that somebody started, and what tests do with it.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};

use crate::admin::{AdminClient, Body};
use crate::credentials::Credentials;
use crate::process::{Options, Server};
use crate::{Error, process};

/// What ends with a cluster.
enum Ending {
    /// Somebody else's cluster goes on.
    Nothing,
    /// A server of ours, by being dropped.
    Server { _server: Server },
    /// A virtual cluster is deleted by the server that made it.
    Fork,
}

/// One cluster: a whole server, or a virtual cluster of one. It ends when it is dropped.
pub struct Cluster {
    kubeconfig: String,
    credentials: Credentials,
    client: AdminClient,
    /// The whole server of a virtual cluster.
    server: Option<Credentials>,
    name: Option<String>,
    /// Of the kubeconfig, in a folder of its own.
    file: OnceLock<(NamedTempFile, TempDir)>,
    ending: Ending,
}

impl Cluster {
    /// Starts a cluster on free ports, with flags of `fauxkube start` such as `--nodes=3`.
    ///
    /// # Errors
    /// [`Error::Start`] with what the server said.
    pub fn start(args: &[&str]) -> Result<Self, Error> {
        Self::start_with(&Options { args: args.iter().map(|arg| (*arg).to_owned()).collect(), ..Options::default() })
    }

    /// The same with a program or a limit of one's own.
    ///
    /// # Errors
    /// [`Error::Start`] with what the server said.
    pub fn start_with(options: &Options) -> Result<Self, Error> {
        let (server, kubeconfig) = process::start(options)?;
        let mut cluster = Self::connect(&kubeconfig)?;
        cluster.ending = Ending::Server { _server: server };
        Ok(cluster)
    }

    /// A cluster that runs already, by its administrator's kubeconfig. It goes on.
    ///
    /// # Errors
    /// [`Error::Kubeconfig`] when fauxkube did not write it.
    pub fn connect(kubeconfig: &str) -> Result<Self, Error> {
        let credentials = Credentials::read(kubeconfig)?;
        Ok(Self {
            kubeconfig: kubeconfig.to_owned(),
            client: AdminClient::new(credentials.clone())?,
            credentials,
            server: None,
            name: None,
            file: OnceLock::new(),
            ending: Ending::Nothing,
        })
    }

    /// `https://127.0.0.1:6443`, or that of the virtual cluster.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.credentials.server
    }

    /// The name of a virtual cluster.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The administrator's kubeconfig: kube takes it by `Kubeconfig::from_yaml`.
    #[must_use]
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }

    /// A file with it, for `KUBECONFIG`; gone when the cluster has ended.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn kubeconfig_path(&self) -> Result<&Path, Error> {
        if let Some((file, _)) = self.file.get() {
            return Ok(file.path());
        }
        let folder = tempfile::Builder::new().prefix("fauxkube-").tempdir()?; // nobody else's
        let file = tempfile::Builder::new().prefix("kubeconfig").rand_bytes(0).tempfile_in(&folder)?;
        fs::write(&file, &self.kubeconfig)?;
        // Whoever was faster has the same in its file.
        Ok(self.file.get_or_init(|| (file, folder)).0.path())
    }

    /// Removes that file: a shared cluster is never dropped.
    pub(crate) fn remove_file(&mut self) {
        drop(self.file.take());
    }

    /// Asks any path, such as `/-/controllers`, and returns the answer's JSON.
    ///
    /// # Errors
    /// [`Error::Answer`] or [`Error::NotServed`] for an answer that is no success.
    pub fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Error> {
        let text = self.client.text(method, path, &body.map_or(Body::None, Body::Json))?;
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|error| Error::Io(format!("{method} {path}: {error}")))
    }

    /// Creates or changes objects: YAML or JSON, any number of documents, in whatever order.
    ///
    /// # Errors
    /// [`Error::Answer`] that says what cannot be.
    pub fn apply(&self, manifest: &str) -> Result<(), Error> {
        self.client.text("POST", "/-/apply", &Body::Text(manifest)).map(drop)
    }

    /// Back to how the cluster was when it became ready.
    ///
    /// # Errors
    /// When the server cannot.
    pub fn reset(&self) -> Result<(), Error> {
        self.admin("POST", "/-/reset", None).map(drop)
    }

    /// Returns as soon as no controller has anything to do any more.
    ///
    /// # Errors
    /// When it takes too long.
    pub fn settle(&self, timeout: Duration) -> Result<(), Error> {
        self.admin("POST", "/-/settle", Some(&json!({"timeoutSeconds": timeout.as_secs_f64()}))).map(drop)
    }

    /// How the cluster's clock is: `{"now": …, "frozen": false, …}`.
    ///
    /// # Errors
    /// When the server cannot.
    pub fn clock_state(&self) -> Result<Value, Error> {
        self.admin("GET", "/-/clock", None)
    }

    /// Moves the cluster's clock: `{"advance": "1h"}`, `{"freeze": true}`, `{"set": "now"}`.
    ///
    /// # Errors
    /// When the server does not take the change.
    pub fn clock(&self, change: &Value) -> Result<Value, Error> {
        self.admin("POST", "/-/clock", Some(change))
    }

    /// From now on requests that the rule is about fail as it says.
    ///
    /// # Errors
    /// When the server does not take the rule.
    pub fn add_fault(&self, rule: &Value) -> Result<Value, Error> {
        self.admin("POST", "/-/faults", Some(rule))
    }

    /// No request fails on purpose any more.
    ///
    /// # Errors
    /// When the server cannot.
    pub fn clear_faults(&self) -> Result<(), Error> {
        self.admin("DELETE", "/-/faults", None).map(drop)
    }

    /// The journal of requests, all or those of a query such as `verb=create`.
    ///
    /// # Errors
    /// When the server does not take the query.
    pub fn requests(&self, query: &str) -> Result<Value, Error> {
        let mark = if query.is_empty() { "" } else { "?" };
        self.admin("GET", &format!("/-/requests{mark}{query}"), None)
    }

    /// Switches a controller off or on, everywhere or in one namespace.
    ///
    /// # Errors
    /// When there is no such controller.
    pub fn set_controller(&self, name: &str, enabled: bool, namespace: Option<&str>) -> Result<(), Error> {
        let mut body = json!({"enabled": enabled});
        if let Some(namespace) = namespace {
            body["namespace"] = namespace.into();
        }
        self.admin("PUT", &format!("/-/controllers/{name}"), Some(&body)).map(drop)
    }

    /// A virtual cluster on the same port, which begins as this one is and goes its own way from now on.
    ///
    /// # Errors
    /// When the server cannot.
    pub fn fork(&self) -> Result<Self, Error> {
        self.fork_from(self.name().unwrap_or("main"))
    }

    /// A virtual cluster that begins with `fixtures`, as the server did, `empty`, or as another is.
    ///
    /// # Errors
    /// When there is nothing like `from`.
    pub fn fork_from(&self, from: &str) -> Result<Self, Error> {
        self.make(&json!({"from": from}))
    }

    /// A virtual cluster of a name, a DNS label.
    ///
    /// # Errors
    /// When the name is taken, or there is nothing like `from`.
    pub fn fork_as(&self, name: &str, from: &str) -> Result<Self, Error> {
        self.make(&json!({"name": name, "from": from}))
    }

    fn make(&self, wish: &Value) -> Result<Self, Error> {
        let server = self.server.as_ref().unwrap_or(&self.credentials).clone();
        let text = AdminClient::new(server.clone())?.text("POST", "/-/clusters", &Body::Json(wish))?;
        let made: Value = serde_json::from_str(&text).map_err(|error| Error::Io(error.to_string()))?;
        let mut fork = Self::connect(made["kubeconfig"].as_str().unwrap_or_default())?;
        fork.name = made["name"].as_str().map(str::to_owned);
        fork.server = Some(server);
        fork.ending = Ending::Fork;
        Ok(fork)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let (Ending::Fork, Some(server), Some(name)) = (&self.ending, self.server.take(), &self.name) {
            // It may have been idle for too long, or the server has ended.
            let _ = AdminClient::new(server)
                .and_then(|client| client.text("DELETE", &format!("/-/clusters/{name}"), &Body::None));
        }
    }
}
