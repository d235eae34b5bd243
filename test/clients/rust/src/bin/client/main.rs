//! What `Api` and `Client` of kube do, without its runtime.

mod discovery;
mod objects;
mod patches;
mod subresources;
mod watches;

use std::process::ExitCode;

use anyhow::Result;
use checks::{Place, Report};

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let place = Place::told().await?;
    let mut report = Report::default();
    report.check("what is created has a uid and managed fields, and cannot be twice", objects::create(&place)).await;
    report.check("a list comes in pages of one revision that count what remains", objects::pages(&place)).await;
    report.check("a replace with an old resource version is a conflict", objects::conflict(&place)).await;
    report.check("generated names, label and field selectors", objects::selectors(&place)).await;
    report.check("a delete keeps to its preconditions and to finalizers", objects::delete(&place)).await;
    report.check("a collection is deleted by its selector only", objects::delete_collection(&place)).await;
    report.check("merge, strategic and JSON patches change what they name", patches::kinds(&place)).await;
    report.check("server-side apply tells who owns a field, and forces it", patches::apply(&place)).await;
    report.check("a dry run changes nothing, and strict validation names the field", patches::dry_run(&place)).await;
    report.check("a watch has every change, and an end", watches::changes(&place)).await;
    report.check("a streaming list ends its first objects with a bookmark", watches::streaming(&place)).await;
    report.check("metadata alone is got, listed, patched and watched", watches::metadata(&place)).await;
    report.check("the scale is replicas, the status is no part of the object", subresources::scale(&place)).await;
    report.check("a disruption budget holds an eviction", subresources::evict(&place)).await;
    report.check("a token of a service account says who it is", subresources::token(&place)).await;
    report.check("both kinds of discovery find the same, and dynamic objects by it", discovery::dynamic(&place)).await;
    report.check("access reviews and requests agree on what is forbidden", discovery::access(&place)).await;
    Ok(report.end())
}
