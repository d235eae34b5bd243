import threading
from pathlib import Path

import pytest
from kubernetes import client, watch

from website_operator import GROUP, PLURAL, VERSION, WebsiteOperator

CRD = Path(__file__).with_name("website-crd.yaml").read_text()
WEBSITE = """
apiVersion: example.com/v1
kind: Website
metadata: {name: shop, namespace: default}
spec: {image: nginx, replicas: 3}
"""


@pytest.fixture
def api(fauxkube):
    """A client of a cluster as new, in which the operator runs."""
    fauxkube.apply(CRD)
    stop = threading.Event()
    thread = threading.Thread(target=WebsiteOperator(fauxkube.api_client()).run, args=[stop], daemon=True)
    thread.start()
    yield fauxkube.api_client()
    stop.set()
    thread.join()


def deployments(api, is_reached):
    """Waits until the list of Deployments is as it should be, without missing a change in between."""
    lists = client.AppsV1Api(api).list_namespaced_deployment
    listed = lists("default")
    version = listed.metadata.resource_version
    changes = watch.Watch().stream(lists, "default", resource_version=version, timeout_seconds=10)
    while not is_reached(listed.items):
        assert next(changes, None), "not within 10 seconds"
        listed = lists("default")
    return listed.items


def test_website_gets_a_deployment_that_becomes_ready(fauxkube, api):
    fauxkube.apply(WEBSITE)
    (deployment,) = deployments(api, lambda found: [d.status.ready_replicas for d in found] == [3])
    assert deployment.metadata.owner_references[0].kind == "Website"
    pods = client.CoreV1Api(api).list_namespaced_pod("default", label_selector="website=shop").items
    assert len({pod.spec.node_name for pod in pods}) == 3, "they are spread over the nodes"


def test_status_says_how_many_are_ready(fauxkube, api):
    fauxkube.apply(WEBSITE)
    websites = client.CustomObjectsApi(api).list_namespaced_custom_object
    arguments = (GROUP, VERSION, "default", PLURAL)
    for event in watch.Watch().stream(websites, *arguments, timeout_seconds=10):
        if event["object"].get("status") == {"readyReplicas": 3}:
            return
    raise AssertionError("the status never said 3")


def test_deployment_goes_with_its_website(fauxkube, api):
    fauxkube.apply(WEBSITE)
    deployments(api, lambda found: len(found) == 1)
    client.CustomObjectsApi(api).delete_namespaced_custom_object(GROUP, VERSION, "default", PLURAL, "shop")
    deployments(api, lambda found: found == [])


def test_begins_without_websites(api):
    listed = client.CustomObjectsApi(api).list_namespaced_custom_object(GROUP, VERSION, "default", PLURAL)
    assert listed["items"] == []
