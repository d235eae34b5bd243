//! Watches as the server sends them.

use std::pin::pin;

use anyhow::{Context, Result, bail, ensure};
use checks::{Place, same};
use futures::{Stream, TryStreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use kube::{Api, Resource, ResourceExt};
use serde_json::json;

use crate::objects::labelled;

/// What a watch has told, until it ended: `added one`.
async fn told<K: Resource<DynamicType = ()>>(
    events: impl Stream<Item = kube::Result<WatchEvent<K>>>,
) -> Result<Vec<String>> {
    let mut events = pin!(events);
    let mut told = Vec::new();
    while let Some(event) = events.try_next().await? {
        match event {
            WatchEvent::Added(object) => told.push(format!("added {}", object.name_any())),
            WatchEvent::Modified(object) => told.push(format!("modified {}", object.name_any())),
            WatchEvent::Deleted(object) => told.push(format!("deleted {}", object.name_any())),
            WatchEvent::Bookmark(bookmark) => {
                ensure!(!bookmark.metadata.resource_version.is_empty(), "a bookmark has no version");
                same("a bookmark's kind", bookmark.types.kind.as_str(), K::kind(&()))?;
            }
            WatchEvent::Error(status) => return Err((*status).into()),
        }
    }
    Ok(told)
}

pub async fn changes(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    let list = maps.list(&ListParams::default()).await?;
    let revision = list.metadata.resource_version.context("no resourceVersion")?;
    let change = |data: serde_json::Value| Patch::Merge(data);
    let params = PatchParams::default();
    maps.create(&PostParams::default(), &labelled("one", ("watched", "yes"))).await?;
    maps.create(&PostParams::default(), &labelled("two", ("watched", "no"))).await?;
    maps.patch("one", &params, &change(json!({"data": {"a": "1"}}))).await?;
    maps.patch("two", &params, &change(json!({"metadata": {"labels": {"watched": "yes"}}}))).await?;
    maps.patch("one", &params, &change(json!({"metadata": {"labels": {"watched": null}}}))).await?;
    maps.delete("two", &DeleteParams::default()).await?;
    // Near the end a server may send a bookmark.
    let watched = WatchParams::default().labels("watched=yes").timeout(4);
    let all = told(maps.watch(&watched, &revision).await?).await?;
    same("the changes", all, ["added one", "modified one", "added two", "deleted one", "deleted two"])
}

pub async fn streaming(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    for name in ["uno", "due"] {
        maps.create(&PostParams::default(), &labelled(name, ("streamed", "yes"))).await?;
    }
    let params = WatchParams::streaming_lists().labels("streamed=yes").timeout(20);
    let mut events = pin!(maps.watch(&params, "0").await?);
    let mut names = Vec::new();
    let end = loop {
        match events.try_next().await?.context("the watch has ended")? {
            WatchEvent::Added(map) => names.push(map.name_any()),
            WatchEvent::Bookmark(bookmark) => break bookmark.metadata,
            event => bail!("{event:?} among the first"),
        }
    };
    names.sort();
    same("the first objects", names, ["due", "uno"])?;
    same("the annotation", end.annotations.get("k8s.io/initial-events-end").map(String::as_str), Some("true"))?;
    maps.delete("uno", &DeleteParams::default()).await?;
    let Some(WatchEvent::Deleted(map)) = events.try_next().await? else { bail!("no deletion") };
    same("what was deleted", map.name_any(), "uno")
}

pub async fn metadata(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    let mut map = labelled("described", ("part", "metadata"));
    map.data = Some([("large".to_owned(), "x".repeat(1000))].into());
    let whole = maps.create(&PostParams::default(), &map).await?;
    let part = maps.get_metadata("described").await?;
    same("the metadata", &part.metadata, &whole.metadata)?;
    let types = part.types.context("no types")?;
    let expected = ("meta.k8s.io/v1", "PartialObjectMetadata");
    same("the type", (types.api_version.as_str(), types.kind.as_str()), expected)?;

    let list = maps.list_metadata(&ListParams::default().labels("part=metadata")).await?;
    same("the list", list.iter().map(ResourceExt::name_any).collect::<Vec<_>>(), ["described"])?;
    same("the list's type", list.types.kind.as_str(), "PartialObjectMetadataList")?;
    let revision = list.metadata.resource_version.context("no resourceVersion")?;

    let label = json!({"metadata": {"labels": {"more": "yes"}}});
    let patched = maps.patch_metadata("described", &PatchParams::default(), &Patch::Merge(&label)).await?;
    same("the label", patched.labels().get("more").map(String::as_str), Some("yes"))?;
    let watched = WatchParams::default().labels("more=yes");
    let mut events = pin!(maps.watch_metadata(&watched, &revision).await?);
    let first = events.try_next().await?.context("no event")?;
    let WatchEvent::Added(seen) = first else { bail!("{first:?}") };
    same("what is watched", &seen.metadata, &patched.metadata)?;
    same("the data", maps.get("described").await?.data, map.data)
}
