//! The operator against a cluster as new.

use std::future::Future;
use std::time::Duration;

use fauxkube::fresh;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::DeleteParams;
use kube::config::Kubeconfig;
use kube::runtime::wait::{await_condition, conditions::is_deleted};
use kube::{Api, Client, Config, ResourceExt};
use websites::{Website, run};

const CRD: &str = include_str!("website-crd.yaml");
const SHOP: &str = "
apiVersion: example.com/v1
kind: Website
metadata: {name: shop, namespace: default}
spec: {image: nginx, replicas: 3}
";

/// Lets the operator run while a test does, on a cluster that no other test has at that time.
async fn operated<F: Future<Output = ()>>(test: impl FnOnce(Client) -> F) {
    let cluster = fresh(&["--nodes=3"]).unwrap();
    cluster.apply(CRD).unwrap();
    let kubeconfig = Kubeconfig::from_yaml(cluster.kubeconfig()).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &Default::default()).await.unwrap();
    let client = Client::try_from(config).unwrap();
    let operator = tokio::spawn(run(client.clone()));
    cluster.apply(SHOP).unwrap();
    tokio::time::timeout(Duration::from_secs(20), test(client)).await.expect("not within 20 seconds");
    operator.abort();
}

fn is_ready(deployment: Option<&Deployment>) -> bool {
    deployment.and_then(|deployment| deployment.status.as_ref()?.ready_replicas) == Some(3)
}

fn says_ready(website: Option<&Website>) -> bool {
    website.and_then(|website| website.status.as_ref()?.ready_replicas) == Some(3)
}

#[tokio::test(flavor = "multi_thread")]
async fn website_gets_a_deployment_that_becomes_ready() {
    operated(async |client| {
        let deployments: Api<Deployment> = Api::default_namespaced(client);
        let shop = await_condition(deployments, "shop", is_ready).await.unwrap().unwrap();
        assert_eq!(shop.owner_references()[0].kind, "Website");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn status_says_how_many_are_ready() {
    operated(async |client| {
        let websites: Api<Website> = Api::default_namespaced(client);
        await_condition(websites, "shop", says_ready).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deployment_goes_with_its_website() {
    operated(async |client| {
        let deployments: Api<Deployment> = Api::default_namespaced(client.clone());
        let shop = await_condition(deployments.clone(), "shop", is_ready).await.unwrap().unwrap();
        let websites: Api<Website> = Api::default_namespaced(client);
        websites.delete("shop", &DeleteParams::default()).await.unwrap();
        await_condition(deployments, "shop", is_deleted(&shop.uid().unwrap())).await.unwrap();
    })
    .await;
}
