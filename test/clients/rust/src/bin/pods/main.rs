//! Pods that run: commands, files, ports, logs, and containers that come later.

mod containers;
mod logs;
mod ports;
mod processes;

use std::process::ExitCode;

use anyhow::{Context, Result};
use checks::{Place, Report};
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::PostParams;
use kube::runtime::conditions::is_pod_running;
use kube::runtime::wait::await_condition;
use serde_json::{Value, from_value, json};

fn api(place: &Place) -> Api<Pod> {
    Api::default_namespaced(place.client.clone())
}

/// A pod of one container that does something until it is deleted.
async fn running(place: &Place, name: &str, container: Value) -> Result<Pod> {
    let pods = api(place);
    let mut container = container;
    container["name"] = json!("main");
    let spec = json!({"terminationGracePeriodSeconds": 1, "restartPolicy": "Never", "containers": [container]});
    let pod: Pod = from_value(json!({"metadata": {"name": name, "labels": {"app": name}}, "spec": spec}))?;
    pods.create(&PostParams::default(), &pod).await?;
    await_condition(pods, name, is_pod_running()).await?.context("no pod")
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let place = Place::told().await?;
    let mut report = Report::default();
    let busybox = json!({"image": "busybox", "command": ["sleep", "3600"]});
    report.check("a pod runs", async { running(&place, "box", busybox).await.map(drop) }).await;
    report.check("a command has two outputs and an exit code", processes::exec(&place)).await;
    report.check("a command reads until its input is closed", processes::stdin(&place)).await;
    report.check("a shell is spoken to, and its end is told", processes::shell(&place)).await;
    report.check("a terminal has the size that it is given", processes::terminal(&place)).await;
    report.check("one attaches to what runs, and talks to it", processes::attach(&place)).await;
    report.check("files are copied by tar, there and back", processes::copy(&place)).await;
    report.check("commands that cannot be say why", processes::refused(&place)).await;
    report.check("ports are forwarded, and one where nobody listens says so", ports::forward(&place)).await;
    report.check("a log is followed, cut, and kept of the last run", logs::log(&place)).await;
    report.check("containers for debugging are added, and run", containers::ephemeral(&place)).await;
    report.check("a pod gets other resources while it runs", containers::resize(&place)).await;
    report.check("a pod of one's own scheduler runs where it is bound to", containers::bind(&place)).await;
    Ok(report.end())
}
