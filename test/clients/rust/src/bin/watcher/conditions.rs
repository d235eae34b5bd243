//! What one waits for.

use anyhow::{Context, Result, ensure};
use checks::{Place, same};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{DeleteParams, ListParams, PostParams, PropagationPolicy};
use kube::runtime::conditions::{is_created, is_deleted, is_deployment_completed, is_job_completed, is_pod_running};
use kube::runtime::wait::{Condition, await_condition, delete::delete_and_finalize};
use kube::{Api, Resource, ResourceExt};
use serde_json::{from_value, json};

use crate::streams::labelled;

pub async fn workloads(place: &Place) -> Result<()> {
    let pods: Api<Pod> = Api::namespaced(place.client.clone(), &place.namespace);
    let containers = json!([{"name": "main", "image": "busybox", "command": ["sleep", "3600"]}]);
    let spec = json!({"terminationGracePeriodSeconds": 0, "containers": containers});
    let waits = await_condition(pods.clone(), "runs", is_created().and(is_pod_running()));
    let waits = tokio::spawn(waits);
    pods.create(&PostParams::default(), &from_value(json!({"metadata": {"name": "runs"}, "spec": spec}))?).await?;
    let pod = waits.await??.context("no pod")?;
    ensure!(pod.status.and_then(|status| status.pod_ip).is_some(), "it runs without an address");
    delete_and_finalize(pods, "runs", &DeleteParams::default()).await?;

    let deployments: Api<Deployment> = Api::namespaced(place.client.clone(), &place.namespace);
    let labels = json!({"app": "complete"});
    let template = json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "nginx"}]}});
    let spec = json!({"replicas": 2, "selector": {"matchLabels": labels}, "template": template});
    let deployment = from_value(json!({"metadata": {"name": "complete"}, "spec": spec}))?;
    deployments.create(&PostParams::default(), &deployment).await?;
    let deployment = await_condition(deployments, "complete", is_deployment_completed()).await?.context("none")?;
    same("the ready ones", deployment.status.and_then(|status| status.ready_replicas), Some(2))?;

    let jobs: Api<Job> = Api::namespaced(place.client.clone(), &place.namespace);
    let containers = json!([{"name": "main", "image": "busybox", "command": ["sh", "-c", "echo done"]}]);
    let template = json!({"spec": {"restartPolicy": "Never", "containers": containers}});
    let spec = json!({"completions": 2, "template": template});
    jobs.create(&PostParams::default(), &from_value(json!({"metadata": {"name": "done"}, "spec": spec}))?).await?;
    let job = await_condition(jobs, "done", is_job_completed()).await?.context("no job")?;
    same("the completions", job.status.and_then(|status| status.succeeded), Some(2))
}

pub async fn owned(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(place.client.clone(), &place.namespace);
    let owner = maps.create(&PostParams::default(), &labelled("owner", "owned")).await?;
    let mut owned = labelled("owned", "owned");
    owned.owner_references_mut().push(owner.owner_ref(&()).context("no reference")?);
    let owned = maps.create(&PostParams::default(), &owned).await?;
    let uid = owned.uid().context("no uid")?;
    maps.delete("owner", &DeleteParams::background()).await?;
    await_condition(maps.clone(), "owned", is_deleted(&uid)).await?;

    let sets: Api<ReplicaSet> = Api::namespaced(place.client.clone(), &place.namespace);
    let pods: Api<Pod> = Api::namespaced(place.client.clone(), &place.namespace);
    let labels = json!({"app": "orphans"});
    let spec = json!({"terminationGracePeriodSeconds": 0, "containers": [{"name": "web", "image": "nginx"}]});
    let template = json!({"metadata": {"labels": labels}, "spec": spec});
    let spec = json!({"replicas": 2, "selector": {"matchLabels": labels}, "template": template});
    let set: ReplicaSet = from_value(json!({"metadata": {"name": "orphans"}, "spec": spec}))?;
    let created = sets.create(&PostParams::default(), &set).await?;
    let has_two = |set: Option<&ReplicaSet>| set.and_then(|set| Some(set.status.as_ref()?.replicas)) == Some(2);
    await_condition(sets.clone(), "orphans", has_two).await?;
    sets.delete("orphans", &DeleteParams::orphan()).await?;
    await_condition(sets.clone(), "orphans", is_deleted(&created.uid().context("no uid")?)).await?;
    let left = pods.list(&ListParams::default().labels("app=orphans")).await?;
    same("the orphans", left.items.len(), 2)?;
    ensure!(left.iter().all(|pod| pod.owner_references().is_empty()), "they have an owner");

    // A new one adopts them, and in the foreground goes after them.
    sets.create(&PostParams::default(), &set).await?;
    let adopted = left.items[0].name_any();
    let is_adopted = |pod: Option<&Pod>| pod.is_some_and(|pod| !pod.owner_references().is_empty());
    await_condition(pods.clone(), &adopted, is_adopted).await?;
    let foreground = DeleteParams { propagation_policy: Some(PropagationPolicy::Foreground), ..Default::default() };
    delete_and_finalize(sets, "orphans", &foreground).await?;
    let left = pods.list(&ListParams::default().labels("app=orphans")).await?;
    same("what is left", left.items.len(), 0)
}
