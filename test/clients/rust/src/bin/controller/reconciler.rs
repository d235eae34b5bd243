//! What the controller does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ObjectMeta, Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::runtime::events::{Event, EventType, Recorder};
use kube::runtime::finalizer::{self, finalizer};
use kube::{Api, Client, Resource, ResourceExt};
use serde_json::json;

use crate::website::Website;

pub const FINALIZER: &str = "sites.example.com/archive";
pub const MANAGER: &str = "website-controller";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Kube(#[from] kube::Error),
    #[error("{0}")]
    Finalizer(#[source] Box<finalizer::Error<Error>>),
    #[error("a website needs a title")]
    NoTitle,
}

pub struct Context {
    pub client: Client,
    pub recorder: Recorder,
    pub failures: AtomicUsize,
}

impl Context {
    async fn tell(&self, website: &Website, type_: EventType, reason: &str, note: String) -> Result<(), kube::Error> {
        let event = Event {
            type_,
            reason: reason.to_owned(),
            note: Some(note),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        self.recorder.publish(&event, &website.object_ref(&())).await
    }
}

pub async fn reconcile(website: Arc<Website>, context: Arc<Context>) -> Result<Action, Error> {
    let websites: Api<Website> = Api::namespaced(context.client.clone(), &website.namespace().unwrap_or_default());
    let done = finalizer(&websites, FINALIZER, website, |event| async {
        match event {
            finalizer::Event::Apply(website) => publish(&website, &context).await,
            finalizer::Event::Cleanup(website) => archive(&website, &context).await,
        }
    });
    done.await.map_err(|error| Error::Finalizer(Box::new(error)))
}

pub fn on_error(_website: Arc<Website>, _error: &Error, context: Arc<Context>) -> Action {
    context.failures.fetch_add(1, Ordering::Relaxed);
    Action::requeue(Duration::from_millis(200))
}

async fn publish(website: &Website, context: &Context) -> Result<Action, Error> {
    let namespace = website.namespace().unwrap_or_default();
    if website.spec.title.is_empty() {
        context.tell(website, EventType::Warning, "Untitled", "There is no title".to_owned()).await?;
        return Err(Error::NoTitle);
    }
    let maps: Api<ConfigMap> = Api::namespaced(context.client.clone(), &namespace);
    let style = match &website.spec.theme {
        Some(theme) => maps.get_opt(theme).await?.and_then(|map| map.data?.get("style").cloned()).unwrap_or_default(),
        None => String::new(),
    };
    let name = format!("{}-page", website.name_any());
    let page = ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.clone()),
            owner_references: website.controller_owner_ref(&()).map(|owner| vec![owner]),
            ..ObjectMeta::default()
        },
        data: Some([("html".to_owned(), format!("<style>{style}</style><h1>{}</h1>", website.spec.title))].into()),
        ..ConfigMap::default()
    };
    let params = PatchParams::apply(MANAGER).force();
    maps.patch(&name, &params, &Patch::Apply(&page)).await?;
    let status = json!({
        "apiVersion": Website::api_version(&()),
        "kind": Website::kind(&()),
        "status": {"page": name, "observedGeneration": website.metadata.generation},
    });
    let websites: Api<Website> = Api::namespaced(context.client.clone(), &namespace);
    websites.patch_status(&website.name_any(), &params, &Patch::Apply(&status)).await?;
    context.tell(website, EventType::Normal, "Published", format!("The page is {name}")).await?;
    Ok(Action::requeue(Duration::from_secs(3600)))
}

/// Keeps the titles of what is gone.
async fn archive(website: &Website, context: &Context) -> Result<Action, Error> {
    let maps: Api<ConfigMap> = Api::namespaced(context.client.clone(), &website.namespace().unwrap_or_default());
    let patch = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "archive"},
        "data": {website.name_any(): website.spec.title},
    });
    let params = PatchParams::apply(&format!("{MANAGER}-{}", website.name_any()));
    maps.patch("archive", &params, &Patch::Apply(&patch)).await?;
    Ok(Action::await_change())
}
