//! Leader election by Leases: with kube-lease-manager, and what it stands on.

use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use checks::{Place, Report, refusal, same};
use futures::future::try_join_all;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::api::{DeleteParams, ListParams, ObjectMeta, Patch, PatchParams, PostParams};
use kube::runtime::wait::await_condition;
use kube::{Api, ResourceExt};
use kube_lease_manager::{LeaseCreateMode, LeaseManager, LeaseManagerBuilder, LeaseManagerError};
use serde_json::json;

fn leases(place: &Place) -> Api<Lease> {
    Api::namespaced(place.client.clone(), &place.namespace)
}

fn spec(lease: &Lease) -> LeaseSpec {
    lease.spec.clone().unwrap_or_default()
}

fn candidate(place: &Place, lease: &str, identity: &str) -> LeaseManagerBuilder {
    LeaseManagerBuilder::new(place.client.clone(), lease)
        .with_namespace(&place.namespace)
        .with_identity(identity)
        .with_duration(2)
        .with_grace(1)
}

async fn has_holder(place: &Place, lease: &str, holder: &str) -> Result<Lease> {
    let is_held =
        |lease: Option<&Lease>| lease.and_then(|one| one.spec.as_ref()?.holder_identity.as_deref()) == Some(holder);
    await_condition(leases(place), lease, is_held).await?.context("no lease")
}

async fn election(place: &Place) -> Result<()> {
    let alice = candidate(place, "election", "alice").build().await?;
    let (mut leads, alice) = alice.watch().await;
    leads.wait_for(|leads| *leads).await?;
    let lease = has_holder(place, "election", "alice").await?;
    same("the duration", spec(&lease).lease_duration_seconds, Some(2))?;

    let bob = candidate(place, "election", "bob").with_create_mode(LeaseCreateMode::UseExistent).build().await?;
    let (mut follows, bob) = bob.watch().await;
    // Alice renews what she has, and Bob waits.
    let renewed = spec(&lease).renew_time.context("no renewTime")?;
    let is_later =
        |lease: Option<&Lease>| lease.and_then(|one| one.spec.clone()?.renew_time).is_some_and(|time| time > renewed);
    let later = await_condition(leases(place), "election", is_later).await?.context("no lease")?;
    same("the holder", spec(&later).holder_identity.as_deref(), Some("alice"))?;
    same("when she acquired it", spec(&later).acquire_time, spec(&lease).acquire_time)?;
    ensure!(!*follows.borrow_and_update(), "two lead");

    drop(leads);
    alice.await??;
    follows.wait_for(|leads| *leads).await?;
    let lease = has_holder(place, "election", "bob").await?;
    let transitions = spec(&lease).lease_transitions.context("no transitions")?;
    ensure!(transitions >= 1, "{transitions} transitions");
    drop(follows);
    bob.await??;
    let is_free = |lease: Option<&Lease>| lease.is_some_and(|one| spec(one).holder_identity.is_none());
    await_condition(leases(place), "election", is_free).await?;
    Ok(())
}

async fn race(place: &Place) -> Result<()> {
    let names: Vec<String> = (0..5).map(|number| format!("runner-{number}")).collect();
    let all = names.iter().map(|name| candidate(place, "race", name).with_duration(20).with_grace(2).build());
    let all: Vec<LeaseManager> = try_join_all(all).await?;
    let first = futures::future::select_all(all.iter().map(|one| Box::pin(one.changed()))).await;
    ensure!(first.0?, "the first change is no lead");
    let winner = &names[first.1];
    has_holder(place, "race", winner).await?;
    drop(first.2);
    all[first.1].release().await?;
    let lease = leases(place).get("race").await?;
    same("the holder", spec(&lease).holder_identity, None)
}

async fn modes(place: &Place) -> Result<()> {
    let absent = candidate(place, "absent", "eve").with_create_mode(LeaseCreateMode::UseExistent).build().await;
    let Err(LeaseManagerError::NonexistentLease(name)) = absent else { bail!("{:?}", absent.err()) };
    same("the lease", name.as_str(), "absent")?;
    candidate(place, "new", "eve").with_create_mode(LeaseCreateMode::CreateNew).build().await?;
    let twice = candidate(place, "new", "eve").with_create_mode(LeaseCreateMode::CreateNew).build().await;
    let Err(LeaseManagerError::LeaseAlreadyExists(name)) = twice else { bail!("{:?}", twice.err()) };
    same("the lease", name.as_str(), "new")
}

