//! Objects of the kind.

use anyhow::{Context, Result, ensure};
use checks::{Place, refusal, same};
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::core::Status;
use kube::runtime::conditions::is_deleted;
use kube::runtime::wait::await_condition;
use kube::{Api, CustomResourceExt, ResourceExt};
use serde_json::{Value, json};

use crate::gauge::{v1, v1alpha1};

const VERSION: &str = "measures.example.com/v1";

fn gauges(place: &Place) -> Api<v1::Gauge> {
    Api::namespaced(place.client.clone(), &place.namespace)
}

/// Gauges as they are written by hand.
struct Raw {
    api: Api<DynamicObject>,
}

impl Raw {
    fn new(place: &Place) -> Self {
        let resource = v1::Gauge::api_resource();
        Self { api: Api::namespaced_with(place.client.clone(), &place.namespace, &resource) }
    }

    async fn create(&self, name: &str, spec: Value) -> kube::Result<DynamicObject> {
        let object = DynamicObject::new(name, &v1::Gauge::api_resource()).data(json!({"spec": spec}));
        self.api.create(&PostParams::default(), &object).await
    }

    async fn merge(&self, name: &str, patch: Value) -> kube::Result<DynamicObject> {
        self.api.patch(name, &PatchParams::default(), &Patch::Merge(&patch)).await
    }
}

fn causes(status: &Status) -> Vec<(&str, &str, &str)> {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    causes.map(|cause| (cause.field.as_str(), cause.reason.as_str(), cause.message.as_str())).collect()
}

