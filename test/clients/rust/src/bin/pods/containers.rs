//! What changes of a pod that is there already.

use anyhow::{Context, Result, ensure};
use checks::{Place, refusal, same};
use k8s_openapi::api::core::v1::{EphemeralContainer, Pod};
use kube::api::{AttachParams, DeleteParams, Patch, PatchParams, PostParams};
use kube::core::Status;
use kube::runtime::conditions::is_pod_running;
use kube::runtime::wait::{await_condition, delete::delete_and_finalize};
use serde_json::{Value, from_value, json};
use tokio::io::AsyncReadExt;

use crate::{api, running};

fn ephemeral_names(pod: &Pod) -> Vec<String> {
    let containers = pod.spec.as_ref().and_then(|spec| spec.ephemeral_containers.as_ref());
    containers.into_iter().flatten().map(|container| container.name.clone()).collect()
}

pub async fn ephemeral(place: &Place) -> Result<()> {
    running(place, "debugged", json!({"image": "nginx"})).await?;
    let pods = api(place);
    let mut pod = pods.get_ephemeral_containers("debugged").await?;
    same("those at first", ephemeral_names(&pod), [""; 0])?;
    let sleeping = json!({"name": "first", "image": "busybox", "command": ["sleep", "3600"]});
    let container: EphemeralContainer = from_value(sleeping)?;
    pod.spec.as_mut().context("no spec")?.ephemeral_containers = Some(vec![container]);
    let replaced = pods.replace_ephemeral_containers("debugged", &PostParams::default(), &pod).await?;
    same("after a replace", ephemeral_names(&replaced), ["first"])?;
    let more = json!([{"name": "second", "image": "busybox", "command": ["sleep", "3600"]}]);
    let patch = Patch::Strategic(json!({"spec": {"ephemeralContainers": more}}));
    let patched = pods.patch_ephemeral_containers("debugged", &PatchParams::default(), &patch).await?;
    let mut names = ephemeral_names(&patched);
    names.sort();
    same("after a patch", names, ["first", "second"])?;

    let both_run = |pod: Option<&Pod>| {
        let states = pod.and_then(|pod| pod.status.as_ref()?.ephemeral_container_statuses.as_ref());
        let running = |state: &k8s_openapi::api::core::v1::ContainerStatus| {
            state.state.as_ref().is_some_and(|state| state.running.is_some())
        };
        states.is_some_and(|states| states.len() == 2 && states.iter().all(running))
    };
    await_condition(pods.clone(), "debugged", both_run).await?;
    let params = AttachParams::default().container("second").stderr(false);
    let mut process = pods.exec("debugged", ["sh", "-c", "echo from $0", "second"], &params).await?;
    let mut said = String::new();
    process.stdout().context("no output")?.read_to_string(&mut said).await?;
    same("what it says", said.as_str(), "from second\n")?;

    let none = Patch::Merge(json!({"spec": {"ephemeralContainers": null}}));
    let status = refusal(pods.patch_ephemeral_containers("debugged", &PatchParams::default(), &none).await)?;
    ensure!(status.is_invalid(), "they are removed: {status:?}");
    Ok(())
}

fn limits(pod: &Pod) -> Option<Value> {
    let resources = pod.status.as_ref()?.container_statuses.as_ref()?[0].resources.as_ref()?;
    serde_json::to_value(resources.limits.as_ref()?).ok()
}

pub async fn resize(place: &Place) -> Result<()> {
    let small = json!({"cpu": "100m", "memory": "64Mi"});
    let resources = json!({"requests": small, "limits": small});
    running(place, "resized", json!({"image": "nginx", "resources": resources})).await?;
    let pods = api(place);
    let large = json!({"cpu": "200m", "memory": "64Mi"});
    let containers = json!([{"name": "main", "resources": {"requests": large, "limits": large}}]);
    let patch = Patch::Strategic(json!({"spec": {"containers": containers}}));
    let status = refusal(pods.patch("resized", &PatchParams::default(), &patch).await)?;
    ensure!(status.is_invalid(), "without the subresource: {status:?}");
    pods.patch_resize("resized", &PatchParams::default(), &patch).await?;
    let is_large = |pod: Option<&Pod>| pod.and_then(limits).as_ref() == Some(&large);
    let pod = await_condition(pods.clone(), "resized", is_large).await?.context("no pod")?;
    let restarts = pod.status.as_ref().and_then(|status| Some(status.container_statuses.as_ref()?[0].restart_count));
    same("the restarts", restarts, Some(0))?;
    let get = pods.get_resize("resized").await?;
    same("what get_resize has", get.metadata.uid, pod.metadata.uid)
}

pub async fn bind(place: &Place) -> Result<()> {
    let pods = api(place);
    let node = pods.get("box").await?.spec.and_then(|spec| spec.node_name).context("it has no node")?;
    let spec = json!({
        "schedulerName": "own", "terminationGracePeriodSeconds": 1,
        "containers": [{"name": "main", "image": "nginx"}],
    });
    let pod =
        pods.create(&PostParams::default(), &from_value(json!({"metadata": {"name": "bound"}, "spec": spec}))?).await?;
    same("its node at first", pod.spec.and_then(|spec| spec.node_name), None)?;
    let binding = json!({
        "metadata": {"name": "bound"},
        "target": {"apiVersion": "v1", "kind": "Node", "name": node},
    });
    let status: Status = pods.create_subresource("binding", "bound", &PostParams::default(), &binding).await?;
    ensure!(status.is_success(), "{status:?}");
    let pod = await_condition(pods.clone(), "bound", is_pod_running()).await?.context("no pod")?;
    same("its node", pod.spec.and_then(|spec| spec.node_name), Some(node))?;
    let twice: kube::Result<Status> =
        pods.create_subresource("binding", "bound", &PostParams::default(), &binding).await;
    let status = refusal(twice)?;
    ensure!(status.is_conflict(), "a second time: {status:?}");
    delete_and_finalize(pods, "bound", &DeleteParams::default()).await?;
    Ok(())
}
