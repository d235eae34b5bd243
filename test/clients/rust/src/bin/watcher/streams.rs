//! Events, stores and predicates.

use std::pin::pin;

use anyhow::{Context, Result, ensure};
use checks::{Place, same};
use futures::{Stream, StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{DeleteParams, ObjectMeta, Patch, PatchParams, PostParams};
use kube::core::{Expression, PartialObjectMeta, Selector};
use kube::runtime::reflector::{self, ObjectRef};
use kube::runtime::watcher::{self, Config, Event, watcher};
use kube::runtime::{Predicate, WatchStreamExt, predicates};
use kube::{Api, ResourceExt};
use serde_json::{Value, from_value, json};

pub fn labelled(name: &str, set: &str) -> ConfigMap {
    let labels = [("set".to_owned(), set.to_owned())].into();
    let metadata = ObjectMeta { name: Some(name.to_owned()), labels: Some(labels), ..ObjectMeta::default() };
    ConfigMap { metadata, ..ConfigMap::default() }
}

pub async fn change(api: &Api<ConfigMap>, name: &str, patch: Value) -> Result<ConfigMap> {
    Ok(api.patch(name, &PatchParams::default(), &Patch::Merge(&patch)).await?)
}

/// The next so many events, as words.
async fn next<K: ResourceExt>(
    events: &mut (impl Stream<Item = watcher::Result<Event<K>>> + Unpin),
    count: usize,
) -> Result<Vec<String>> {
    events.take(count).map_ok(|event| event.to_string()).try_collect().await.map_err(Into::into)
}

pub async fn events(place: &Place, set: &str, config: Config) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(place.client.clone(), &place.namespace);
    let name = |number: usize| format!("{set}-{number}");
    for number in 1..=5 {
        maps.create(&PostParams::default(), &labelled(&name(number), set)).await?;
    }
    let mut events = pin!(watcher(maps.clone(), config.labels(&format!("set={set}"))));
    let mut first = next(&mut events, 7).await?;
    first[1..6].sort();
    let mut expected = vec!["Init".to_owned()];
    expected.extend((1..=5).map(|number| format!("InitApply({})", name(number))));
    expected.push("InitDone".to_owned());
    same("the first events", first, expected)?;

    change(&maps, &name(1), json!({"data": {"changed": "yes"}})).await?;
    maps.delete(&name(2), &DeleteParams::default()).await?;
    maps.create(&PostParams::default(), &labelled(&name(6), set)).await?;
    change(&maps, &name(3), json!({"metadata": {"labels": {"set": "other"}}})).await?;
    let expected = [
        format!("Apply({})", name(1)),
        format!("Delete({})", name(2)),
        format!("Apply({})", name(6)),
        format!("Delete({})", name(3)),
    ];
    same("the changes", next(&mut events, 4).await?, expected)
}

pub async fn store(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(place.client.clone(), &place.namespace);
    for (name, colour) in [("kept-1", "red"), ("kept-2", "blue")] {
        let mut map = labelled(name, "kept");
        map.labels_mut().insert("colour".to_owned(), colour.to_owned());
        maps.create(&PostParams::default(), &map).await?;
    }
    let (reader, writer) = reflector::store();
    let events = watcher(maps.clone(), Config::default().labels("set=kept")).default_backoff();
    let slim = events.modify(|map| map.managed_fields_mut().clear());
    let mut touched = pin!(slim.reflect(writer).touched_objects());
    touched.try_next().await?.context("no object")?;
    touched.try_next().await?.context("no second object")?;
    // The store has them once the list has ended, which the next event tells.
    change(&maps, "kept-1", json!({"data": {"value": "1"}})).await?;
    touched.try_next().await?.context("no change")?;
    reader.wait_until_ready().await?;
    same("how many", reader.len(), 2)?;
    let key = ObjectRef::new("kept-1").within(&place.namespace);
    let found = reader.get(&key).context("not in the store")?;
    same("the data", found.data.as_ref().and_then(|data| data.get("value")).map(String::as_str), Some("1"))?;
    same("the managed fields", found.managed_fields().len(), 0)?;
    let blue: Selector = Expression::Equal("colour".into(), "blue".into()).into();
    let names: Vec<_> = reader.state_filter_selector(&blue).iter().map(|map| map.name_any()).collect();
    same("what is blue", names, ["kept-2"])?;

    maps.delete("kept-1", &DeleteParams::default()).await?;
    let gone = touched.try_next().await?.context("no deletion")?;
    same("what was deleted", gone.name_any(), "kept-1")?;
    ensure!(reader.get(&key).is_none(), "it is still in the store");
    same("how many", reader.len(), 1)
}

