//! What the server has, and what one may do with it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use checks::{Place, refusal, same};
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, Node};
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::core::GroupVersionKind;
use kube::discovery::{Discovery, Scope, pinned_kind, verbs};
use kube::{Api, ResourceExt};
use serde_json::{from_value, json};

fn all(discovery: &Discovery) -> BTreeSet<String> {
    let groups =
        discovery.groups().flat_map(|group| group.versions().flat_map(|version| group.versioned_resources(version)));
    groups
        .map(|(resource, capabilities)| {
            let mut operations = capabilities.operations.clone();
            operations.sort();
            let mut below: Vec<&str> = capabilities.subresources.iter().map(|(one, _)| one.plural.as_str()).collect();
            below.sort_unstable();
            let scope = capabilities.scope;
            format!("{} {} {scope:?} {operations:?} {below:?}", resource.api_version, resource.plural)
        })
        .collect()
}

pub async fn dynamic(place: &Place) -> Result<()> {
    let version = place.client.apiserver_version().await?;
    same("the major version", version.major.as_str(), "1")?;
    let one_by_one = Discovery::new(place.client.clone()).run().await?;
    let at_once = Discovery::new(place.client.clone()).run_aggregated().await?;
    let (found, expected) = (all(&at_once), all(&one_by_one));
    let differ: Vec<_> = found.symmetric_difference(&expected).collect();
    ensure!(differ.is_empty(), "they differ in {differ:?}");
    ensure!(found.len() > 50, "only {} resources", found.len());

    let gvk = GroupVersionKind::gvk("coordination.k8s.io", "v1", "Lease");
    let (resource, capabilities) = at_once.resolve_gvk(&gvk).context("no leases")?;
    let (pinned, pinned_capabilities) = pinned_kind(&place.client, &gvk).await?;
    same("the pinned kind", &pinned, &resource)?;
    same("its scope", pinned_capabilities.scope, Scope::Namespaced)?;
    ensure!(capabilities.supports_operation(verbs::DELETE_COLLECTION), "{capabilities:?}");

    let leases: Api<DynamicObject> = Api::default_namespaced_with(place.client.clone(), &resource);
    let object = DynamicObject::new("dynamic", &resource).data(json!({"spec": {"holderIdentity": "me"}}));
    let created = leases.create(&PostParams::default(), &object).await?;
    same("the holder", created.data["spec"]["holderIdentity"].as_str(), Some("me"))?;
    let patch = json!({"spec": {"leaseDurationSeconds": 5}});
    leases.patch("dynamic", &PatchParams::default(), &Patch::Merge(&patch)).await?;
    let typed: Lease = leases.get("dynamic").await?.try_parse()?;
    same("the same, typed", typed.spec.and_then(|spec| spec.lease_duration_seconds), Some(5))?;
    let list = leases.list(&ListParams::default().fields("metadata.name=dynamic")).await?;
    same("the list", list.iter().map(ResourceExt::name_any).collect::<Vec<_>>(), ["dynamic"])?;
    leases.delete("dynamic", &DeleteParams::default()).await?;
    same("what is left", leases.get_opt("dynamic").await?.is_some(), false)
}

async fn may(place: &Place, attributes: serde_json::Value) -> Result<bool> {
    let reviews: Api<SelfSubjectAccessReview> = Api::all(place.client.clone());
    let review = from_value(json!({"spec": {"resourceAttributes": attributes}}))?;
    let answer = reviews.create(&PostParams::default(), &review).await?;
    Ok(answer.status.context("no status")?.allowed)
}

pub async fn access(place: &Place) -> Result<()> {
    let own = json!({"verb": "create", "resource": "configmaps", "namespace": place.namespace});
    same("whether it may create ConfigMaps", may(place, own).await?, true)?;
    let nodes = json!({"verb": "list", "resource": "nodes"});
    same("whether it may list nodes", may(place, nodes).await?, place.is_admin)?;
    let others = json!({"verb": "list", "resource": "configmaps", "namespace": "default"});
    same("whether it may list those of others", may(place, others).await?, place.is_admin)?;

    let nodes: Api<Node> = Api::all(place.client.clone());
    let everywhere: Api<ConfigMap> = Api::all(place.client.clone());
    if place.is_admin {
        nodes.list(&ListParams::default()).await?;
        let all = everywhere.list(&ListParams::default()).await?;
        let namespaces: BTreeSet<_> = all.iter().filter_map(ResourceExt::namespace).collect();
        ensure!(namespaces.len() > 1, "ConfigMaps of {namespaces:?} only");
        return Ok(());
    }
    let user = format!("system:serviceaccount:{}:tester", place.namespace);
    let status = refusal(nodes.list(&ListParams::default()).await)?;
    ensure!(status.is_forbidden() && status.code == 403, "{status:?}");
    let message = format!(
        r#"nodes is forbidden: User "{user}" cannot list resource "nodes" in API group "" at the cluster scope"#
    );
    same("the message", status.message, message)?;
    let others: Api<ConfigMap> = Api::namespaced(place.client.clone(), "default");
    let status = refusal(others.get("kube-root-ca.crt").await)?;
    let message = format!(
        "configmaps \"kube-root-ca.crt\" is forbidden: User \"{user}\" cannot get resource \"configmaps\" in API \
            group \"\" in the namespace \"default\""
    );
    same("the message", status.message, message)?;
    let status = refusal(everywhere.list(&ListParams::default()).await)?;
    ensure!(status.is_forbidden(), "{status:?}");
    Ok(())
}
