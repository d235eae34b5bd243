//! The kinds of patches, and writes that only pretend.

use anyhow::{Context, Result, ensure};
use checks::{Place, refusal, same};
use json_patch::Patch as JsonPatch;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::{Api, ResourceExt};
use serde_json::{Value, from_value, json};

use crate::objects::config_map;

fn deployment(name: &str) -> Result<Deployment> {
    let labels = json!({"app": name});
    let containers = json!([
        {"name": "web", "image": "nginx:1", "ports": [{"containerPort": 80}]},
        {"name": "log", "image": "busybox:1", "command": ["sleep", "3600"]},
    ]);
    let template = json!({"metadata": {"labels": labels}, "spec": {"containers": containers}});
    let spec = json!({"replicas": 0, "selector": {"matchLabels": labels}, "template": template});
    Ok(from_value(json!({"metadata": {"name": name}, "spec": spec}))?)
}

fn images(deployment: &Deployment) -> Vec<(String, String)> {
    let containers = deployment.spec.template.spec.iter();
    let each = containers.flat_map(|spec| &spec.containers);
    each.map(|one| (one.name.clone(), one.image.clone().unwrap_or_default())).collect()
}

pub async fn kinds(place: &Place) -> Result<()> {
    let deployments: Api<Deployment> = Api::default_namespaced(place.client.clone());
    let params = PatchParams::default();
    deployments.create(&PostParams::default(), &deployment("patched")?).await?;
    let image = json!({"spec": {"template": {"spec": {"containers": [{"name": "log", "image": "busybox:2"}]}}}});
    let strategic = deployments.patch("patched", &params, &Patch::Strategic(&image)).await?;
    let own = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect::<Vec<_>>();
    same("a strategic one", images(&strategic), own(&[("web", "nginx:1"), ("log", "busybox:2")]))?;
    let remove = json!({"spec": {"template": {"spec": {"containers": [{"name": "log", "$patch": "delete"}]}}}});
    let strategic = deployments.patch("patched", &params, &Patch::Strategic(&remove)).await?;
    same("one that deletes", images(&strategic), own(&[("web", "nginx:1")]))?;
    same("the generation", strategic.metadata.generation, Some(3))?;
    let merged = deployments.patch("patched", &params, &Patch::Merge(&image)).await?;
    same("a merge", images(&merged), own(&[("log", "busybox:2")]))?;
    let none = deployments.patch("patched", &params, &Patch::Merge(&image)).await?;
    same("the generation after no change", none.metadata.generation, merged.metadata.generation)?;

    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    let mut map = config_map("patched", &[("a.b", "1"), ("gone", "2")]);
    map.annotations_mut().insert("example.com/path".to_owned(), "old".to_owned());
    maps.create(&PostParams::default(), &map).await?;
    let merge = json!({"data": {"gone": null, "new": "3"}});
    let merged = maps.patch("patched", &params, &Patch::Merge(&merge)).await?;
    same("a null", merged.data, config_map("", &[("a.b", "1"), ("new", "3")]).data)?;
    let operations: JsonPatch = from_value(json!([
        {"op": "test", "path": "/metadata/annotations/example.com~1path", "value": "old"},
        {"op": "replace", "path": "/metadata/annotations/example.com~1path", "value": "new"},
        {"op": "move", "from": "/data/new", "path": "/data/moved"},
    ]))?;
    let by_json = Patch::Json::<()>(operations);
    let patched = maps.patch("patched", &params, &by_json).await?;
    same("what was moved", patched.data.clone(), config_map("", &[("a.b", "1"), ("moved", "3")]).data)?;
    same("the annotation", patched.annotations()["example.com/path"].as_str(), "new")?;
    let status = refusal(maps.patch("patched", &params, &by_json).await)?;
    same("a test that fails", (status.code, status.reason.as_str()), (422, "Invalid"))?;
    let stale = json!({"metadata": {"resourceVersion": merged.metadata.resource_version}, "data": {"late": "4"}});
    let status = refusal(maps.patch("patched", &params, &Patch::Merge(&stale)).await)?;
    ensure!(status.is_conflict(), "with an old resource version: {status:?}");
    Ok(())
}

