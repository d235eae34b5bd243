//! What the programs are told, and how they say what held.

use std::fmt::{Debug, Display};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kube::Client;
use kube::core::Status;

/// A garbage collector learns of new kinds each half minute.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a program runs.
pub struct Place {
    pub client: Client,
    pub namespace: String,
    /// Whether the program may do everything, or only what a user of its namespace may.
    pub is_admin: bool,
}

impl Place {
    pub async fn told() -> Result<Self> {
        Ok(Self {
            client: Client::try_default().await?,
            namespace: std::env::var("NAMESPACE").context("NAMESPACE")?,
            is_admin: std::env::var("SCOPE").context("SCOPE")? == "cluster",
        })
    }
}

/// What has held until now.
#[derive(Default)]
pub struct Report {
    has_failed: bool,
}

impl Report {
    /// Says whether something holds, and why not.
    pub async fn check(&mut self, what: &str, test: impl Future<Output = Result<()>>) {
        let ended = tokio::time::timeout(PATIENCE, test).await;
        match ended.unwrap_or_else(|_| bail!("not within {PATIENCE:?}")) {
            Ok(()) => println!("ok {what}"),
            Err(error) => {
                self.has_failed = true;
                println!("not ok {what}: {}", format!("{error:#}").replace('\n', " "));
            }
        }
    }

    pub fn end(self) -> ExitCode {
        if self.has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// What the server said to a request that it should refuse.
pub fn refusal<T>(answer: kube::Result<T>) -> Result<Box<Status>> {
    match answer {
        Ok(_) => bail!("was not refused"),
        Err(kube::Error::Api(status)) => Ok(status),
        Err(error) => Err(error.into()),
    }
}

/// Fails unless both are the same, and tells both.
pub fn same<T: PartialEq<U> + Debug, U: Debug>(what: impl Display, is: T, should: U) -> Result<()> {
    if is != should {
        bail!("{what} is {is:?}, not {should:?}");
    }
    Ok(())
}
