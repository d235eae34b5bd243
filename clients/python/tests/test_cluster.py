import os
import ssl
import stat
import subprocess
from datetime import datetime, timedelta

import pytest
from kubernetes import client

import fauxkube as fauxkube_package
from fauxkube import AdminError, Cluster, NotServed, connect


def test_kubeconfig_is_for_kubectl_and_for_nobody_else(fauxkube: Cluster) -> None:
    assert fauxkube.kubeconfig_path.read_text() == fauxkube.kubeconfig
    assert stat.S_IMODE(os.stat(fauxkube.kubeconfig_path).st_mode) == 0o600
    assert f"server: {fauxkube.url}\n" in fauxkube.kubeconfig


def test_client_asks_as_the_administrator(fauxkube: Cluster) -> None:
    nodes = client.CoreV1Api(fauxkube.api_client()).list_node().items
    assert [node.metadata.name for node in nodes] == ["node01", "node02"]


def test_apply_takes_documents_in_any_order(fauxkube: Cluster) -> None:
    fauxkube.apply(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}\n---\n"
        "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"
    )
    assert fauxkube.admin("GET", "/api/v1/namespaces/shop/configmaps/a")["metadata"]["name"] == "a"


def test_apply_says_what_is_wrong(fauxkube: Cluster) -> None:
    with pytest.raises(AdminError, match="no matches for kind") as refused:
        fauxkube.apply("{apiVersion: v1, kind: Nothing, metadata: {name: a}}")
    assert refused.value.status == 400


def test_switches_controllers_which_a_reset_puts_on_again(fauxkube: Cluster) -> None:
    def is_on() -> bool:
        listed = fauxkube.admin("GET", "/-/controllers")["controllers"]
        return [c["enabled"] for c in listed if c["name"] == "deployment-controller"] == [True]

    fauxkube.set_controller("deployment", False)
    assert not is_on()
    fauxkube.reset()
    assert is_on()


def test_path_that_is_not_served_says_so(fauxkube: Cluster) -> None:
    with pytest.raises(NotServed, match="this fauxkube does not serve GET /-/no-such-thing: take a newer one"):
        fauxkube.admin("GET", "/-/no-such-thing")


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
"""


def test_settle_waits_until_everything_is_done(fauxkube: Cluster) -> None:
    fauxkube.apply(DEPLOYMENT)
    fauxkube.settle()
    apps = client.AppsV1Api(fauxkube.api_client())
    assert apps.read_namespaced_deployment("web", "default").status.ready_replicas == 3


def test_clock_tells_how_it_is(fauxkube_fork: Cluster) -> None:
    assert fauxkube_fork.clock()["frozen"] is False
    fauxkube_fork.clock(freeze=True)
    assert fauxkube_fork.clock()["frozen"] is True


def test_clock_stands_still_and_moves(fauxkube_fork: Cluster) -> None:
    before = fauxkube_fork.clock(freeze=True)
    after = fauxkube_fork.clock(advance="1h")
    passed = datetime.fromisoformat(after["now"][:19]) - datetime.fromisoformat(before["now"][:19])
    assert passed == timedelta(hours=1)


def test_faults_last_as_long_as_they_are_wanted(fauxkube: Cluster) -> None:
    maps = "/api/v1/namespaces/default/configmaps"
    with fauxkube.fault({"match": {"resource": "configmaps"}, "code": 503}):
        with pytest.raises(AdminError) as failed:
            fauxkube.admin("GET", maps)
        assert failed.value.status == 503
    assert fauxkube.admin("GET", maps)["kind"] == "ConfigMapList"
    fauxkube.add_fault({"match": {"resource": "configmaps"}, "code": 500})
    fauxkube.clear_faults()
    assert fauxkube.admin("GET", maps)["kind"] == "ConfigMapList"


def test_requests_are_found_by_verb_resource_and_test_id(fauxkube: Cluster) -> None:
    for test_id in ("mine", "other"):
        api_client = fauxkube.api_client()
        api_client.set_default_header("x-test-id", test_id)
        core = client.CoreV1Api(api_client)
        core.create_namespaced_config_map("default", {"metadata": {"name": test_id}})
        core.read_namespaced_config_map(test_id, "default")
    found = fauxkube.requests(verb="get", resource="configmaps", testId="mine")["items"]
    assert [(event["verb"], event["objectRef"]["resource"], event["objectRef"]["name"]) for event in found] == [
        ("get", "configmaps", "mine")
    ]


def namespace(name: str) -> str:
    return f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}"


def namespaces(cluster: Cluster) -> set[str]:
    names = {item["metadata"]["name"] for item in cluster.admin("GET", "/api/v1/namespaces")["items"]}
    return names & {"first", "second", "third"}


def test_fork_begins_as_it_is_and_goes_its_own_way(fauxkube: Cluster) -> None:
    fauxkube.apply(namespace("first"))
    with fauxkube.fork() as fork, fauxkube.fork("as-new", "fixtures") as new:
        fork.apply(namespace("second"))
        with fork.fork() as inner:
            inner.apply(namespace("third"))
            assert namespaces(inner) == {"first", "second", "third"}
        assert namespaces(fork) == {"first", "second"}
        assert (new.name, namespaces(new)) == ("as-new", set())
        nodes = client.CoreV1Api(fork.api_client()).list_node().items
        assert len(nodes) == 2
    assert namespaces(fauxkube) == {"first"}
    with pytest.raises(AdminError):
        fork.admin("GET", "/version")


def test_connects_to_a_cluster_that_runs_and_leaves_it_alone(fauxkube: Cluster) -> None:
    with connect(fauxkube.kubeconfig) as other:
        path = other.kubeconfig_path
        assert other.admin("GET", "/version") == fauxkube.admin("GET", "/version")
    assert not path.exists()
    assert fauxkube.admin("GET", "/version")["major"] == "1"


def test_server_of_another_authority_is_not_trusted(fauxkube: Cluster) -> None:
    with fauxkube_package.start(["--nodes=0"]) as other:
        mixed = fauxkube.kubeconfig.replace(fauxkube.url, other.url)
        with pytest.raises(ssl.SSLError):
            connect(mixed).admin("GET", "/version")


def test_text_that_fauxkube_did_not_write_is_refused() -> None:
    with pytest.raises(ValueError, match="no server"):
        connect("kind: Config")


def test_kubectl_of_this_machine_reads_it(fauxkube: Cluster) -> None:
    version = subprocess.run(
        ["kubectl", "--kubeconfig", fauxkube.kubeconfig_path, "get", "--raw", "/readyz"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert version.stdout == "ok"
