//! For each Website a Deployment that it owns; how many of its replicas are ready stands in the Website's status.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Patch, PatchParams};
use kube::runtime::controller::{Action, Controller};
use kube::runtime::watcher;
use kube::{Api, Client, CustomResource, Error, Resource, ResourceExt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What users write: an image, and how often it runs.
#[derive(CustomResource, Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[kube(group = "example.com", version = "v1", kind = "Website", namespaced, status = "WebsiteStatus")]
#[serde(rename_all = "camelCase")]
pub struct WebsiteSpec {
    pub image: String,
    pub replicas: i32,
}

/// What is there.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebsiteStatus {
    pub ready_replicas: Option<i32>,
}

/// Reconciles whenever a Website or a Deployment changes, until it is dropped.
pub async fn run(client: Client) {
    Controller::new(Api::<Website>::all(client.clone()), watcher::Config::default())
        .owns(Api::<Deployment>::all(client.clone()), watcher::Config::default())
        .run(reconcile, |_, _, _| Action::requeue(Duration::from_millis(200)), Arc::new(client))
        .for_each(|_| async {})
        .await;
}

async fn reconcile(website: Arc<Website>, client: Arc<Client>) -> Result<Action, Error> {
    let client = Arc::unwrap_or_clone(client);
    let (name, namespace) = (website.name_any(), website.namespace().unwrap_or_default());
    if website.meta().deletion_timestamp.is_some() {
        return Ok(Action::await_change()); // its Deployment goes without anybody's help
    }
    let apply = PatchParams::apply("websites").force();
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), &namespace);
    let deployment = deployments.patch(&name, &apply, &Patch::Apply(deployment_of(&website))).await?;
    let ready = deployment.status.and_then(|status| status.ready_replicas).unwrap_or(0);
    if website.status.as_ref().and_then(|status| status.ready_replicas) != Some(ready) {
        let websites: Api<Website> = Api::namespaced(client, &namespace);
        let status = Patch::Merge(json!({"status": {"readyReplicas": ready}}));
        websites.patch_status(&name, &PatchParams::default(), &status).await?;
    }
    Ok(Action::await_change())
}

fn deployment_of(website: &Website) -> serde_json::Value {
    let labels = json!({"website": website.name_any()});
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": website.name_any(), "ownerReferences": [website.controller_owner_ref(&())]},
        "spec": {
            "replicas": website.spec.replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "web", "image": website.spec.image}]},
            },
        },
    })
}
