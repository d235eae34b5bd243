//! A kind of two versions, as its definition and as types.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use kube::core::crd::merge_crds;

pub mod v1alpha1 {
    use kube::CustomResource;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    #[derive(CustomResource, Clone, Debug, Deserialize, JsonSchema, Serialize)]
    #[kube(
        group = "measures.example.com",
        version = "v1alpha1",
        kind = "Gauge",
        namespaced,
        status = "GaugeStatus",
        shortname = "gg",
        category = "measures",
        deprecated = "measures.example.com/v1alpha1 Gauge is old"
    )]
    pub struct GaugeSpec {
        pub unit: Option<String>,
        pub low: i64,
        pub high: i64,
    }

    #[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
    pub struct GaugeStatus {
        pub replicas: Option<i32>,
    }
}

pub mod v1 {
    use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
    use kube::{CustomResource, KubeSchema};
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    #[derive(CustomResource, Clone, Debug, Deserialize, KubeSchema, PartialEq, Serialize)]
    #[kube(
        group = "measures.example.com",
        version = "v1",
        kind = "Gauge",
        namespaced,
        cel,
        doc = "What is measured",
        status = "GaugeStatus",
        derive = "PartialEq",
        shortname = "gg",
        category = "measures",
        selectable = ".spec.unit",
        scale(
            spec_replicas_path = ".spec.probes",
            status_replicas_path = ".status.replicas",
            label_selector_path = ".status.selector"
        ),
        printcolumn(name = "Unit", type_ = "string", json_path = ".spec.unit"),
        printcolumn(name = "Range", type_ = "string", json_path = ".spec.high", priority = 1),
        validation = Rule::new("self.metadata.name.size() <= 20").message("a name has at most 20 letters")
    )]
    #[x_kube(validation = Rule::new("self.low < self.high").message("low must be below high").field_path(".low"))]
    pub struct GaugeSpec {
        #[serde(default = "celsius")]
        #[x_kube(validation = Rule::new("self == oldSelf").message("the unit stays"))]
        pub unit: String,
        #[schemars(range(min = -273, max = 5000))]
        pub low: i64,
        pub high: i64,
        #[serde(default = "one")]
        #[schemars(range(min = 0, max = 10))]
        pub probes: i32,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(length(min = 1), regex(pattern = r"^[a-z]+$"))]
        pub room: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[x_kube(merge_strategy = ListMerge::Map(vec!["name".to_owned()]))]
        pub alarms: Vec<Alarm>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[x_kube(merge_strategy = MapMerge::Atomic)]
        pub place: Option<Place>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub port: Option<IntOrString>,
        #[serde(default)]
        pub mode: Mode,
    }

    #[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
    pub struct Alarm {
        pub name: String,
        pub above: i64,
    }

    #[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
    pub struct Place {
        pub floor: Option<i32>,
        pub door: Option<String>,
    }

    #[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
    pub enum Mode {
        #[default]
        Steady,
        Burst,
    }

    #[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
    pub struct GaugeStatus {
        pub replicas: Option<i32>,
        pub selector: Option<String>,
    }

    fn celsius() -> String {
        "celsius".to_owned()
    }

    fn one() -> i32 {
        1
    }
}

/// Both versions in one definition; what is stored is the newer.
pub fn definition() -> anyhow::Result<CustomResourceDefinition> {
    Ok(merge_crds(vec![v1alpha1::Gauge::crd(), v1::Gauge::crd()], "v1")?)
}
