"""The dynamic client: discovery with its cache, and every verb on whatever the server serves."""

import os
import tempfile

from kubernetes import config
from kubernetes.client import ApiClient
from kubernetes.dynamic import DynamicClient, EagerDiscoverer
from kubernetes.dynamic.exceptions import (
    BadRequestError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ResourceNotFoundError,
    UnprocessibleEntityError,
)
from kubernetes.watch import Watch

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run

config.load_kube_config()
cache = os.path.join(tempfile.mkdtemp(), "discovery.json")
client = DynamicClient(ApiClient(), cache_file=cache)
config_maps = client.resources.get(api_version="v1", kind="ConfigMap")
widgets = client.resources.get(api_version="python.example.com/v1", kind="Widget")


def config_map(name, data, **metadata):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": data}


def widget(name, **spec):
    return {"apiVersion": "python.example.com/v1", "kind": "Widget", "metadata": {"name": name}, "spec": spec}


@holds("resources are found by kind, short name and group, and only those that there are")
def discovery():
    equal(client.version["kubernetes"]["major"], "1")
    deployments = client.resources.get(api_version="apps/v1", kind="Deployment")
    equal((deployments.name, deployments.namespaced, deployments.short_names), ("deployments", True, ["deploy"]))
    equal(set(deployments.subresources), {"scale", "status"})
    equal(client.resources.get(short_names=["wdg"]).kind, "Widget")
    equal({found.group for found in client.resources.search(kind="Event")}, {"", "events.k8s.io"})
    with raises(ResourceNotFoundError, "No matches found for"):
        client.resources.get(api_version="v1", kind="Nothing")


@holds("the cache of what was discovered serves another client")
def cached():
    assert os.path.getsize(cache) > 10_000
    again = DynamicClient(ApiClient(), cache_file=cache)
    equal(again.resources.get(api_version="batch/v1", kind="CronJob").name, "cronjobs")
    again.resources.invalidate_cache()
    equal(again.resources.get(api_version="batch/v1", kind="CronJob").short_names, ["cj"])
    eager = DynamicClient(ApiClient(), cache_file=f"{cache}.eager", discoverer=EagerDiscoverer)
    equal(eager.resources.get(api_version="python.example.com/v1", kind="Widget").name, "widgets")


@holds("objects are created, read, replaced and patched")
def objects():
    created = config_maps.create(body=config_map("first", {"a": "1"}), namespace=NAMESPACE)
    found = config_maps.get(name="first", namespace=NAMESPACE)
    equal((found.metadata.uid, found.data.to_dict()), (created.metadata.uid, {"a": "1"}))
    body = found.to_dict()
    body["data"] = {"b": "2"}
    replaced = config_maps.replace(body=body, namespace=NAMESPACE)
    with raises(ConflictError, "the object has been modified"):
        config_maps.replace(body=body, namespace=NAMESPACE)
    patched = config_maps.patch(
        body={"data": {"b": None, "c": "3"}},
        name="first",
        namespace=NAMESPACE,
        content_type="application/merge-patch+json",
    )
    equal(patched.data.to_dict(), {"c": "3"})
    assert int(patched.metadata.resourceVersion) > int(replaced.metadata.resourceVersion)


@holds("an object that is not good is refused with the summary of its status")
def refused():
    with raises(UnprocessibleEntityError, status=422) as caught:
        config_maps.create(body=config_map("Bad Name", {}), namespace=NAMESPACE)
    assert 'ConfigMap "Bad Name" is invalid: metadata.name: Invalid value' in caught.error.summary()
    with raises(BadRequestError, "the namespace of the provided object does not match"):
        config_maps.create(body=config_map("other", {}, namespace="other"), namespace=NAMESPACE)
    config_maps.create(body=config_map("dry", {}), namespace=NAMESPACE, dry_run="All")
    with raises(NotFoundError, 'configmaps \\"dry\\" not found'):
        config_maps.get(name="dry", namespace=NAMESPACE)


