//! What kube's runtime makes of watches: watchers, reflectors, conditions.

mod conditions;
mod interrupted;
mod streams;

use std::process::ExitCode;

use anyhow::Result;
use checks::{Place, Report};
use kube::runtime::watcher::Config;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let place = Place::told().await?;
    let mut report = Report::default();
    let pages = Config::default().page_size(2);
    report.check("a watcher lists in pages and goes on with changes", streams::events(&place, "listed", pages)).await;
    let streaming = Config::default().streaming_lists();
    report.check("a streaming list tells the same", streams::events(&place, "streamed", streaming)).await;
    let any = Config::default().any_semantic();
    report.check("and so does a list of any version", streams::events(&place, "any", any)).await;
    report.check("a reflector's store follows, and finds by labels", streams::store(&place)).await;
    report.check("predicates see generations, labels and finalizers", streams::predicates(&place)).await;
    report.check("a watcher of metadata has no data", streams::metadata(&place)).await;
    report.check("one watches all namespaces, or is forbidden to", streams::everywhere(&place)).await;
    report.check("watches that end each second miss and repeat nothing", interrupted::ended(&place)).await;
    report.check("who is forbidden tries again until it may", interrupted::forbidden(&place)).await;
    report.check("an object is watched while it is gone and again there", interrupted::recreated(&place)).await;
    report.check("pods run, deployments are complete, jobs are done", conditions::workloads(&place)).await;
    report.check("what is owned goes with its owner, or is orphaned", conditions::owned(&place)).await;
    Ok(report.end())
}
