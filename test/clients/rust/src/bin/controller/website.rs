//! Websites, of which the controller makes pages.

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(CustomResource, Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[kube(
    group = "sites.example.com",
    version = "v1",
    kind = "Website",
    namespaced,
    status = "WebsiteStatus",
    shortname = "ws",
    printcolumn(name = "Page", type_ = "string", json_path = ".status.page")
)]
#[serde(rename_all = "camelCase")]
pub struct WebsiteSpec {
    pub title: String,
    /// A ConfigMap with a stylesheet.
    pub theme: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebsiteStatus {
    pub page: Option<String>,
    pub observed_generation: Option<i64>,
}