@holds("server-side apply with a conflict tells who owns the field, and takes it by force")
def apply():
    def applied(manager, data, **options):
        return client.server_side_apply(
            config_maps, body=config_map("applied", data), namespace=NAMESPACE, field_manager=manager, **options
        )

    applied("one", {"a": "1"})
    with raises(ConflictError, 'conflict with \\"one\\"'):
        applied("two", {"a": "2"})
    forced = applied("two", {"a": "2", "b": "2"}, force_conflicts=True)
    equal(
        (forced.data.to_dict(), [entry.manager for entry in forced.metadata.managedFields]),
        ({"a": "2", "b": "2"}, ["two"]),
    )
    created = widgets.server_side_apply(body=widget("applied", color="red"), namespace=NAMESPACE, field_manager="one")
    equal(created.spec.to_dict(), {"color": "red", "replicas": 1})


@holds("status and scale are subresources")
def subresources():
    found = widgets.get(name="applied", namespace=NAMESPACE).to_dict()
    found["status"] = {"phase": "Ready"}
    equal(widgets.status.replace(body=found, namespace=NAMESPACE).status.phase, "Ready")
    scale = widgets.scale.get(name="applied", namespace=NAMESPACE)
    equal((scale.kind, scale.spec.replicas), ("Scale", 1))
    widgets.scale.patch(
        body={"spec": {"replicas": 2}}, name="applied", namespace=NAMESPACE, content_type="application/merge-patch+json"
    )
    equal(widgets.get(name="applied", namespace=NAMESPACE).spec.replicas, 2)


@holds("lists are chosen by labels and fields, and come in pages")
def lists():
    for number in range(3):
        body = config_map(f"list-{number}", {}, labels={"app": "list", "n": str(number)})
        config_maps.create(body=body, namespace=NAMESPACE)
    chosen = config_maps.get(namespace=NAMESPACE, label_selector="app=list,n!=1")
    equal([item.metadata.name for item in chosen.items], ["list-0", "list-2"])
    equal(config_maps.get(namespace=NAMESPACE, field_selector="metadata.name=list-1").items[0].metadata.labels.n, "1")
    page = config_maps.get(namespace=NAMESPACE, label_selector="app=list", limit=2)
    rest = config_maps.get(namespace=NAMESPACE, label_selector="app=list", limit=2, _continue=page.metadata["continue"])
    equal(([item.metadata.name for item in rest.items], rest.metadata["continue"]), (["list-2"], None))


@holds("a watch goes on where a list has ended, with bookmarks if they are wanted")
def watches():
    start = config_maps.get(namespace=NAMESPACE).metadata.resourceVersion
    config_maps.create(body=config_map("seen", {"n": "0"}), namespace=NAMESPACE)
    config_maps.patch(body={"data": {"n": "1"}}, name="seen", namespace=NAMESPACE)
    config_maps.delete(name="seen", namespace=NAMESPACE)
    watcher = Watch()
    events = []
    for event in config_maps.watch(
        namespace=NAMESPACE, name="seen", resource_version=start, timeout=PATIENCE, watcher=watcher
    ):
        events.append((event["type"], event["object"].data.n))
        if event["type"] == "DELETED":
            watcher.stop()
    equal(events, [("ADDED", "0"), ("MODIFIED", "1"), ("DELETED", "1")])
    watcher = Watch()
    streamed = []
    for event in widgets.watch(
        namespace=NAMESPACE,
        timeout=PATIENCE,
        watcher=watcher,
        allow_watch_bookmarks=True,
        send_initial_events=True,
        resource_version_match="NotOlderThan",
    ):
        streamed.append(event["type"])
        if event["type"] == "BOOKMARK":
            watcher.stop()
    equal(streamed, ["ADDED", "BOOKMARK"])


@holds("all that a selector means are deleted at once")
def delete():
    config_maps.delete(namespace=NAMESPACE, label_selector="app=list")
    equal(config_maps.get(namespace=NAMESPACE, label_selector="app=list").items, [])
    widgets.delete(name="applied", namespace=NAMESPACE)
    with raises(NotFoundError, status=404):
        widgets.get(name="applied", namespace=NAMESPACE)


@holds("what lies outside of the namespace is for an administrator")
def outside():
    namespaces = client.resources.get(api_version="v1", kind="Namespace")
    if IS_NAMESPACED:
        with raises(ForbiddenError, 'cannot list resource \\"namespaces\\"', status=403):
            namespaces.get()
        with raises(ForbiddenError, 'cannot list resource \\"configmaps\\" in API group \\"\\" at the cluster scope'):
            config_maps.get()
        return
    equal(namespaces.get(name=NAMESPACE).status.phase, "Active")
    assert {"default", "kube-system"} <= {item.metadata.namespace for item in config_maps.get().items}


run()
