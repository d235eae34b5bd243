//! Requests to the API below `/-/`, and to any other path of the cluster.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use ureq::http::Request;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use crate::credentials::Credentials;

const LIMIT: Duration = Duration::from_secs(60);

/// What can go wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// An answer that is no success.
    Answer {
        /// What was asked.
        method: String,
        /// What was asked for.
        path: String,
        /// The HTTP status.
        status: u16,
        /// What came with it.
        body: String,
    },
    /// This version of fauxkube has no such path: a newer one may.
    NotServed {
        /// What was asked.
        method: String,
        /// What was asked for.
        path: String,
    },
    /// The server ended, or was not ready in time. What it printed is in the text.
    Start(String),
    /// A kubeconfig that fauxkube did not write.
    Kubeconfig(String),
    /// The connection, a file, or a text that is no JSON.
    Io(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { method, path, status, body } => {
                let said = serde_json::from_str::<Value>(body).unwrap_or_default();
                let message = said["message"].as_str().unwrap_or(body.trim());
                write!(f, "{method} {path}: {status} {message}")
            }
            Self::NotServed { method, path } => {
                write!(f, "this fauxkube does not serve {method} {path}: take a newer one")
            }
            Self::Start(text) | Self::Kubeconfig(text) | Self::Io(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

/// What goes out with a request.
pub(crate) enum Body<'a> {
    None,
    Text(&'a str),
    Json(&'a Value),
}

/// Asks one cluster with the credentials of its kubeconfig.
pub(crate) struct AdminClient {
    agent: ureq::Agent,
    credentials: Credentials,
}

impl AdminClient {
    pub(crate) fn new(credentials: Credentials) -> Result<Self, Error> {
        let bad = |error: ureq::Error| Error::Kubeconfig(format!("the certificates of the kubeconfig: {error}"));
        let authority = Certificate::from_pem(&credentials.authority).map_err(bad)?.to_owned();
        let client = match (&credentials.certificate, &credentials.key) {
            (Some(certificate), Some(key)) => {
                let certificate = Certificate::from_pem(certificate).map_err(bad)?.to_owned();
                let key = PrivateKey::from_pem(key).map_err(bad)?.to_owned();
                Some(ClientCert::new_with_certs(&[certificate], key))
            }
            _ => None,
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(vec![authority])))
            .client_cert(client)
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .proxy(None) // those of the environment are for other places
            .http_status_as_error(false)
            .timeout_global(Some(LIMIT))
            .build();
        Ok(Self { agent: config.into(), credentials })
    }

    /// The text of the answer.
    pub(crate) fn text(&self, method: &str, path: &str, body: &Body<'_>) -> Result<String, Error> {
        let failed = |error: &dyn fmt::Display| Error::Io(format!("{method} {path}: {error}"));
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.credentials.server))
            .header("accept", "application/json");
        if let Some(token) = &self.credentials.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let (media_type, text) = match body {
            Body::None => (None, String::new()),
            Body::Text(text) => (Some("application/yaml"), (*text).to_owned()),
            Body::Json(value) => (Some("application/json"), value.to_string()),
        };
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type);
        }
        let request = request.body(text).map_err(|error| failed(&error))?;
        // A DELETE may have a body, which ureq thinks odd.
        let request = self.agent.configure_request(request).allow_non_standard_methods(true).build();
        let mut answer = self.agent.run(request).map_err(|error| failed(&error))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(u64::MAX).read_to_string().map_err(|error| failed(&error))?;
        if status < 300 {
            return Ok(text);
        }
        let (method, path) = (method.to_owned(), path.to_owned());
        if status == 404 && text.contains("could not find the requested resource") {
            return Err(Error::NotServed { method, path });
        }
        Err(Error::Answer { method, path, status, body: text })
    }
}
