//! What tests do with a cluster.

use std::fs;
use std::time::Duration;

use fauxkube::{Cluster, Error, fresh};
use serde_json::{Value, json};

const NAMESPACE: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: apart}}";

fn is_on(cluster: &Cluster) -> bool {
    let listed = cluster.admin("GET", "/-/controllers", None).unwrap();
    let all = listed["controllers"].as_array().unwrap();
    all.contains(&json!({"name": "deployment-controller", "enabled": true}))
}

#[test]
fn kubeconfig_is_a_file_for_nobody_else() {
    let cluster = fresh(&[]).unwrap();
    let path = cluster.kubeconfig_path().unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), cluster.kubeconfig());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn apply_takes_documents_in_any_order() {
    let cluster = fresh(&[]).unwrap();
    let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: apart}, data: {color: red}}";
    cluster.apply(&format!("{map}\n---\n{NAMESPACE}")).unwrap();
    let stored = cluster.admin("GET", "/api/v1/namespaces/apart/configmaps/a", None).unwrap();
    assert_eq!(stored["data"], json!({"color": "red"}));
}

#[test]
fn apply_says_what_is_wrong() {
    let refused = fresh(&[]).unwrap().apply("{apiVersion: v1, kind: Nothing, metadata: {name: a}}").unwrap_err();
    assert!(matches!(refused, Error::Answer { status: 400, .. }), "{refused:?}");
    assert!(refused.to_string().contains("no matches for kind \"Nothing\""), "{refused}");
}

#[test]
fn every_test_finds_the_cluster_as_new() {
    let path = "/api/v1/namespaces/apart";
    for _ in 0..2 {
        let cluster = fresh(&[]).unwrap();
        let missing = cluster.admin("GET", path, None).unwrap_err();
        assert!(matches!(missing, Error::Answer { status: 404, .. }), "{missing:?}");
        cluster.apply(NAMESPACE).unwrap();
        assert_eq!(cluster.admin("GET", path, None).unwrap()["metadata"]["name"], "apart");
    }
}

#[test]
fn controllers_are_switched_until_the_reset() {
    let cluster = fresh(&[]).unwrap();
    cluster.set_controller("deployment", false, None).unwrap();
    assert!(!is_on(&cluster));
    cluster.reset().unwrap();
    assert!(is_on(&cluster));
}

#[test]
fn path_that_is_not_served_says_so() {
    let missing = fresh(&[]).unwrap().admin("GET", "/-/no-such-thing", None).unwrap_err();
    assert!(matches!(missing, Error::NotServed { .. }));
    assert_eq!(missing.to_string(), "this fauxkube does not serve GET /-/no-such-thing: take a newer one");
}

#[test]
fn settle_waits_until_everything_is_done() {
    let cluster = fresh(&[]).unwrap();
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: nginx}]}}";
    cluster.apply(pod).unwrap();
    cluster.settle(Duration::from_secs(10)).unwrap();
    let pod = cluster.admin("GET", "/api/v1/namespaces/default/pods/a", None).unwrap();
    assert_eq!(pod["status"]["phase"], "Running");
}

#[test]
fn clock_stands_still_and_moves() {
    let fork = fresh(&[]).unwrap().fork().unwrap();
    let at = |told: &Value| told["now"].as_str().unwrap().to_owned();
    assert_eq!(fork.clock_state().unwrap()["frozen"], false);
    let set = at(&fork.clock(&json!({"freeze": true, "set": "2030-01-01T00:00:00Z"})).unwrap());
    assert_eq!(&set[..19], "2030-01-01T00:00:00");
    let after = at(&fork.clock(&json!({"advance": "1h"})).unwrap());
    assert_eq!(&after[..19], "2030-01-01T01:00:00");
}

#[test]
fn faults_last_until_they_are_cleared() {
    let cluster = fresh(&[]).unwrap();
    let maps = "/api/v1/namespaces/default/configmaps";
    cluster.add_fault(&json!({"match": {"resource": "configmaps"}, "code": 503})).unwrap();
    let failed = cluster.admin("GET", maps, None).unwrap_err();
    assert!(matches!(failed, Error::Answer { status: 503, .. }), "{failed:?}");
    cluster.clear_faults().unwrap();
    assert_eq!(cluster.admin("GET", maps, None).unwrap()["kind"], "ConfigMapList");
}

#[test]
fn requests_are_found_by_verb_resource_and_name() {
    let cluster = fresh(&[]).unwrap();
    for name in ["mine", "other"] {
        cluster.admin("GET", &format!("/api/v1/namespaces/default/configmaps/{name}"), None).unwrap_err();
    }
    let found = cluster.requests("verb=get&resource=configmaps&name=mine").unwrap();
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!((&items[0]["verb"], &items[0]["objectRef"]["name"]), (&json!("get"), &json!("mine")));
}

#[test]
fn fork_begins_as_it_is_and_goes_its_own_way() {
    let has_namespace = |cluster: &Cluster| cluster.admin("GET", "/api/v1/namespaces/apart", None).is_ok();
    let cluster = fresh(&[]).unwrap();
    let fork = cluster.fork_as("second", "main").unwrap();
    assert_eq!(fork.name(), Some("second"));
    fork.apply(NAMESPACE).unwrap();
    let inner = fork.fork().unwrap();
    assert!(has_namespace(&inner) && has_namespace(&fork));
    assert!(!has_namespace(&cluster) && !has_namespace(&fork.fork_from("fixtures").unwrap()));
    let kubeconfig = fork.kubeconfig().to_owned();
    drop(fork);
    assert!(Cluster::connect(&kubeconfig).unwrap().admin("GET", "/version", None).is_err());
    assert!(has_namespace(&inner));
}

#[test]
fn connect_controls_a_cluster_and_leaves_it_alone() {
    let cluster = fresh(&[]).unwrap();
    let other = Cluster::connect(cluster.kubeconfig()).unwrap();
    let path = other.kubeconfig_path().unwrap().to_owned();
    assert!(path.exists());
    drop(other);
    assert!(!path.exists());
    assert_eq!(cluster.admin("GET", "/version", None).unwrap()["major"], "1");
}

#[test]
fn server_of_another_authority_is_not_trusted() {
    let cluster = fresh(&[]).unwrap();
    let other = Cluster::start(&["--nodes=0"]).unwrap();
    let mixed = cluster.kubeconfig().replace(cluster.url(), other.url());
    let refused = Cluster::connect(&mixed).unwrap().admin("GET", "/version", None).unwrap_err();
    assert!(refused.to_string().to_lowercase().contains("certificate"), "{refused}");
}

#[test]
fn text_that_fauxkube_did_not_write_is_refused() {
    assert!(matches!(Cluster::connect("kind: Config"), Err(Error::Kubeconfig(_))));
}
