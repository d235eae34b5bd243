//! Subresources of objects that no pod has to run for, but for evictions.

use anyhow::{Context, Result, ensure};
use checks::{Place, refusal, same};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::authentication::v1::{SelfSubjectReview, TokenRequest};
use k8s_openapi::api::core::v1::{Pod, ServiceAccount};
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::api::{EvictParams, Patch, PatchParams, PostParams};
use kube::runtime::wait::{Condition, await_condition, conditions};
use kube::{Api, Client, Config, ResourceExt};
use serde_json::{from_value, json};

pub async fn scale(place: &Place) -> Result<()> {
    let deployments: Api<Deployment> = Api::default_namespaced(place.client.clone());
    let template =
        json!({"metadata": {"labels": {"app": "scaled"}}, "spec": {"containers": [{"name": "web", "image": "nginx"}]}});
    let spec = json!({"replicas": 1, "selector": {"matchLabels": {"app": "scaled"}}, "template": template});
    let deployment: Deployment = from_value(json!({"metadata": {"name": "scaled"}, "spec": spec}))?;
    deployments.create(&PostParams::default(), &deployment).await?;
    let three = json!({"spec": {"replicas": 3}});
    let scale = deployments.patch_scale("scaled", &PatchParams::default(), &Patch::Merge(&three)).await?;
    same("the replicas", scale.spec.and_then(|spec| spec.replicas), Some(3))?;
    let has_three = |one: Option<&Deployment>| one.and_then(|one| one.status.as_ref()?.replicas) == Some(3);
    await_condition(deployments.clone(), "scaled", has_three).await?;
    let mut scale = deployments.get_scale("scaled").await?;
    let status = scale.status.clone().context("no status")?;
    same("the status", (status.replicas, status.selector.as_deref()), (3, Some("app=scaled")))?;
    scale.spec.get_or_insert_default().replicas = Some(0);
    deployments.replace_scale("scaled", &PostParams::default(), &scale).await?;
    same("the deployment", deployments.get("scaled").await?.spec.replicas, Some(0))?;
    let status = refusal(deployments.replace_scale("scaled", &PostParams::default(), &scale).await)?;
    ensure!(status.is_conflict(), "with an old version: {status:?}");

    let ingresses: Api<Ingress> = Api::default_namespaced(place.client.clone());
    let backend = json!({"service": {"name": "web", "port": {"number": 80}}});
    let ingress: Ingress = from_value(json!({
        "metadata": {"name": "front"},
        "spec": {"defaultBackend": backend},
        "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}},
    }))?;
    let created = ingresses.create(&PostParams::default(), &ingress).await?;
    ensure!(created.status.and_then(|status| status.load_balancer?.ingress).is_none(), "created with a status");
    let status = json!({
        "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.2"}]}},
        "spec": {"ingressClassName": "other"},
    });
    let patched = ingresses.patch_status("front", &PatchParams::default(), &Patch::Merge(&status)).await?;
    let ip =
        |ingress: &Ingress| Some(ingress.status.as_ref()?.load_balancer.as_ref()?.ingress.as_ref()?[0].ip.clone()?);
    same("the status", ip(&patched).as_deref(), Some("192.0.2.2"))?;
    same("the spec", &patched.spec, &created.spec)?;
    same("the generation", patched.metadata.generation, Some(1))?;
    same("what get_status has", ingresses.get_status("front").await?, patched)
}

fn is_ready() -> impl Condition<Pod> {
    conditions::is_pod_running()
}