pub async fn predicates(place: &Place) -> Result<()> {
    let deployments: Api<Deployment> = Api::namespaced(place.client.clone(), &place.namespace);
    let labels = json!({"app": "predicates"});
    let template = json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "nginx"}]}});
    let spec = json!({"replicas": 0, "selector": {"matchLabels": labels}, "template": template});
    let deployment: Deployment =
        from_value(json!({"metadata": {"name": "predicates", "labels": labels}, "spec": spec}))?;
    deployments.create(&PostParams::default(), &deployment).await?;
    let config = || Config::default().fields("metadata.name=predicates");
    let events = watcher(deployments.clone(), config()).applied_objects();
    let mut generations = pin!(events.predicate_filter(predicates::generation, Default::default()));
    let events = watcher(deployments.clone(), config()).applied_objects();
    let either = predicates::labels.combine(predicates::finalizers);
    let mut marks = pin!(events.predicate_filter(either, Default::default()));
    let first = generations.try_next().await?.context("no object")?;
    same("the generation", first.metadata.generation, Some(1))?;
    marks.try_next().await?.context("no object")?;

    let patch =
        async |patch: Value| deployments.patch("predicates", &PatchParams::default(), &Patch::Merge(&patch)).await;
    patch(json!({"metadata": {"annotations": {"note": "no new generation"}}})).await?;
    patch(json!({"spec": {"minReadySeconds": 1}})).await?;
    patch(json!({"metadata": {"labels": {"more": "yes"}}})).await?;
    patch(json!({"spec": {"minReadySeconds": 2}})).await?;
    for expected in [2, 3] {
        let seen = generations.try_next().await?.context("no generation")?;
        same("the next generation", seen.metadata.generation, Some(expected))?;
    }
    let seen = marks.try_next().await?.context("no labels")?;
    ensure!(seen.labels().contains_key("more"), "labels {:?}", seen.labels());
    let seconds = seen.spec.min_ready_seconds;
    same("when the labels changed", seconds, Some(1))
}

pub async fn metadata(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(place.client.clone(), &place.namespace);
    let mut map = labelled("slim", "slim");
    map.data = Some([("key".to_owned(), "value".to_owned())].into());
    let whole = maps.create(&PostParams::default(), &map).await?;
    let parts: Api<PartialObjectMeta<ConfigMap>> = Api::namespaced(place.client.clone(), &place.namespace);
    for config in [Config::default(), Config::default().streaming_lists()] {
        let mut parts = pin!(watcher(parts.clone(), config.labels("set=slim")).applied_objects());
        let part = parts.try_next().await?.context("no object")?;
        same("the metadata", &part.metadata, &whole.metadata)?;
        let types = part.types.context("no types")?;
        same("the kind", types.kind.as_str(), "PartialObjectMetadata")?;
    }
    Ok(())
}

pub async fn everywhere(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::all(place.client.clone());
    for config in [Config::default(), Config::default().streaming_lists()] {
        let mut events = pin!(watcher(maps.clone(), config));
        if place.is_admin {
            same("the first events", next(&mut events, 2).await?[0].as_str(), "Init")?;
            continue;
        }
        // A list tells that it begins.
        let first = next(&mut events, 1).await;
        let refused = if first.is_ok() { next(&mut events, 1).await } else { first };
        let error = refused.err().context("was not forbidden")?;
        let Some(
            watcher::Error::InitialListFailed(kube::Error::Api(status))
            | watcher::Error::WatchStartFailed(kube::Error::Api(status)),
        ) = error.downcast_ref()
        else {
            return Err(error);
        };
        ensure!(status.is_forbidden(), "{status:?}");
    }
    Ok(())
}
