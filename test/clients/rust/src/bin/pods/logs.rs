//! Logs of containers.

use anyhow::{Context, Result, ensure};
use checks::{Place, refusal, same};
use futures::{AsyncBufReadExt, TryStreamExt};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::jiff::Timestamp;
use kube::api::{AttachParams, LogParams, PostParams};
use kube::runtime::wait::await_condition;
use serde_json::{from_value, json};

use crate::{api, running};

pub async fn log(place: &Place) -> Result<()> {
    let script = "for i in 1 2 3; do echo line $i; done; until [ -e /go ]; do sleep 0.1; done; echo last";
    running(place, "writer", json!({"image": "busybox", "command": ["sh", "-c", script]})).await?;
    let pods = api(place);
    let follow = LogParams { follow: true, ..LogParams::default() };
    let mut lines = pods.log_stream("writer", &follow).await?.lines();
    for number in 1..=3 {
        same("a line", lines.try_next().await?, Some(format!("line {number}")))?;
    }
    let tail = LogParams { tail_lines: Some(2), ..LogParams::default() };
    same("the last two", pods.logs("writer", &tail).await?.as_str(), "line 2\nline 3\n")?;
    let cut = LogParams { limit_bytes: Some(6), ..LogParams::default() };
    same("six bytes", pods.logs("writer", &cut).await?.as_str(), "line 1")?;
    let stamped = LogParams { timestamps: true, tail_lines: Some(1), ..LogParams::default() };
    let stamped = pods.logs("writer", &stamped).await?;
    let (time, text) = stamped.split_once(' ').context("no time")?;
    let _: Timestamp = time.parse()?;
    same("the text after the time", text, "line 3\n")?;
    let later = LogParams { since_time: Some("2999-01-01T00:00:00Z".parse()?), ..LogParams::default() };
    same("of the future", pods.logs("writer", &later).await?.as_str(), "")?;

    let touch = pods.exec("writer", ["touch", "/go"], &AttachParams::default()).await?;
    same("the end", lines.try_next().await?.as_deref(), Some("last"))?;
    same("what comes after it", lines.try_next().await?, None)?;
    drop(touch);

    let status = refusal(pods.logs("writer", &LogParams { previous: true, ..LogParams::default() }).await)?;
    same("of a run before the first", (status.code, status.reason.as_str()), (400, "BadRequest"))?;
    let message = r#"previous terminated container "main" in pod "writer" not found"#;
    same("the message", status.message.as_str(), message)?;
    let script =
        "[ -e /state/second ] && { echo second run; exec sleep 3600; }; touch /state/second; echo first run; exit 1";
    let container = json!({
        "name": "main", "image": "busybox", "command": ["sh", "-c", script],
        "volumeMounts": [{"name": "state", "mountPath": "/state"}],
    });
    let spec = json!({
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
        "volumes": [{"name": "state", "emptyDir": {}}],
    });
    pods.create(&PostParams::default(), &from_value(json!({"metadata": {"name": "twice"}, "spec": spec}))?).await?;
    let runs_again = |pod: Option<&Pod>| {
        let states = pod.and_then(|pod| pod.status.as_ref()?.container_statuses.as_ref());
        states.is_some_and(|states| states[0].restart_count == 1 && states[0].started == Some(true))
    };
    await_condition(pods.clone(), "twice", runs_again).await?;
    let follow = LogParams { follow: true, ..LogParams::default() };
    let mut lines = pods.log_stream("twice", &follow).await?.lines();
    same("this run", lines.try_next().await?.as_deref(), Some("second run"))?;
    let before = pods.logs("twice", &LogParams { previous: true, ..LogParams::default() }).await?;
    same("the run before", before.as_str(), "first run\n")?;
    let status = refusal(pods.logs("absent", &LogParams::default()).await)?;
    ensure!(status.is_not_found(), "{status:?}");
    Ok(())
}
