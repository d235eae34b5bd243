//! What holds while the controller works.

use std::pin::pin;
use std::sync::atomic::Ordering;

use anyhow::{Context as _, Result, bail, ensure};
use checks::{Place, refusal, same};
use futures::TryStreamExt;
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::api::events::v1::Event;
use kube::CustomResourceExt;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::runtime::conditions::is_deleted;
use kube::runtime::wait::await_condition;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Resource, ResourceExt};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::reconciler::{Context, FINALIZER, MANAGER};
use crate::website::{Website, WebsiteSpec};

const MANIFEST: &str = include_str!("../../../needs/controller.yaml");

fn websites(place: &Place) -> Api<Website> {
    Api::default_namespaced(place.client.clone())
}

fn maps(place: &Place) -> Api<ConfigMap> {
    Api::default_namespaced(place.client.clone())
}

fn website(name: &str, title: &str) -> Website {
    Website::new(name, WebsiteSpec { title: title.to_owned(), theme: None })
}

async fn change<K>(api: &Api<K>, name: &str, patch: Value) -> Result<K>
where
    K: Clone + serde::de::DeserializeOwned + std::fmt::Debug,
{
    Ok(api.patch(name, &PatchParams::default(), &Patch::Merge(&patch)).await?)
}

/// The website, once its newest generation is published.
async fn is_published(place: &Place, name: &str) -> Result<Website> {
    let is_current = |website: Option<&Website>| {
        website.is_some_and(|website| {
            let seen = website.status.as_ref().and_then(|status| status.observed_generation);
            seen.is_some() && seen == website.metadata.generation
        })
    };
    await_condition(websites(place), name, is_current).await?.context("no website")
}

async fn has_page(place: &Place, name: &str, html: &str) -> Result<ConfigMap> {
    let shows =
        |map: Option<&ConfigMap>| map.and_then(|map| map.data.as_ref()?.get("html")).is_some_and(|is| is == html);
    await_condition(maps(place), name, shows).await?.context("no page")
}

pub async fn definition() -> Result<()> {
    let text = MANIFEST.split("\n---\n").next().context("no manifest")?;
    let manifest: Value = serde_saphyr::from_str(text)?;
    same("the manifest", manifest, serde_json::to_value(Website::crd())?)
}

pub async fn published(place: &Place) -> Result<()> {
    websites(place).create(&PostParams::default(), &website("first", "Hello")).await?;
    let site = is_published(place, "first").await?;
    same("the finalizers", site.finalizers(), [FINALIZER])?;
    same("the generation", site.metadata.generation, Some(1))?;
    same("the page", site.status.as_ref().and_then(|status| status.page.as_deref()), Some("first-page"))?;
    let page = has_page(place, "first-page", "<style></style><h1>Hello</h1>").await?;
    let owner = page.owner_references().first().context("no owner")?;
    same("the owner", (owner.kind.as_str(), owner.controller), ("Website", Some(true)))?;
    same("its uid", Some(&owner.uid), site.uid().as_ref())?;
    let of_status = site.managed_fields().iter().find(|one| one.subresource.as_deref() == Some("status"));
    same("who manages the status", of_status.and_then(|one| one.manager.as_deref()), Some(MANAGER))
}

pub async fn changed(place: &Place) -> Result<()> {
    change(&websites(place), "first", json!({"spec": {"title": "Hello again"}})).await?;
    has_page(place, "first-page", "<style></style><h1>Hello again</h1>").await?;
    let site = is_published(place, "first").await?;
    same("the generation", site.metadata.generation, Some(2))
}

pub async fn restored(place: &Place) -> Result<()> {
    let html = "<style></style><h1>Hello again</h1>";
    change(&maps(place), "first-page", json!({"data": {"html": "defaced"}})).await?;
    let page = has_page(place, "first-page", html).await?;
    let uid = page.uid().context("no uid")?;
    maps(place).delete("first-page", &DeleteParams::default()).await?;
    let is_new = |map: Option<&ConfigMap>| map.is_some_and(|map| map.uid().as_deref() != Some(uid.as_str()));
    await_condition(maps(place), "first-page", is_new).await?;
    has_page(place, "first-page", html).await.map(drop)
}

pub async fn themed(place: &Place) -> Result<()> {
    let mut site = website("themed", "Colours");
    site.spec.theme = Some("theme".to_owned());
    websites(place).create(&PostParams::default(), &site).await?;
    has_page(place, "themed-page", "<style></style><h1>Colours</h1>").await?;
    let theme = json!({
        "metadata": {"name": "theme", "labels": {"sites.example.com/theme": ""}},
        "data": {"style": "red"},
    });
    maps(place).create(&PostParams::default(), &serde_json::from_value(theme)?).await?;
    has_page(place, "themed-page", "<style>red</style><h1>Colours</h1>").await?;
    change(&maps(place), "theme", json!({"data": {"style": "blue"}})).await?;
    has_page(place, "themed-page", "<style>blue</style><h1>Colours</h1>").await.map(drop)
}

