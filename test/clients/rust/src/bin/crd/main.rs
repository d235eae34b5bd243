//! A derived definition, and objects of it. With the argument `crd` it prints the definition.

mod definitions;
mod gauge;
mod objects;

use std::process::ExitCode;

use anyhow::Result;
use checks::{Place, Report};

#[tokio::main]
async fn main() -> Result<ExitCode> {
    if std::env::args().nth(1).as_deref() == Some("crd") {
        println!("{}", serde_json::to_string_pretty(&gauge::definition()?)?);
        return Ok(ExitCode::SUCCESS);
    }
    let place = Place::told().await?;
    let mut report = Report::default();
    report.check("the definition in the manifest is the derived one", definitions::derived()).await;
    report.check("a definition is applied and established, or is not for users", definitions::applied(&place)).await;
    report.check("its kind is discovered in both versions", definitions::discovered(&place)).await;
    report.check("defaults are filled in, and unknown fields dropped", objects::defaults(&place)).await;
    report.check("what the schema forbids is named by field", objects::schema(&place)).await;
    report.check("rules in CEL say the same here and there", objects::rules(&place)).await;
    report.check("an object has a status and a scale of its own", objects::subresources(&place)).await;
    report.check("both versions show the same object", objects::versions(&place)).await;
    report.check("lists merge by their keys, atomic maps as a whole", objects::merge(&place)).await;
    report.check("objects are found by a field, and columns show them", objects::found(&place)).await;
    report.check("an object outlives its deletion by finalizers only", objects::deleted(&place)).await;
    report.check("a definition goes with its objects", definitions::removed(&place)).await;
    Ok(report.end())
}