/// A candidate that knows only the resource version, as client-go's has it.
async fn acquire(api: &Api<Lease>, name: &str, identity: &str) -> Result<bool> {
    let mut lease = api.get(name).await?;
    if spec(&lease).holder_identity.is_some_and(|holder| !holder.is_empty()) {
        return Ok(false);
    }
    let now = MicroTime(Timestamp::now());
    let held = lease.spec.get_or_insert_default();
    held.holder_identity = Some(identity.to_owned());
    held.acquire_time = Some(now.clone());
    held.renew_time = Some(now);
    match api.replace(name, &PostParams::default(), &lease).await {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.is_conflict() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn by_resource_version(place: &Place) -> Result<()> {
    let api = leases(place);
    let metadata = ObjectMeta { name: Some("bare".to_owned()), ..ObjectMeta::default() };
    api.create(&PostParams::default(), &Lease { metadata, spec: None }).await?;
    let names: Vec<String> = (0..8).map(|number| format!("candidate-{number}")).collect();
    let won = try_join_all(names.iter().map(|name| acquire(&api, "bare", name))).await?;
    same("how many have it", won.iter().filter(|won| **won).count(), 1)?;
    let winner = won.iter().position(|won| *won).context("nobody")?;
    same("the holder", spec(&api.get("bare").await?).holder_identity.as_ref(), Some(&names[winner]))?;

    let mut lease = api.get("bare").await?;
    lease.metadata.resource_version = None;
    let status = refusal(api.replace("bare", &PostParams::default(), &lease).await)?;
    same("without a version", (status.code, status.reason.as_str()), (422, "Invalid"))?;
    let message = "leases.coordination.k8s.io \"bare\" is invalid: metadata.resourceVersion: Invalid value: 0: must \
        be specified for an update";
    same("the message", status.message.as_str(), message)
}

async fn times(place: &Place) -> Result<()> {
    let api = leases(place);
    let exactly: Timestamp = "2026-01-02T03:04:05.678901Z".parse()?;
    let metadata = ObjectMeta { name: Some("times".to_owned()), ..ObjectMeta::default() };
    let spec_ = LeaseSpec { renew_time: Some(MicroTime(exactly)), ..LeaseSpec::default() };
    let created = api.create(&PostParams::default(), &Lease { metadata, spec: Some(spec_) }).await?;
    same("the time", spec(&created).renew_time, Some(MicroTime(exactly)))?;
    let patch = json!({"spec": {"leaseDurationSeconds": 0, "leaseTransitions": -1}});
    let status = refusal(api.patch("times", &PatchParams::default(), &Patch::Merge(&patch)).await)?;
    same("the answer", (status.code, status.reason.as_str()), (422, "Invalid"))?;
    let causes = status.details.context("no details")?.causes;
    let told: Vec<_> = causes.iter().map(|cause| (cause.field.as_str(), cause.message.as_str())).collect();
    let expected = [
        ("spec.leaseDurationSeconds", "Invalid value: 0: must be greater than 0"),
        ("spec.leaseTransitions", "Invalid value: -1: must be greater than or equal to 0"),
    ];
    same("the causes", told, expected)?;
    let text = json!({"spec": {"renewTime": "yesterday"}});
    let status = refusal(api.patch("times", &PatchParams::default(), &Patch::Merge(&text)).await)?;
    same("no time", (status.code, status.reason.as_str()), (422, "Invalid"))
}

async fn outside(place: &Place) -> Result<()> {
    let everywhere: Api<Lease> = Api::all(place.client.clone());
    let nodes: Api<Lease> = Api::namespaced(place.client.clone(), "kube-node-lease");
    let all = everywhere.list(&ListParams::default()).await;
    if place.is_admin {
        ensure!(all?.iter().any(|lease| lease.namespace().as_ref() == Some(&place.namespace)), "not the own ones");
    } else {
        let status = refusal(all)?;
        ensure!(status.is_forbidden(), "{status:?}");
        let elsewhere = LeaseManagerBuilder::new(place.client.clone(), "x").with_namespace("default").build().await;
        let Err(LeaseManagerError::KubeError(kube::Error::Api(status))) = elsewhere else {
            bail!("{:?}", elsewhere.err());
        };
        ensure!(status.is_forbidden(), "{status:?}");
        ensure!(refusal(nodes.list(&ListParams::default()).await)?.is_forbidden(), "leases of nodes");
    }
    let own = leases(place);
    let before = own.list(&ListParams::default()).await?.items.len();
    ensure!(before >= 5, "{before} leases");
    own.delete_collection(&DeleteParams::default(), &ListParams::default()).await?;
    same("what is left", own.list(&ListParams::default()).await?.items.len(), 0)
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let place = Place::told().await?;
    let mut report = Report::default();
    report.check("a leader renews, and the next leads when it gives up", election(&place)).await;
    report.check("of five that race one leads, and its release frees the lease", race(&place)).await;
    report.check("a lease is created once, or has to be there", modes(&place)).await;
    report.check("of eight that replace one version seven have a conflict", by_resource_version(&place)).await;
    report.check("times keep their microseconds, and durations are validated", times(&place)).await;
    report.check("leases elsewhere are only an administrator's", outside(&place)).await;
    Ok(report.end())
}