pub async fn apply(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    let one = PatchParams::apply("one");
    let first = maps.patch("applied", &one, &Patch::Apply(config_map("applied", &[("a", "1"), ("b", "1")]))).await?;
    let managed = &first.managed_fields()[0];
    same("the operation", (managed.operation.as_deref(), managed.manager.as_deref()), (Some("Apply"), Some("one")))?;
    let again = maps.patch("applied", &one, &Patch::Apply(config_map("applied", &[("a", "1"), ("b", "1")]))).await?;
    same("the version after the same again", again.resource_version(), first.resource_version())?;

    let two = PatchParams::apply("two");
    let other = Patch::Apply(config_map("applied", &[("b", "2"), ("c", "2")]));
    let status = refusal(maps.patch("applied", &two, &other).await)?;
    ensure!(status.is_conflict(), "a second manager: {status:?}");
    same("the message", status.message.as_str(), r#"Apply failed with 1 conflict: conflict with "one": .data.b"#)?;
    let cause = &status.details.context("no details")?.causes[0];
    let told = (cause.reason.as_str(), cause.field.as_str(), cause.message.as_str());
    same("the cause", told, ("FieldManagerConflict", ".data.b", r#"conflict with "one""#))?;

    let forced = maps.patch("applied", &two.clone().force(), &other).await?;
    same("after force", forced.data, config_map("", &[("a", "1"), ("b", "2"), ("c", "2")]).data)?;
    // The first manager has lost b, and gives up a.
    let less = maps.patch("applied", &one, &Patch::Apply(config_map("applied", &[]))).await?;
    same("what nobody applies any more", less.data, config_map("", &[("b", "2"), ("c", "2")]).data)?;
    let untyped = json!({"data": {"a": "1"}});
    let status = refusal(maps.patch("applied", &one, &Patch::Apply(&untyped)).await)?;
    same("without kind", (status.code, status.reason.as_str()), (400, "BadRequest"))
}

pub async fn dry_run(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    let pretend = PostParams { dry_run: true, ..PostParams::default() };
    let created = maps.create(&pretend, &config_map("imagined", &[("a", "1")])).await?;
    ensure!(created.uid().is_some(), "a dry run has no uid");
    same("what was not created", maps.get_opt("imagined").await?, None)?;

    let real = maps.create(&PostParams::default(), &config_map("real", &[("a", "1")])).await?;
    let patch = json!({"data": {"a": "2"}});
    let patched = maps.patch("real", &PatchParams::default().dry_run(), &Patch::Merge(&patch)).await?;
    same("what would be", patched.data, config_map("", &[("a", "2")]).data)?;
    let mut other = real.clone();
    other.data = config_map("", &[("a", "3")]).data;
    maps.replace("real", &pretend, &other).await?;
    maps.delete("real", &DeleteParams::default().dry_run()).await?;
    same("what is", maps.get("real").await?, real)?;

    let unknown =
        |kind: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "real"}, "dat": kind});
    let strict = PatchParams::default().validation_strict();
    let status = refusal(maps.patch("real", &strict, &Patch::Merge(unknown(json!({"a": "4"})))).await)?;
    same("strict", (status.code, status.reason.as_str()), (422, "Invalid"))?;
    ensure!(status.message.contains(r#"strict decoding error: unknown field "dat""#), "{}", status.message);
    let ignoring = PatchParams::apply("three").force();
    let status = refusal(maps.patch("real", &ignoring, &Patch::Apply(unknown(json!({"a": "5"})))).await)?;
    ensure!(status.message.contains(".dat: field not declared in schema"), "{}", status.message);
    Ok(())
}