pub async fn evict(place: &Place) -> Result<()> {
    let pods: Api<Pod> = Api::default_namespaced(place.client.clone());
    let budgets: Api<PodDisruptionBudget> = Api::default_namespaced(place.client.clone());
    let spec = json!({"minAvailable": 2, "selector": {"matchLabels": {"app": "steady"}}});
    let budget: PodDisruptionBudget = from_value(json!({"metadata": {"name": "steady"}, "spec": spec}))?;
    budgets.create(&PostParams::default(), &budget).await?;
    for name in ["steady-1", "steady-2"] {
        let metadata = json!({"name": name, "labels": {"app": "steady"}});
        let spec = json!({"terminationGracePeriodSeconds": 1, "containers": [{"name": "web", "image": "nginx"}]});
        pods.create(&PostParams::default(), &from_value(json!({"metadata": metadata, "spec": spec}))?).await?;
    }
    await_condition(pods.clone(), "steady-1", is_ready()).await?;
    await_condition(pods.clone(), "steady-2", is_ready()).await?;
    let is_healthy = |one: Option<&PodDisruptionBudget>| {
        one.and_then(|one| one.status.as_ref()).is_some_and(|status| status.current_healthy == Some(2))
    };
    await_condition(budgets.clone(), "steady", is_healthy).await?;

    // A client that tries again by itself would wait for the budget.
    let mut config = Config::infer().await?;
    config.default_retry = false;
    let impatient: Api<Pod> = Api::default_namespaced(Client::try_from(config)?);
    let status = refusal(impatient.evict("steady-1", &EvictParams::default()).await)?;
    same("the answer", (status.code, status.reason.as_str()), (429, "TooManyRequests"))?;
    let message = "Cannot evict pod as it would violate the pod's disruption budget.";
    same("the message", status.message.as_str(), message)?;
    let cause = &status.details.context("no details")?.causes[0];
    same("the cause", cause.reason.as_str(), "DisruptionBudget")?;
    same(
        "its message",
        cause.message.as_str(),
        "The disruption budget steady needs 2 healthy pods and has 2 currently",
    )?;

    let less = json!({"spec": {"minAvailable": 1}});
    budgets.patch("steady", &PatchParams::default(), &Patch::Merge(&less)).await?;
    let uid = pods.get("steady-1").await?.uid().context("no uid")?;
    // As a client that is patient.
    let status = pods.evict("steady-1", &EvictParams::default()).await?;
    ensure!(status.is_success(), "{status:?}");
    await_condition(pods, "steady-1", conditions::is_deleted(&uid)).await?;
    Ok(())
}

pub async fn token(place: &Place) -> Result<()> {
    let accounts: Api<ServiceAccount> = Api::default_namespaced(place.client.clone());
    let account: ServiceAccount = from_value(json!({"metadata": {"name": "builder"}}))?;
    accounts.create(&PostParams::default(), &account).await?;
    let wanted = TokenRequest {
        spec: from_value(json!({"audiences": [], "expirationSeconds": 600}))?,
        ..TokenRequest::default()
    };
    let given: TokenRequest = accounts.create_subresource("token", "builder", &PostParams::default(), &wanted).await?;
    let given = given.status.and_then(|status| status.token).context("no token")?;
    let mut config = Config::infer().await?;
    config.auth_info = kube::config::AuthInfo { token: Some(given.into()), ..Default::default() };
    let builder = Client::try_from(config)?;
    let reviews: Api<SelfSubjectReview> = Api::all(builder.clone());
    let review = reviews.create(&PostParams::default(), &SelfSubjectReview::default()).await?;
    let user = review.status.and_then(|status| status.user_info).context("no user")?;
    let name = format!("system:serviceaccount:{}:builder", place.namespace);
    same("the user", user.username.as_deref(), Some(name.as_str()))?;
    let groups = user.groups.unwrap_or_default();
    let own = format!("system:serviceaccounts:{}", place.namespace);
    same("the groups", groups, ["system:serviceaccounts", own.as_str(), "system:authenticated"])?;

    let secrets: Api<k8s_openapi::api::core::v1::Secret> = Api::namespaced(builder, &place.namespace);
    let status = refusal(secrets.get("any").await)?;
    ensure!(status.is_forbidden(), "{status:?}");
    let message = format!(
        "secrets \"any\" is forbidden: User \"{name}\" cannot get resource \"secrets\" in API group \"\" in the \
            namespace \"{}\"",
        place.namespace
    );
    same("the message", status.message, message)
}