pub async fn failing(place: &Place, context: &Context) -> Result<()> {
    websites(place).create(&PostParams::default(), &website("untitled", "")).await?;
    let events: Api<Event> = Api::default_namespaced(place.client.clone());
    let config = watcher::Config::default().fields("reason=Untitled");
    let mut told = pin!(watcher(events, config).applied_objects());
    // The recorder makes a series of those that repeat.
    let repeated = loop {
        let event = told.try_next().await?.context("no event")?;
        if event.series.as_ref().is_some_and(|series| series.count >= 3) {
            break event;
        }
    };
    same("its type", repeated.type_.as_deref(), Some("Warning"))?;
    ensure!(context.failures.load(Ordering::Relaxed) >= 2, "no failures");
    same("its status", websites(place).get("untitled").await?.status, None)?;
    change(&websites(place), "untitled", json!({"spec": {"title": "Found"}})).await?;
    has_page(place, "untitled-page", "<style></style><h1>Found</h1>").await.map(drop)
}

pub async fn many(place: &Place) -> Result<()> {
    let api = websites(place);
    let names: Vec<String> = (0..20).map(|number| format!("many-{number}")).collect();
    let sites: Vec<Website> = names.iter().map(|name| website(name, name)).collect();
    let params = PostParams::default();
    try_join_all(sites.iter().map(|site| api.create(&params, site))).await?;
    let published = try_join_all(names.iter().map(|name| is_published(place, name))).await?;
    same("how many", published.len(), 20)?;
    let pages = maps(place).list(&ListParams::default()).await?;
    let owned = pages.iter().filter(|map| map.name_any().starts_with("many-")).count();
    same("the pages", owned, 20)
}

pub async fn events(place: &Place) -> Result<()> {
    let site = websites(place).get("first").await?;
    let events: Api<Event> = Api::default_namespaced(place.client.clone());
    let uid = site.uid().context("no uid")?;
    let list = events.list(&ListParams::default().fields("regarding.kind=Website,regarding.name=first")).await?;
    let own: Vec<&Event> =
        list.iter().filter(|event| event.regarding.as_ref().and_then(|of| of.uid.as_ref()) == Some(&uid)).collect();
    same("how many", own.len(), 1)?;
    let event = own[0];
    same("the reason", (event.reason.as_deref(), event.type_.as_deref()), (Some("Published"), Some("Normal")))?;
    same("the note", event.note.as_deref(), Some("The page is first-page"))?;
    same("the reporter", event.reporting_controller.as_deref(), Some(MANAGER))?;
    ensure!(event.series.as_ref().is_some_and(|series| series.count >= 2), "{:?}", event.series);
    let core: Api<k8s_openapi::api::core::v1::Event> = Api::default_namespaced(place.client.clone());
    let same_one = core.list(&ListParams::default().fields("involvedObject.name=first,reason=Published")).await?;
    same("the same by the older group", same_one.iter().map(ResourceExt::uid).collect::<Vec<_>>(), [event.uid()])?;
    same("its message", same_one.items[0].message.as_deref(), event.note.as_deref())
}

pub async fn deleted(place: &Place) -> Result<()> {
    let api = websites(place);
    let uid = api.get("first").await?.uid().context("no uid")?;
    let page = maps(place).get("first-page").await?.uid().context("no uid")?;
    let waiting = api.delete("first", &DeleteParams::default()).await?;
    ensure!(waiting.left().is_some_and(|site| site.meta().deletion_timestamp.is_some()), "no deletionTimestamp");
    await_condition(api.clone(), "first", is_deleted(&uid)).await?;
    await_condition(maps(place), "first-page", is_deleted(&page)).await?;
    let archive = maps(place).get("archive").await?;
    same("the archive", archive.data, Some([("first".to_owned(), "Hello again".to_owned())].into()))?;

    let others = api.list(&ListParams::default()).await?;
    same("how many others", others.items.len(), 22)?;
    api.delete_collection(&DeleteParams::default(), &ListParams::default()).await?;
    let gone = others.iter().map(async |site| {
        let uid = site.uid().context("no uid")?;
        await_condition(api.clone(), &site.name_any(), is_deleted(&uid)).await?;
        anyhow::Ok(())
    });
    try_join_all(gone).await?;
    let archive = maps(place).get("archive").await?;
    same("the archive's size", archive.data.map(|data| data.len()), Some(23))
}

pub async fn outside(place: &Place) -> Result<()> {
    let all: Api<Website> = Api::all(place.client.clone());
    let answer = all.list(&ListParams::default()).await;
    if place.is_admin {
        answer?;
        return Ok(());
    }
    let status = refusal(answer)?;
    let message = format!(
        "websites.sites.example.com is forbidden: User \"system:serviceaccount:{}:tester\" cannot list resource \
            \"websites\" in API group \"sites.example.com\" at the cluster scope",
        place.namespace
    );
    same("the message", status.message, message)
}

pub async fn stopped(stop: oneshot::Sender<()>, controller: JoinHandle<()>) -> Result<()> {
    if stop.send(()).is_err() {
        bail!("it has stopped before");
    }
    Ok(controller.await?)
}
