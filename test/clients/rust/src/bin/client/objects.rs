//! Objects from their creation to their end.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use checks::{Place, refusal, same};
use either::Either;
use json_patch::Patch as JsonPatch;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{DeleteParams, ListParams, ObjectMeta, Patch, PatchParams, PostParams, Preconditions};
use kube::core::{Expression, Selector};
use kube::runtime::wait::{await_condition, conditions};
use kube::{Api, ResourceExt};
use serde_json::{from_value, json};

pub fn config_map(name: &str, data: &[(&str, &str)]) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
        data: Some(data.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()),
        ..ConfigMap::default()
    }
}

pub fn labelled(name: &str, label: (&str, &str)) -> ConfigMap {
    let mut map = config_map(name, &[]);
    map.labels_mut().insert(label.0.to_owned(), label.1.to_owned());
    map
}

pub async fn create(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    let params = PostParams { field_manager: Some("painter".to_owned()), ..PostParams::default() };
    let created = maps.create(&params, &config_map("first", &[("colour", "red")])).await?;
    ensure!(created.uid().is_some_and(|uid| uid.len() == 36), "uid {:?}", created.uid());
    ensure!(created.creation_timestamp().is_some(), "no creationTimestamp");
    same("the namespace", created.namespace(), Some(place.namespace.clone()))?;
    let managed = &created.managed_fields()[0];
    same("the manager", managed.manager.as_deref(), Some("painter"))?;
    same("its fields", serde_json::to_value(&managed.fields_v1)?, json!({"f:data": {".": {}, "f:colour": {}}}))?;
    same("what get has", maps.get("first").await?, created)?;

    let status = refusal(maps.create(&params, &config_map("first", &[])).await)?;
    ensure!(status.is_already_exists() && status.code == 409, "a second create: {status:?}");
    same("the message", status.message.as_str(), r#"configmaps "first" already exists"#)?;
    same("what does not exist", maps.get_opt("second").await?, None)
}

pub async fn pages(place: &Place) -> Result<()> {
    let secrets: Api<Secret> = Api::default_namespaced(place.client.clone());
    let secret = |name: String| Secret {
        metadata: ObjectMeta { name: Some(name), ..ObjectMeta::default() },
        string_data: Some(BTreeMap::from([("key".to_owned(), "value".to_owned())])),
        ..Secret::default()
    };
    for number in 1..=7 {
        secrets.create(&PostParams::default(), &secret(format!("page-{number}"))).await?;
    }
    let first = secrets.list(&ListParams::default().limit(3)).await?;
    same("remaining", first.metadata.remaining_item_count, Some(4))?;
    // A later write is no part of the later pages.
    secrets.create(&PostParams::default(), &secret("page-9".to_owned())).await?;
    secrets.delete("page-7", &DeleteParams::default()).await?;
    let mut names: Vec<String> = first.items.iter().map(ResourceExt::name_any).collect();
    let mut token = first.metadata.continue_.clone();
    let mut remaining = Vec::new();
    while let Some(next) = token.filter(|token| !token.is_empty()) {
        let page = secrets.list(&ListParams::default().limit(3).continue_token(&next)).await?;
        same("the revision", &page.metadata.resource_version, &first.metadata.resource_version)?;
        names.extend(page.items.iter().map(ResourceExt::name_any));
        remaining.push(page.metadata.remaining_item_count);
        token = page.metadata.continue_;
    }
    same("remaining later", remaining, [Some(1), None])?;
    same("the names", names, ["page-1", "page-2", "page-3", "page-4", "page-5", "page-6", "page-7"])?;

    let revision = first.metadata.resource_version.context("no resourceVersion")?;
    let exact = ListParams::default().at(&revision).matching(kube::api::VersionMatch::Exact);
    let then = secrets.list(&exact).await?;
    same("the last one at that revision", then.items.last().map(ResourceExt::name_any), Some("page-7".to_owned()))?;
    let status = refusal(secrets.list(&ListParams::default().limit(3).continue_token("nonsense")).await)?;
    same("the answer to a bad token", (status.code, status.reason.as_str()), (400, "BadRequest"))
}

pub async fn conflict(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    let old = maps.create(&PostParams::default(), &config_map("contended", &[("count", "0")])).await?;
    let mut entry = maps
        .entry("contended")
        .await?
        .and_modify(|map| {
            map.data.get_or_insert_default().insert("count".to_owned(), "1".to_owned());
        })
        .or_insert(ConfigMap::default);
    entry.commit(&PostParams::default()).await?;
    ensure!(entry.get().resource_version() != old.resource_version(), "the resourceVersion stays");

    let status = refusal(maps.replace("contended", &PostParams::default(), &old).await)?;
    ensure!(status.is_conflict(), "an old one: {status:?}");
    let message = "Operation cannot be fulfilled on configmaps \"contended\": the object has been modified; please \
        apply your changes to the latest version and try again";
    same("the message", status.message.as_str(), message)?;
    let details = status.details.context("no details")?;
    same("the details", (details.name.as_str(), details.kind.as_str()), ("contended", "configmaps"))?;

    let same_again = maps.replace("contended", &PostParams::default(), entry.get()).await?;
    same("the version after no change", same_again.resource_version(), entry.get().resource_version())?;
    let mut bare = config_map("contended", &[("count", "2")]);
    let replaced = maps.replace("contended", &PostParams::default(), &bare).await?;
    same("without a version", replaced.data, bare.data.clone())?;
    bare.metadata.name = Some("other".to_owned());
    let status = refusal(maps.replace("contended", &PostParams::default(), &bare).await)?;
    same("another name", (status.code, status.reason.as_str()), (400, "BadRequest"))?;
    let mut vacant = maps.entry("inserted").await?.or_insert(|| config_map("inserted", &[("new", "yes")]));
    vacant.commit(&PostParams::default()).await?;
    maps.get("inserted").await.map(drop).map_err(Into::into)
}

pub async fn selectors(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    let mut names = Vec::new();
    for colour in ["red", "green", "blue"] {
        let mut map = labelled("", ("colour", colour));
        map.metadata.name = None;
        map.metadata.generate_name = Some("paint-".to_owned());
        let name = maps.create(&PostParams::default(), &map).await?.name_any();
        ensure!(name.starts_with("paint-") && name.len() == "paint-".len() + 5, "{name}");
        names.push(name);
    }
    let named = async |params: ListParams| -> Result<Vec<String>> {
        let mut found: Vec<String> = maps.list(&params).await?.iter().map(ResourceExt::name_any).collect();
        found.sort_by_key(|name| names.iter().position(|one| one == name));
        Ok(found)
    };
    let primary = Expression::In("colour".into(), ["red".into(), "blue".into()].into());
    let selector: Selector = [primary, Expression::Exists("colour".into())].into_iter().collect();
    same("in", named(ListParams::default().labels_from(&selector)).await?, [names[0].as_str(), names[2].as_str()])?;
    let selector: Selector = [Expression::NotEqual("colour".into(), "red".into()), Expression::Exists("colour".into())]
        .into_iter()
        .collect();
    same(
        "not equal",
        named(ListParams::default().labels_from(&selector)).await?,
        [names[1].as_str(), names[2].as_str()],
    )?;
    let by_name = ListParams::default().fields(&format!("metadata.name={}", names[1]));
    same("by name", named(by_name).await?, [names[1].as_str()])?;

    let status = refusal(maps.list(&ListParams::default().fields("data.colour=red")).await)?;
    let message = r#""data.colour" is not a known field selector: only "metadata.name", "metadata.namespace""#;
    same("the message", status.message.as_str(), message)
}

pub async fn delete(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    let mut map = config_map("guarded", &[]);
    map.finalizers_mut().push("example.com/guard".to_owned());
    let guarded = maps.create(&PostParams::default(), &map).await?;
    let uid = guarded.uid().context("no uid")?;
    let only = |uid: &str| Preconditions { uid: Some(uid.to_owned()), ..Preconditions::default() };
    let status = refusal(maps.delete("guarded", &DeleteParams::default().preconditions(only("another"))).await)?;
    ensure!(status.is_conflict(), "another uid: {status:?}");
    let message = format!(
        "Operation cannot be fulfilled on ConfigMap \"guarded\": the UID in the precondition (another) does not \
            match the UID in record ({uid}). The object might have been deleted and then recreated"
    );
    same("the message", status.message, message)?;

    let waiting = maps.delete("guarded", &DeleteParams::default().preconditions(only(&uid))).await?;
    let Either::Left(waiting) = waiting else { bail!("a finalizer did not hold it") };
    ensure!(waiting.metadata.deletion_timestamp.is_some(), "no deletionTimestamp");
    let remove: JsonPatch = from_value(json!([{"op": "remove", "path": "/metadata/finalizers"}]))?;
    let gone = await_condition(maps.clone(), "guarded", conditions::is_deleted(&uid));
    maps.patch("guarded", &PatchParams::default(), &Patch::Json::<()>(remove)).await?;
    gone.await?;

    maps.create(&PostParams::default(), &config_map("free", &[])).await?;
    let Either::Right(status) = maps.delete("free", &DeleteParams::default()).await? else { bail!("it waits") };
    ensure!(status.is_success(), "{status:?}");
    let details = status.details.context("no details")?;
    same("the details", (details.name.as_str(), details.kind.as_str()), ("free", "configmaps"))?;
    let status = refusal(maps.delete("free", &DeleteParams::default()).await)?;
    ensure!(status.is_not_found(), "{status:?}");
    same("the message", status.message.as_str(), r#"configmaps "free" not found"#)
}

pub async fn delete_collection(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::default_namespaced(place.client.clone());
    for (name, season) in [("may", "spring"), ("june", "summer"), ("july", "summer")] {
        maps.create(&PostParams::default(), &labelled(name, ("season", season))).await?;
    }
    let summer = ListParams::default().labels("season=summer");
    let Either::Left(deleted) = maps.delete_collection(&DeleteParams::default(), &summer).await? else {
        bail!("no list of what was deleted");
    };
    let mut names: Vec<String> = deleted.iter().map(ResourceExt::name_any).collect();
    names.sort();
    same("what was deleted", names, ["july", "june"])?;
    let left = maps.list(&ListParams::default().labels("season")).await?;
    same("what is left", left.iter().map(ResourceExt::name_any).collect::<Vec<_>>(), ["may"])
}
