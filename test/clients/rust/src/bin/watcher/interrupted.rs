//! Watches that do not simply go on.

use std::pin::pin;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use checks::{Place, same};
use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::core::v1::{ConfigMap, ServiceAccount};
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::api::{DeleteParams, PostParams};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Config, Event, watch_object, watcher};
use kube::{Api, Client, ResourceExt};
use serde_json::{from_value, json};

use crate::streams::{change, labelled};

const CHANGES: usize = 35;

pub async fn ended(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(place.client.clone(), &place.namespace);
    maps.create(&PostParams::default(), &labelled("counted", "counted")).await?;
    let mut events = pin!(watcher(maps.clone(), Config::default().labels("set=counted").timeout(1)));
    for expected in ["Init", "InitApply(counted)", "InitDone"] {
        let event = events.try_next().await?.context("the watcher has ended")?;
        same("the event", event.to_string().as_str(), expected)?;
    }
    let count = async {
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        for number in 1..=CHANGES {
            tick.tick().await;
            change(&maps, "counted", json!({"data": {"count": number.to_string()}})).await?;
        }
        anyhow::Ok(())
    };
    let see = async {
        for number in 1..=CHANGES {
            match events.try_next().await?.context("the watcher has ended")? {
                Event::Apply(map) => {
                    let count = map.data.as_ref().and_then(|data| data.get("count"));
                    same("the count", count, Some(&number.to_string()))?;
                }
                event => bail!("{event}"),
            }
        }
        anyhow::Ok(())
    };
    tokio::try_join!(count, see)?;
    Ok(())
}

async fn as_account(place: &Place, name: &str) -> Result<Client> {
    let accounts: Api<ServiceAccount> = Api::namespaced(place.client.clone(), &place.namespace);
    accounts.create(&PostParams::default(), &from_value(json!({"metadata": {"name": name}}))?).await?;
    let wanted: TokenRequest = from_value(json!({"metadata": {}, "spec": {"audiences": []}}))?;
    let given: TokenRequest = accounts.create_subresource("token", name, &PostParams::default(), &wanted).await?;
    let mut config = kube::Config::infer().await?;
    let token = given.status.and_then(|status| status.token).context("no token")?;
    config.auth_info = kube::config::AuthInfo { token: Some(token.into()), ..Default::default() };
    Ok(Client::try_from(config)?)
}

pub async fn forbidden(place: &Place) -> Result<()> {
    let reader = as_account(place, "reader").await?;
    let maps: Api<ConfigMap> = Api::namespaced(reader, &place.namespace);
    let mut events = pin!(watcher(maps, Config::default().labels("set=forbidden")).default_backoff());
    for expected in ["init", "forbidden", "init", "forbidden"] {
        match events.next().await.context("the watcher has ended")? {
            Ok(Event::Init) => same("a start", "init", expected)?,
            Err(watcher::Error::InitialListFailed(kube::Error::Api(status))) if status.is_forbidden() => {
                same("an error", "forbidden", expected)?;
            }
            other => bail!("{other:?}"),
        }
    }
    let roles: Api<Role> = Api::namespaced(place.client.clone(), &place.namespace);
    let rules = json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}]);
    roles.create(&PostParams::default(), &from_value(json!({"metadata": {"name": "reader"}, "rules": rules}))?).await?;
    let bindings: Api<RoleBinding> = Api::namespaced(place.client.clone(), &place.namespace);
    let binding = from_value(json!({
        "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": place.namespace}],
    }))?;
    bindings.create(&PostParams::default(), &binding).await?;
    let own: Api<ConfigMap> = Api::namespaced(place.client.clone(), &place.namespace);
    own.create(&PostParams::default(), &labelled("seen", "forbidden")).await?;
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::InitApply(map)) => return same("what is seen", map.name_any(), "seen"),
            Ok(Event::Init) => {}
            Err(watcher::Error::InitialListFailed(kube::Error::Api(status))) if status.is_forbidden() => {}
            other => bail!("{other:?}"),
        }
    }
    bail!("the watcher has ended")
}

pub async fn recreated(place: &Place) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(place.client.clone(), &place.namespace);
    let mut seen = pin!(watch_object(maps.clone(), "phoenix"));
    ensure!(seen.try_next().await?.context("no first state")?.is_none(), "it is there");
    let mut uids = Vec::new();
    for _ in 0..2 {
        let created = maps.create(&PostParams::default(), &labelled("phoenix", "phoenix")).await?;
        let object = seen.try_next().await?.flatten().context("it is not there")?;
        same("the uid", object.uid(), created.uid())?;
        maps.delete("phoenix", &DeleteParams::default()).await?;
        ensure!(seen.try_next().await?.context("no last state")?.is_none(), "it is still there");
        uids.push(object.uid());
    }
    ensure!(uids[0] != uids[1], "the same uid");
    Ok(())
}
