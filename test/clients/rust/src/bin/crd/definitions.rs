//! The definition.

use anyhow::{Context, Result, ensure};
use checks::{Place, refusal, same};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::core::GroupVersionKind;
use kube::discovery::{self, Discovery};
use kube::runtime::conditions::{is_crd_established, is_deleted};
use kube::runtime::wait::await_condition;
use kube::{Api, CustomResourceExt, ResourceExt};
use serde_json::{Value, json};

use crate::gauge::{definition, v1, v1alpha1};

const MANIFEST: &str = include_str!("../../../needs/crd.yaml");

pub async fn derived() -> Result<()> {
    let text = MANIFEST.split("\n---\n").next().context("no manifest")?;
    let manifest: Value = serde_saphyr::from_str(text)?;
    same("the manifest", manifest, serde_json::to_value(definition()?)?)
}

pub async fn applied(place: &Place) -> Result<()> {
    let definitions: Api<CustomResourceDefinition> = Api::all(place.client.clone());
    let name = v1::Gauge::crd_name();
    let params = PatchParams::apply("operator").force();
    let patch = Patch::Apply(definition()?);
    if !place.is_admin {
        ensure!(refusal(definitions.patch(name, &params, &patch).await)?.is_forbidden(), "applied by a user");
        ensure!(refusal(definitions.get(name).await)?.is_forbidden(), "read by a user");
        return Ok(());
    }
    definitions.patch(name, &params, &patch).await?;
    let there = await_condition(definitions.clone(), name, is_crd_established()).await?.context("none")?;
    let status = there.status.context("no status")?;
    same("the stored versions", status.stored_versions.as_deref(), Some(["v1".to_owned()].as_slice()))?;
    let names = status.accepted_names.context("no names")?;
    same("the list's kind", names.list_kind.as_deref(), Some("GaugeList"))?;

    let other = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "others.measures.example.com"},
        "spec": {
            "group": "measures.example.com", "scope": "Namespaced",
            "names": {"kind": "Other", "plural": "others"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {"spec": {"type": "object", "x-kubernetes-validations": [
                    {"rule": "self.absent > 1"},
                ]}},
            }}}],
        },
    });
    let status = refusal(definitions.create(&PostParams::default(), &serde_json::from_value(other)?).await)?;
    ensure!(status.is_invalid(), "{status:?}");
    let field = "spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule";
    let causes = status.details.context("no details")?.causes;
    same("the field", causes.first().map(|cause| cause.field.as_str()), Some(field))?;
    ensure!(causes[0].message.contains("undefined field 'absent'"), "{}", causes[0].message);
    Ok(())
}

pub async fn discovered(place: &Place) -> Result<()> {
    let gvk = GroupVersionKind::gvk("measures.example.com", "v1", "Gauge");
    let (resource, capabilities) = discovery::pinned_kind(&place.client, &gvk).await?;
    same("the resource", &resource, &v1::Gauge::api_resource())?;
    let mut below: Vec<_> = capabilities.subresources.iter().map(|(one, _)| one.plural.clone()).collect();
    below.sort();
    same("its subresources", below, ["scale", "status"])?;
    let found = Discovery::new(place.client.clone()).filter(&["measures.example.com"]).run_aggregated().await?;
    let group = found.get("measures.example.com").context("no group")?;
    same("the versions", group.versions().collect::<Vec<_>>(), ["v1", "v1alpha1"])?;
    same("the preferred one", group.preferred_version_or_latest(), "v1")
}

pub async fn removed(place: &Place) -> Result<()> {
    let gauges: Api<v1::Gauge> = Api::namespaced(place.client.clone(), &place.namespace);
    ensure!(!gauges.list(&ListParams::default()).await?.items.is_empty(), "no gauges");
    let definitions: Api<CustomResourceDefinition> = Api::all(place.client.clone());
    let name = v1::Gauge::crd_name();
    if !place.is_admin {
        ensure!(refusal(definitions.delete(name, &DeleteParams::default()).await)?.is_forbidden(), "deleted by a user");
        gauges.delete_collection(&DeleteParams::default(), &ListParams::default()).await?;
        return same("what is left", gauges.list(&ListParams::default()).await?.items.len(), 0);
    }
    let uid = definitions.get(name).await?.uid().context("no uid")?;
    definitions.delete(name, &DeleteParams::default()).await?;
    await_condition(definitions, name, is_deleted(&uid)).await?;
    let old: Api<v1alpha1::Gauge> = Api::namespaced(place.client.clone(), &place.namespace);
    let status = refusal(old.list(&ListParams::default()).await)?;
    same("what is served of it", status.code, 404)
}
