//! A controller of a kind of its own. With the argument `crd` it prints the definition of the kind.

mod reconciler;
mod tests;
mod website;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use anyhow::Result;
use checks::{Place, Report};
use futures::StreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::events::{Recorder, Reporter};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::{Config, Controller, watcher};
use kube::{Api, CustomResourceExt, ResourceExt};
use tokio::sync::oneshot;

use reconciler::{Context, MANAGER, on_error, reconcile};
use website::Website;

/// Works until it is told to stop.
async fn control(websites: Api<Website>, maps: Api<ConfigMap>, context: Arc<Context>, stop: oneshot::Receiver<()>) {
    let themes = watcher::Config::default().labels("sites.example.com/theme");
    let controller = Controller::new(websites, watcher::Config::default());
    let all = controller.store();
    controller
        .owns(maps.clone(), watcher::Config::default())
        .watches(maps, themes, move |theme| {
            let name = theme.name_any();
            let uses = move |website: &Arc<Website>| website.spec.theme.as_ref() == Some(&name);
            all.state().into_iter().filter(uses).map(|website| ObjectRef::from_obj(&*website)).collect::<Vec<_>>()
        })
        .with_config(Config::default().concurrency(4))
        .graceful_shutdown_on(async { drop(stop.await) })
        .run(reconcile, on_error, context)
        .for_each(|_| async {})
        .await;
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    if std::env::args().nth(1).as_deref() == Some("crd") {
        println!("{}", serde_json::to_string_pretty(&Website::crd())?);
        return Ok(ExitCode::SUCCESS);
    }
    let place = Place::told().await?;
    let reporter = Reporter { controller: MANAGER.to_owned(), instance: Some("one".to_owned()) };
    let recorder = Recorder::new(place.client.clone(), reporter);
    let context = Arc::new(Context { client: place.client.clone(), recorder, failures: AtomicUsize::new(0) });
    let (websites, maps) = if place.is_admin {
        (Api::all(place.client.clone()), Api::all(place.client.clone()))
    } else {
        (Api::default_namespaced(place.client.clone()), Api::default_namespaced(place.client.clone()))
    };
    let (stop, stopped) = oneshot::channel();
    let controller = tokio::spawn(control(websites, maps, context.clone(), stopped));

    let mut report = Report::default();
    report.check("the definition in the manifest is the derived one", tests::definition()).await;
    report.check("a website gets a finalizer, a page and a status", tests::published(&place)).await;
    report.check("a new title is a new generation of the page", tests::changed(&place)).await;
    report.check("a page that is changed or deleted is restored", tests::restored(&place)).await;
    report.check("a change of what is referred to reaches who refers", tests::themed(&place)).await;
    report.check("who fails is tried again until it is mended", tests::failing(&place, &context)).await;
    report.check("twenty at once are all published", tests::many(&place)).await;
    report.check("Events are there, those that repeat as a series", tests::events(&place)).await;
    report.check("a deletion is cleaned up after, and pages go", tests::deleted(&place)).await;
    report.check("other namespaces are for an administrator only", tests::outside(&place)).await;
    report.check("it stops gracefully", tests::stopped(stop, controller)).await;
    Ok(report.end())
}