pub async fn defaults(place: &Place) -> Result<()> {
    let raw = Raw::new(place);
    let created = raw.create("plain", json!({"low": 0, "high": 100, "unknown": true})).await?;
    let spec = json!({"unit": "celsius", "low": 0, "high": 100, "probes": 1, "mode": "Steady"});
    same("the spec", &created.data["spec"], &spec)?;
    same("the generation", created.metadata.generation, Some(1))?;
    let typed = gauges(place).get("plain").await?;
    same("the same, typed", typed.spec.mode, v1::Mode::Steady)?;
    let strict = PatchParams::default().validation_strict();
    let unknown = json!({"spec": {"unknown": true}});
    let status = refusal(raw.api.patch("plain", &strict, &Patch::Merge(&unknown)).await)?;
    same("strict", (status.code, status.reason.as_str()), (422, "Invalid"))?;
    ensure!(status.message.contains(r#"unknown field "spec.unknown""#), "{}", status.message);
    let strategic = Patch::Strategic(json!({"spec": {"high": 90}}));
    let status = refusal(raw.api.patch("plain", &PatchParams::default(), &strategic).await)?;
    same("a strategic patch", (status.code, status.reason.as_str()), (415, "UnsupportedMediaType"))
}

pub async fn schema(place: &Place) -> Result<()> {
    let raw = Raw::new(place);
    let wrong = json!({"low": -300, "high": "hot", "probes": 11, "room": "R2", "mode": "Loud"});
    let status = refusal(raw.create("wrong", wrong).await)?;
    ensure!(status.is_invalid() && status.code == 422, "{status:?}");
    let mut told = causes(&status);
    told.sort();
    let told: Vec<_> = told.iter().map(|(field, _, message)| format!("{field}: {message}")).collect();
    let unchecked = "<nil>: Invalid value: null: some validation rules were not checked because the object was \
        invalid; correct the existing errors to complete validation";
    let expected = [
        unchecked,
        r#"spec.high: Invalid value: "string": spec.high in body must be of type integer: "string""#,
        "spec.low: Invalid value: -300: spec.low in body should be greater than or equal to -273",
        r#"spec.mode: Unsupported value: "Loud": supported values: "Steady", "Burst""#,
        "spec.probes: Invalid value: 11: spec.probes in body should be less than or equal to 10",
        r#"spec.room: Invalid value: "R2": spec.room in body should match '^[a-z]+$'"#,
    ];
    same("the causes", told, expected)?;
    let status = refusal(raw.create("empty", json!({})).await)?;
    let fields: Vec<_> = causes(&status).iter().map(|(field, reason, _)| format!("{field} {reason}")).collect();
    let expected = ["spec.high FieldValueRequired", "spec.low FieldValueRequired", "<nil> FieldValueInvalid"];
    same("what is required", fields, expected)
}

pub async fn rules(place: &Place) -> Result<()> {
    let gauges = gauges(place);
    let spec = json!({"low": 50, "high": 20});
    let upside_down = v1::Gauge::new("upside-down", serde_json::from_value(spec)?);
    let here = upside_down.validate_cel().err().context("the rule holds here")?.to_string();
    ensure!(here.contains("low must be below high"), "{here}");
    let status = refusal(gauges.create(&PostParams::default(), &upside_down).await)?;
    ensure!(status.is_invalid(), "{status:?}");
    let told = causes(&status);
    same("the field", (told[0].0, told[0].1), ("spec.low", "FieldValueInvalid"))?;
    ensure!(told[0].2.ends_with(": low must be below high"), "{told:?}");

    let spec: v1::GaugeSpec = serde_json::from_value(json!({"low": 0, "high": 10}))?;
    let long = v1::Gauge::new("a-name-that-is-much-too-long", spec.clone());
    let status = refusal(gauges.create(&PostParams::default(), &long).await)?;
    ensure!(status.message.contains("a name has at most 20 letters"), "{}", status.message);

    let mut ruled = gauges.create(&PostParams::default(), &v1::Gauge::new("ruled", spec)).await?;
    let old = ruled.clone();
    ruled.spec.unit = "kelvin".to_owned();
    let here = ruled.validate_cel_update(&old).err().context("the rule holds here")?.to_string();
    ensure!(here.contains("the unit stays"), "{here}");
    let status = refusal(gauges.replace("ruled", &PostParams::default(), &ruled).await)?;
    let told = causes(&status);
    same("the field", told[0].0, "spec.unit")?;
    ensure!(told[0].2.ends_with(": the unit stays"), "{told:?}");
    ruled.spec.unit.clone_from(&old.spec.unit);
    ruled.spec.high = 11;
    ruled.validate_cel_update(&old)?;
    let replaced = gauges.replace("ruled", &PostParams::default(), &ruled).await?;
    same("the generation", replaced.metadata.generation, Some(2))
}

pub async fn subresources(place: &Place) -> Result<()> {
    let gauges = gauges(place);
    let spec = serde_json::from_value(json!({"low": 0, "high": 10}))?;
    let mut measured = v1::Gauge::new("measured", spec);
    measured.status = Some(v1::GaugeStatus { replicas: Some(7), selector: None });
    let created = gauges.create(&PostParams::default(), &measured).await?;
    same("the status at first", created.status.clone(), None)?;
    let status = json!({"status": {"replicas": 2, "selector": "app=gauge"}, "spec": {"high": 99}});
    let patched = gauges.patch_status("measured", &PatchParams::default(), &Patch::Merge(&status)).await?;
    same("the replicas", patched.status.as_ref().and_then(|status| status.replicas), Some(2))?;
    same("the spec", patched.spec.high, 10)?;
    same("the generation", patched.metadata.generation, Some(1))?;
    let mut stale = created;
    stale.status = Some(v1::GaugeStatus::default());
    ensure!(refusal(gauges.replace_status("measured", &PostParams::default(), &stale).await)?.is_conflict(), "stale");

    let scale = gauges.get_scale("measured").await?;
    same("the scale's kind", scale.metadata.name.as_deref(), Some("measured"))?;
    same("its spec", scale.spec.and_then(|spec| spec.replicas), Some(1))?;
    let status = scale.status.context("no status")?;
    same("its status", (status.replicas, status.selector.as_deref()), (2, Some("app=gauge")))?;
    let five = json!({"spec": {"replicas": 5}});
    gauges.patch_scale("measured", &PatchParams::default(), &Patch::Merge(&five)).await?;
    let after = gauges.get("measured").await?;
    same("the probes", (after.spec.probes, after.metadata.generation), (5, Some(2)))?;
    let many = json!({"spec": {"replicas": 11}});
    let status = refusal(gauges.patch_scale("measured", &PatchParams::default(), &Patch::Merge(&many)).await)?;
    ensure!(status.is_invalid(), "eleven probes: {status:?}");
    Ok(())
}

pub async fn versions(place: &Place) -> Result<()> {
    let old: Api<v1alpha1::Gauge> = Api::namespaced(place.client.clone(), &place.namespace);
    let spec = v1alpha1::GaugeSpec { unit: Some("bar".to_owned()), low: 1, high: 2 };
    let created = old.create(&PostParams::default(), &v1alpha1::Gauge::new("both", spec)).await?;
    let new = gauges(place).get("both").await?;
    same("the uid", new.uid(), created.uid())?;
    // The version that is stored has a default for it.
    same("the newer one", (new.spec.unit.as_str(), new.spec.high, new.spec.probes), ("bar", 2, 1))?;
    let listed = old.list(&ListParams::default()).await?;
    same("the list's version", listed.types.api_version.as_str(), "measures.example.com/v1alpha1")?;
    ensure!(listed.iter().any(|gauge| gauge.name_any() == "plain"), "the older one has not all");
    Ok(())
}

pub async fn merge(place: &Place) -> Result<()> {
    let gauges = gauges(place);
    let metadata = json!({"name": "merged"});
    let part = |spec: Value| json!({"apiVersion": VERSION, "kind": "Gauge", "metadata": metadata, "spec": spec});
    let apply = async |manager: &str, spec: Value| {
        gauges.patch("merged", &PatchParams::apply(manager), &Patch::Apply(part(spec))).await
    };
    let base = json!({
        "low": 0, "high": 9, "port": "http", "place": {"floor": 1},
        "alarms": [{"name": "warm", "above": 5}],
    });
    apply("one", base.clone()).await?;
    let both = apply("two", json!({"alarms": [{"name": "hot", "above": 8}]})).await?;
    let mut names: Vec<_> = both.spec.alarms.iter().map(|alarm| alarm.name.as_str()).collect();
    names.sort_unstable();
    same("the alarms of both", names, ["hot", "warm"])?;
    let status = refusal(apply("two", json!({"place": {"door": "red"}})).await)?;
    ensure!(status.is_conflict(), "{status:?}");
    let message = r#"Apply failed with 1 conflict: conflict with "one": .spec.place"#;
    same("the conflict", status.message.as_str(), message)?;
    let left = apply("two", json!({})).await?;
    same("the alarms of one", left.spec.alarms.len(), 1)?;
    let raw = Raw::new(place);
    let twice = json!({"spec": {"alarms": [{"name": "warm", "above": 1}, {"name": "warm", "above": 2}]}});
    let status = refusal(raw.merge("merged", twice).await)?;
    same(
        "the causes",
        causes(&status),
        [("spec.alarms[1]", "FieldValueDuplicate", r#"Duplicate value: {"name":"warm"}"#)],
    )
}

pub async fn found(place: &Place) -> Result<()> {
    let gauges = gauges(place);
    let list = gauges.list(&ListParams::default().fields("spec.unit=bar")).await?;
    same("those by unit", list.iter().map(ResourceExt::name_any).collect::<Vec<_>>(), ["both"])?;
    let status = refusal(gauges.list(&ListParams::default().fields("spec.high=2")).await)?;
    same("by another field", (status.code, status.reason.as_str()), (400, "BadRequest"))?;
    let path = format!("/apis/measures.example.com/v1/namespaces/{}/gauges/both", place.namespace);
    let request =
        http::Request::get(path).header("accept", "application/json;as=Table;v=v1;g=meta.k8s.io").body(Vec::new())?;
    let table: Value = place.client.request(request).await?;
    let columns = table["columnDefinitions"].as_array().context("no columns")?;
    let names: Vec<_> = columns.iter().map(|column| column["name"].as_str().unwrap_or_default()).collect();
    same("the columns", names, ["Name", "Unit", "Range"])?;
    same("the cells", &table["rows"][0]["cells"], &json!(["both", "bar", "2"]))
}

pub async fn deleted(place: &Place) -> Result<()> {
    let gauges = gauges(place);
    let mut held = v1::Gauge::new("held", serde_json::from_value(json!({"low": 0, "high": 1}))?);
    held.finalizers_mut().push("measures.example.com/hold".to_owned());
    let uid = gauges.create(&PostParams::default(), &held).await?.uid().context("no uid")?;
    let waiting = gauges.delete("held", &DeleteParams::default()).await?.left().context("it is gone")?;
    ensure!(waiting.metadata.deletion_timestamp.is_some(), "no deletionTimestamp");
    let more = json!({"metadata": {"finalizers": ["measures.example.com/hold", "measures.example.com/more"]}});
    let status = refusal(gauges.patch("held", &PatchParams::default(), &Patch::Merge(&more)).await)?;
    ensure!(status.is_invalid(), "a finalizer was added: {status:?}");
    let none = json!({"metadata": {"finalizers": null}});
    gauges.patch("held", &PatchParams::default(), &Patch::Merge(&none)).await?;
    await_condition(gauges, "held", is_deleted(&uid)).await?;
    Ok(())
}
